"""Many changes are scanned as if each were the only one, with few runs of the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from lessonguard.errors import EngineError
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import branch_change
from lessonguard.lessons.library import load_folder
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.many import DatedChange, Replay
from lessonguard.scan.scan import ScanOptions
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import Deadline, EngineResult, EngineRule, Limits, Target, TimeIsUpError
from tests.support.engine import FakeEngine
from tests.support.repo import Repo

LESSONS = Path(__file__).parents[1] / "cases" / "change_lessons"
TODAY = date(2026, 6, 1)


@dataclass
class Failing:
    """An engine that cannot look at contents with `crash` in them."""

    fake: FakeEngine = field(default_factory=FakeEngine)

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        if any(b"crash" in target.content for target in targets):
            raise EngineError("it broke")
        return self.fake.run(rules, targets, limits=limits)


@pytest.fixture
def commits(tmp_path: Path) -> list[str]:
    repo = Repo(tmp_path / "repo")
    texts = ["x = 1\n", "x = 2\n", "crash()\n", "x = 3\n"]
    return [repo.commit(f"Write {text}", {"a.py": text}) for text in texts]


def scan(
    folder: Path, commits: Sequence[str], engine: Failing, *, deadline: float | None = None
) -> list[ScanReport | EngineError]:
    with Repository.open(folder / "repo") as repository:
        replay = Replay(
            load_folder(LESSONS, name=None),
            repository,
            engine=engine,
            languages=find_semgrep().languages,
            options=ScanOptions(today=TODAY),
            deadline=Deadline(at=deadline),
        )
        pairs = pairwise(commits)
        changes = [
            DatedChange(change=branch_change(repository, base=base, head=head), today=TODAY)
            for base, head in pairs
        ]
        return list(replay.scan(changes))


def test_one_run_of_the_engine_serves_all_changes(tmp_path: Path, commits: list[str]) -> None:
    engine = Failing()

    reports = scan(tmp_path, commits[:2] + commits[3:], engine)

    assert [isinstance(report, ScanReport) for report in reports] == [True, True]
    assert len(engine.fake.runs) == 1


def test_a_change_that_the_engine_cannot_scan_spoils_no_other(tmp_path: Path, commits: list[str]) -> None:
    reports = scan(tmp_path, commits, Failing())

    assert [isinstance(report, ScanReport) for report in reports] == [True, False, False]


def test_a_deadline_that_is_over_ends_it(tmp_path: Path, commits: list[str]) -> None:
    with pytest.raises(TimeIsUpError):
        scan(tmp_path, commits, Failing(), deadline=0.0)
