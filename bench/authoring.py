"""What is measured of the commands for authors: lessons as they stand in a work tree."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from pathlib import Path

from bench import contenders
from bench.measure import Case, Contender
from bench.repositories import Benchmark
from bench.workbench import Workbench

CHECK_GROUP = "check"
CHECK = "lessonguard check"
HUNDRED = "100 lessons with examples"

_NUMBERS = {1: "1 lesson with examples", 100: HUNDRED, 1_000: "1,000 lessons with examples"}
_QUICK = 100


def check_cases(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    """Return the cases of `lessonguard check`."""
    for number, name in _NUMBERS.items():
        if quick and number != _QUICK:
            continue
        benchmark = workbench.repository(lessons=number, changed=1)
        benchmark.checkout()
        programs = (_check(benchmark), contenders.core_start(benchmark.path))
        yield Case(group=CHECK_GROUP, name=name, contenders=programs, with_memory=number == _QUICK)


def _check(benchmark: Benchmark) -> Contender:
    """Run the console script on the lessons of the work tree; a lesson that is not proven fails the run."""
    program = Path(sysconfig.get_path("scripts"), "lessonguard")
    argv = (str(program), "check", "--format", "json")
    return Contender(name=CHECK, argv=argv, directory=benchmark.path, exits=frozenset({0}))
