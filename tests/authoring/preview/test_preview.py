"""Which lessons of a change are tried for its reviewers, and on what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from lessonguard.authoring.preview.markdown import Preview
from lessonguard.authoring.preview.preview import preview_lessons
from lessonguard.git.changes import Change
from lessonguard.git.repository import Repository
from lessonguard.scan.scan import ScanOptions
from lessonguard.semgrep.installed import find_semgrep
from tests.support.backtests import BAD, LESSON, RULE, SAFE, TODAY
from tests.support.repo import Repo

WITHOUT_RULES = json.dumps(LESSON)
WITH_RULE = json.dumps(
    {
        **LESSON,
        "rules": [RULE],
        "examples": [{"bad": "requests.get(u)", "good": "requests.get(u, timeout=1)"}],
    }
)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "shop")
    made.commit("Open", {"app.py": SAFE, "lessons/INC-100.yaml": WITHOUT_RULES.replace("INC-245", "INC-100")})
    made.commit("Retry payments (#1)", {"app.py": BAD})
    return made


def preview(repo: Repo, files: Mapping[str, str | None], *, judges: bool = False) -> Preview | None:
    repo.branch("topic").commit("Change", files)
    with Repository.open(repo.path) as repository:
        tip, head = repository.resolve("main"), repository.resolve("topic")
        change = Change(base=tip, tip=tip, head=head, files=repository.changed_files(tip, head))
        return preview_lessons(
            repository,
            change,
            folder="lessons",
            semgrep=find_semgrep(),
            options=ScanOptions(today=TODAY),
            judges=judges,
        )


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": SAFE},
        {"lessons/INC-100.yaml": None},
        {"lessons/README.md": "Our lessons.\n", "other/INC-245.yaml": WITHOUT_RULES},
    ],
    ids=["code", "a deleted lesson", "files that are no lessons"],
)
def test_a_change_that_adds_and_edits_no_lesson_has_no_preview(
    repo: Repo, files: Mapping[str, str | None]
) -> None:
    assert preview(repo, files) is None


def test_a_lesson_without_rules_is_checked_and_not_replayed(repo: Repo) -> None:
    found = preview(repo, {"lessons/INC-245.yaml": WITHOUT_RULES})

    assert found
    assert (found.check.lessons, found.past, found.current) == (1, None, None)


def test_only_the_lessons_of_the_change_are_replayed_on_the_changes_before_it(repo: Repo) -> None:
    found = preview(repo, {"lessons/INC-245.yaml": WITH_RULE, "ship.py": BAD})

    assert found
    assert found.is_sound
    assert found.past
    [backtest] = found.past.lessons
    assert [each.change.title for each in backtest.commented] == ["Retry payments (#1)"]
    assert [finding.path for finding in backtest.today] == ["app.py"]
    assert found.current is None


def test_the_change_itself_is_scanned_only_if_new_lessons_judge_it(repo: Repo) -> None:
    found = preview(repo, {"lessons/INC-245.yaml": WITH_RULE, "ship.py": BAD}, judges=True)

    assert found
    assert found.current
    assert [finding.path for finding in found.current.findings] == ["ship.py"]
