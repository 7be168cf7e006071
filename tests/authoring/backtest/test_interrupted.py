"""Backtests that end early or cannot check all, and the next run, which continues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lessonguard.authoring.backtest.backtest_cache import OutcomeCache
from lessonguard.errors import EngineError
from lessonguard.semgrep.interface import EngineResult, EngineRule, Limits, Target
from tests.support.backtests import (
    BAD,
    RULE,
    RecordingEngine,
    lesson,
    merge,
    only,
    replay,
)
from tests.support.engine import FakeEngine
from tests.support.repo import Repo


def test_an_interrupted_replay_is_continued_by_the_next(long: Repo, tmp_path: Path) -> None:
    library = lesson(tmp_path / "lessons")
    whole = replay(long, library)
    first, second = RecordingEngine(interrupted_at=1), RecordingEngine()

    begun = replay(long, library, engine=first, outcomes=OutcomeCache(tmp_path / "outcomes"))
    rest = replay(long, library, engine=second, outcomes=OutcomeCache(tmp_path / "outcomes"))

    assert (begun.stopped, begun.replayed, begun.files_checked) == ("interrupted", 100, 0)
    assert only(begun).replayed == 100
    assert only(begun).commented == only(whole).commented[: len(only(begun).commented)]
    assert rest == whole
    assert len(whole.past.changes) == 130
    assert len(second.runs[0]) < len(first.runs[0])


def test_an_interrupt_while_searching_today_leaves_what_was_replayed(long: Repo, tmp_path: Path) -> None:
    library = lesson(tmp_path / "lessons")

    report = replay(long, library, engine=RecordingEngine(interrupted_at=2))

    assert (report.stopped, report.replayed, report.files, report.files_checked) == ("interrupted", 130, 8, 0)
    assert only(report).today == ()


def test_without_time_only_what_is_known_is_reported(long: Repo, tmp_path: Path) -> None:
    library = lesson(tmp_path / "lessons")
    replay(long, library, last=37, tree=False, outcomes=OutcomeCache(tmp_path / "outcomes"))
    engine = RecordingEngine()

    report = replay(long, library, engine=engine, outcomes=OutcomeCache(tmp_path / "outcomes"), time_limit=0)

    assert (report.stopped, report.reached, only(report).replayed) == ("time limit", 37, 37)
    assert engine.runs == []


def test_semgrep_gets_no_more_time_than_there_is(shop: Repo, tmp_path: Path) -> None:
    @dataclass
    class Clocked:
        deadlines: list[float] = field(default_factory=list)

        def run(
            self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits
        ) -> EngineResult:
            self.deadlines.append(limits.deadline)
            return FakeEngine().run(rules, targets, limits=limits)

    library = lesson(tmp_path / "lessons", rules=[{"languages": ["python"], "pattern": "requests.get(url)"}])
    engine = Clocked()

    assert replay(shop, library, engine=engine, time_limit=50).stopped == ""
    replay(shop, library, engine=engine)

    assert all(0 < deadline <= 50 for deadline in engine.deadlines[:-2])
    assert engine.deadlines[-1] == Limits().deadline


def test_a_change_that_semgrep_cannot_check_hides_no_other(shop: Repo, tmp_path: Path) -> None:
    merge(shop, "Crash", {"crash.py": "crash = 1\n"})
    library = lesson(tmp_path / "lessons")
    folder = tmp_path / "outcomes"
    engine = RecordingEngine(fails_at=b"crash")

    report = replay(shop, library, engine=engine, tree=False, outcomes=OutcomeCache(folder))

    assert [(change.title, reason) for change, reason in report.failed] == [
        ("Crash (#11)", "Semgrep was stopped by signal 11.")
    ]
    assert (report.reached, report.replayed) == (6, 5)
    assert len(only(report).commented) == 3
    again = replay(shop, library, tree=False, outcomes=OutcomeCache(folder))
    assert (again.failed, again.replayed) == ((), 6)


def test_a_change_that_still_cannot_be_checked_hides_nothing_that_is_known(
    shop: Repo, tmp_path: Path
) -> None:
    merge(shop, "Crash", {"crash.py": "crash = 1\n"})
    library = lesson(tmp_path / "lessons")

    reports = [
        replay(
            shop,
            library,
            engine=RecordingEngine(fails_at=b"crash"),
            tree=False,
            outcomes=OutcomeCache(tmp_path / "m"),
        )
        for _ in range(2)
    ]

    assert reports[0] == reports[1]


def test_a_file_of_today_that_semgrep_cannot_check_hides_no_other(long: Repo, tmp_path: Path) -> None:
    bad = {f"{number}.py": "crash = 1\n" for number in (20, 50)}
    long.commit("Crash", {f"{number}.py": BAD for number in range(10, 60)} | bad)

    about = only(
        replay(long, lesson(tmp_path / "lessons"), engine=RecordingEngine(fails_at=b"crash"), last=1)
    )

    assert [(change, item.path) for change, item in about.unchecked] == [(None, "20.py"), (None, "50.py")]
    assert {f"{number}.py" for number in range(10, 60)} - {place.path for place in about.today} == bad.keys()


def test_a_semgrep_that_cannot_check_anything_is_an_error(shop: Repo, tmp_path: Path) -> None:
    engine = RecordingEngine(fails_at=b"")

    with pytest.raises(EngineError, match="signal 11"):
        replay(shop, lesson(tmp_path / "lessons"), engine=engine)

    assert len(engine.runs) <= 5


def test_a_rule_that_semgrep_refuses_is_named_every_time(shop: Repo, tmp_path: Path) -> None:
    rules = [{**RULE, "patterns": [{"pattern": "requests.((("}]}]
    library = lesson(tmp_path / "lessons", rules=rules)

    reports = [replay(shop, library, outcomes=OutcomeCache(tmp_path / "outcomes")) for _ in range(2)]

    for report in reports:
        assert len(report.faults) == 1
        assert "Semgrep refuses rule" in report.faults[0].message


def test_progress_counts_every_change(long: Repo, tmp_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []

    replay(long, lesson(tmp_path / "lessons"), on_progress=lambda *step: heard.append(step))

    assert [done for what, done, _ in heard if what == "replaying commits"][-1] == 130
    assert {total for what, _, total in heard if what == "replaying commits"} == {130}
    assert ("searching today's code", 0, 8) in heard
