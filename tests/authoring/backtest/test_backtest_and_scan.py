"""A backtest finds in each change what a scan of that change finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lessonguard.authoring.backtest.backtest_cache import OutcomeCache
from lessonguard.authoring.backtest.result import BacktestReport
from lessonguard.git.changes import Change, empty_tree
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import past_changes
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Library
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.scan import ScanOptions, scan_change
from lessonguard.semgrep.installed import find_semgrep
from tests.support.backtests import (
    TODAY,
    RecordingEngine,
    replay,
)
from tests.support.history import grow
from tests.support.replay import write_lessons
from tests.support.repo import Repo


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Grow a history of edits, renames, moves, copies, re-indented and converted files, and merges."""
    repo = Repo(tmp_path_factory.mktemp("grown") / "repo")
    grow(repo, steps=45, seed=245)
    repo.commit("Large", {"large.py": "requests.get(url)\n" * 60_000, "app/x.bin.py": b"\0requests.get(u)\n"})
    repo.commit("Broken", {"broken.py": "requests.get(url_1)\ndef f(:\n  return (1\n", "large.py": "x = 1\n"})
    return repo


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return nine lessons in three languages."""
    folder = tmp_path_factory.mktemp("lessons") / "files"
    write_lessons(folder)
    return load_folder(folder, name=None)


@pytest.fixture(scope="module")
def alone(grown: Repo, rules: Library) -> Mapping[str, ScanReport]:
    """Scan each change of the grown history by itself, on the day that it was merged."""
    semgrep = find_semgrep()
    reports: dict[str, ScanReport] = {}
    with Repository.open(grown.path) as repository:
        for past in past_changes(repository, last=500).changes:
            files = repository.changed_files(past.base, past.commit)
            reports[past.commit] = scan_change(
                rules,
                repository,
                Change(base=past.base, tip=past.commit, head=past.commit, files=files),
                engine=semgrep,
                languages=semgrep.languages,
                options=ScanOptions(today=past.date),
            )
    return reports


def findings_of_backtest(report: BacktestReport) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            *(each.change.commit, finding.rule, finding.state, finding.path),
            *(finding.start.line, finding.start.column, _text(finding.lines)),
        )
        for about in report.lessons
        for each in about.commented
        for finding in each.findings
    )


def findings_of_scans(reports: Mapping[str, ScanReport]) -> Counter[tuple[object, ...]]:
    return Counter(
        (commit, item.rule, item.state, item.path, *(item.start.line, item.start.column), _text(item.lines))
        for commit, report in reports.items()
        for item in report.findings
        if item.state.is_introduced and not item.accepted
    )


def _text(lines: Sequence[Any]) -> str:
    return str(lines[0].text.strip())


def test_the_findings_in_each_change_are_those_of_a_scan_of_it_alone(
    grown: Repo, rules: Library, alone: Mapping[str, ScanReport]
) -> None:
    report = replay(grown, rules, tree=False)

    assert findings_of_backtest(report) == findings_of_scans(alone)
    assert findings_of_backtest(report).total() > 100
    assert {key[2].value for key in findings_of_backtest(report)} == {"added", "exposed"}  # type: ignore[attr-defined]


def test_the_unchecked_files_of_each_lesson_are_those_of_a_scan(
    grown: Repo, rules: Library, alone: Mapping[str, ScanReport]
) -> None:
    report = replay(grown, rules, tree=False)

    languages = {"large.py": "python", "app/x.bin.py": "python", "broken.py": "python"}
    said = {
        (change.commit, about.lesson.incident, item.path, item.reason)
        for about in report.lessons
        for change, item in about.unchecked
        if change
    }
    expected = {
        (commit, lesson.incident, item.path, item.reason)
        for commit, each in alone.items()
        for item in each.unchecked
        for lesson in rules.lessons
        if item.incident in {None, lesson.incident} and languages[item.path] in lesson.rules[0].languages
    }
    assert said == expected
    assert {path for _, _, path, _ in said} == set(languages)


def test_the_cache_changes_nothing_in_the_report(grown: Repo, rules: Library, tmp_path: Path) -> None:
    """Some lessons are known of some changes, some were edited since; the answer is the same."""
    fresh = replay(grown, rules)
    some = replace(rules, lessons=rules.lessons[::2])
    replay(grown, some, last=20, outcomes=OutcomeCache(tmp_path), tree=False)
    replay(grown, rules, last=10, outcomes=OutcomeCache(tmp_path))

    assert replay(grown, rules, outcomes=OutcomeCache(tmp_path)) == fresh
    engine = RecordingEngine()
    assert replay(grown, rules, outcomes=OutcomeCache(tmp_path), engine=engine) == fresh
    assert engine.runs == []


def test_no_content_is_checked_twice_and_semgrep_starts_rarely(grown: Repo, rules: Library) -> None:
    engine = RecordingEngine()

    report = replay(grown, rules, engine=engine)

    assert max(Counter(engine.targets).values()) == 1
    assert report.replayed > 50
    assert len(engine.runs) <= 3


def test_the_findings_of_today_are_those_of_the_whole_tree(grown: Repo, rules: Library) -> None:
    report = replay(grown, rules)
    with Repository.open(grown.path) as repository:
        head = repository.resolve("HEAD")
        files = repository.history().all_files(head)
        semgrep = find_semgrep()
        scanned = scan_change(
            rules,
            repository,
            Change(base=empty_tree(head), tip=head, head=head, files=files),
            engine=semgrep,
            languages=semgrep.languages,
            options=ScanOptions(today=TODAY),
        )

    today = Counter((item.rule, item.path, item.start.line) for each in report.lessons for item in each.today)
    assert today == Counter((item.rule, item.path, item.start.line) for item in scanned.findings)
    assert report.files_checked == report.files > 5
