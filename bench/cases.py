"""What is measured: the change, the lessons and the programs of each case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bench import contenders
from bench.authoring import CHECK_GROUP, check_cases
from bench.backtests import GROUP as BACKTEST_GROUP
from bench.backtests import backtest_cases
from bench.lessons import write_lessons
from bench.measure import Case
from bench.pushes import GROUP as PUSH_GROUP
from bench.pushes import push_cases
from bench.reviews import review_cases
from bench.workbench import LESSONS, Workbench

_MANY = 1_000
"""The most lessons that are tried."""

_QUICK_SIZE = 300


def _floor(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    del quick
    benchmark = workbench.repository(lessons=LESSONS, changed=0)
    start = {"directory": benchmark.path}
    programs = (
        contenders.lessonguard(benchmark),
        contenders.python("pass", name="python -c pass", **start),
        contenders.python(
            "import lessonguard.cli.main, lessonguard.cli.scan", name="python, imports of scan", **start
        ),
        contenders.core_start(**start),
    )
    yield Case(group="floor", name="no lesson applies", contenders=programs)


def _side_by_side(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    for changed in (1,) if quick else (1, 30):
        benchmark = workbench.repository(lessons=LESSONS, changed=changed)
        benchmark.checkout()
        lessons = write_lessons(LESSONS)
        programs = (
            contenders.lessonguard(benchmark),
            contenders.core(benchmark, lessons),
            contenders.core(benchmark, lessons, jobs=1),
            contenders.semgrep(benchmark, lessons, experimental=True),
            contenders.semgrep(benchmark, lessons),
        )
        name = f"{LESSONS} lessons, {_count(changed, 'changed file')}"
        yield Case(group="side by side", name=name, contenders=programs, with_memory=True)


def _growth_with_lessons(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    for changed in (1, 30):
        for number in (1, 30, 300, _MANY):
            if quick and number not in {1, _QUICK_SIZE}:
                continue
            benchmark = workbench.repository(lessons=number, changed=changed)
            programs = contenders.lessonguard(benchmark), contenders.core(benchmark, write_lessons(number))
            name = f"{_count(number, 'lesson')}, {_count(changed, 'changed file')}"
            yield Case(group="lessons", name=name, contenders=programs, with_memory=number == _MANY)


def _growth_with_files(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    for changed in (1, 30, 300, 3000):
        if quick and changed > _QUICK_SIZE:
            continue
        benchmark = workbench.repository(lessons=LESSONS, changed=changed)
        programs = contenders.lessonguard(benchmark), contenders.core(benchmark, write_lessons(LESSONS))
        name = f"{_count(changed, 'changed file')}, {LESSONS} lessons"
        if changed > _QUICK_SIZE:
            yield Case(group="files", name=f"{name}, 2 rounds", contenders=programs, most_rounds=2)
        else:
            with_memory = changed == _QUICK_SIZE
            yield Case(group="files", name=name, contenders=programs, with_memory=with_memory)


def _growth_with_repository(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    sizes = (100, 10_000) if quick else (100, 10_000, 100_000)
    programs = [
        contenders.lessonguard(
            workbench.repository(lessons=LESSONS, changed=10, files=size), name=f"{size:,} files"
        )
        for size in reversed(sizes)
    ]
    yield Case(group="repository", name=f"{LESSONS} lessons, 10 changed files", contenders=tuple(programs))


def _cache(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    number = _QUICK_SIZE if quick else _MANY
    benchmark = workbench.repository(lessons=number, changed=1)
    programs = (
        contenders.lessonguard(benchmark, name="lessons never read before", cold=True),
        contenders.lessonguard(benchmark, name="lessons read before"),
    )
    # In turns, the first one leaves the cache for the second.
    yield Case(group="cache", name=f"{_count(number, 'lesson')}, 1 changed file", contenders=programs)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


GROUPS: Mapping[str, Callable[..., Iterator[Case]]] = {
    "floor": _floor,
    "side by side": _side_by_side,
    "lessons": _growth_with_lessons,
    "files": _growth_with_files,
    "repository": _growth_with_repository,
    "cache": _cache,
    PUSH_GROUP: push_cases,
    "review": review_cases,
    CHECK_GROUP: check_cases,
    BACKTEST_GROUP: backtest_cases,
}
"""The cases by group. A case is made when its turn comes, and with it the repository that it needs."""
