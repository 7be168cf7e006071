"""What is measured of `lessonguard backtest`: years of history, replayed for the first time and again."""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from bench.history import Size, build_history
from bench.lessons import write_lessons
from bench.measure import Case, Contender
from bench.repositories import run_git
from bench.workbench import Workbench

GROUP = "backtest"
FIRST = "lessonguard backtest --last 500"
AGAIN = "lessonguard backtest --last 500, again"
YEARS = "10,000 commits, 10 lessons"

_LESSONS = 10


def backtest_cases(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    """Return the cases. In each round, the first program fills the cache for the second."""
    commits, last = (1_000, 100) if quick else (10_000, 500)
    path = workbench.folder / "past"
    build_history(path, lessons=write_lessons(_LESSONS), size=Size(commits=commits))
    run_git(path, "checkout", "--quiet", "main")
    known = path / ".git/lessonguard/backtest"
    programs = (
        _backtest(path, last, name=FIRST.replace("500", str(last)), forgetting=known),
        _backtest(path, last, name=AGAIN.replace("500", str(last))),
    )
    name = YEARS.replace("10,000", f"{commits:,}")
    yield Case(group=GROUP, name=name, contenders=programs, with_memory=True, most_rounds=3)


def _backtest(path: Path, last: int, *, name: str, forgetting: Path | None = None) -> Contender:
    """Run the console script on the work tree's lessons; `forgetting` is removed before each run."""
    program = Path(sysconfig.get_path("scripts"), "lessonguard")
    argv = (str(program), "backtest", "--last", str(last), "--format", "json")

    def before() -> None:
        if forgetting:
            shutil.rmtree(forgetting, ignore_errors=True)

    return Contender(name=name, argv=argv, directory=path, before=before, exits=frozenset({0}))
