"""What is measured: the change, the lessons and the programs of each case, and what is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bench import contenders
from bench.contenders import CORE, LESSONGUARD, SEMGREP
from bench.lessons import LessonFile, write_lessons
from bench.measure import Case, Outcome
from bench.repositories import Benchmark, build_repository

_FILES = 1_000
"""How many files a repository has where their number is not what is measured."""

_LESSONS = 30
"""How many lessons there are where their number is not what is measured."""

_MANY = 1_000
"""The most lessons that are tried."""

_QUICK_SIZE = 300


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """Builds repositories in a temporary folder, each once."""

    folder: Path
    built: dict[tuple[int, int, int], Benchmark] = field(default_factory=dict)

    def repository(self, *, lessons: int, changed: int, files: int = _FILES) -> Benchmark:
        """Give the repository of these sizes."""
        size = (lessons, changed, max(files, changed))
        if size not in self.built:
            self.built[size] = build_repository(
                self.folder / "-".join(map(str, size)),
                lessons=_lessons(lessons),
                changed=changed,
                files=size[2],
            )
        return self.built[size]


@cache
def _lessons(count: int) -> tuple[LessonFile, ...]:
    return write_lessons(count)


def _floor(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    del quick
    benchmark = workbench.repository(lessons=_LESSONS, changed=0)
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
        benchmark = workbench.repository(lessons=_LESSONS, changed=changed)
        benchmark.checkout()
        lessons = _lessons(_LESSONS)
        programs = (
            contenders.lessonguard(benchmark),
            contenders.core(benchmark, lessons),
            contenders.core(benchmark, lessons, jobs=1),
            contenders.semgrep(benchmark, lessons, experimental=True),
            contenders.semgrep(benchmark, lessons),
        )
        name = f"{_LESSONS} lessons, {_count(changed, 'changed file')}"
        yield Case(group="side by side", name=name, contenders=programs, with_memory=True)


def _growth_with_lessons(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    for changed in (1, 30):
        for number in (1, 30, 300, _MANY):
            if quick and number not in {1, _QUICK_SIZE}:
                continue
            benchmark = workbench.repository(lessons=number, changed=changed)
            programs = contenders.lessonguard(benchmark), contenders.core(benchmark, _lessons(number))
            name = f"{_count(number, 'lesson')}, {_count(changed, 'changed file')}"
            yield Case(group="lessons", name=name, contenders=programs, with_memory=number == _MANY)


def _growth_with_files(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    for changed in (1, 30, 300, 3000):
        if quick and changed > _QUICK_SIZE:
            continue
        benchmark = workbench.repository(lessons=_LESSONS, changed=changed)
        programs = contenders.lessonguard(benchmark), contenders.core(benchmark, _lessons(_LESSONS))
        name = f"{_count(changed, 'changed file')}, {_LESSONS} lessons"
        if changed > _QUICK_SIZE:
            yield Case(group="files", name=f"{name}, 2 rounds", contenders=programs, most_rounds=2)
        else:
            with_memory = changed == _QUICK_SIZE
            yield Case(group="files", name=name, contenders=programs, with_memory=with_memory)


def _growth_with_repository(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    sizes = (100, 10_000) if quick else (100, 10_000, 100_000)
    programs = [
        contenders.lessonguard(
            workbench.repository(lessons=_LESSONS, changed=10, files=size), name=f"{size:,} files"
        )
        for size in reversed(sizes)
    ]
    yield Case(group="repository", name=f"{_LESSONS} lessons, 10 changed files", contenders=tuple(programs))


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
}
"""The cases by group. A case is made when its turn comes, and with it the repository that it needs."""


# What is asked of it --------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Target:
    """A number that was promised. Without `other` it is the seconds of `one`, else a ratio of times."""

    promise: str
    group: str
    case: str
    one: str
    other: str | None = None
    limit: float
    is_minimum: bool = False

    def measured(self, outcomes: Sequence[Outcome]) -> float | None:
        """Find the number among the outcomes, None if its case was not measured."""
        for outcome in outcomes:
            if (outcome.group, outcome.name) == (self.group, self.case) and self.one in outcome.by_name:
                return self._read(outcome)
        return None

    def _read(self, outcome: Outcome) -> float | None:
        if self.other is None:
            return outcome.by_name[self.one].median
        return outcome.ratio(self.one, self.other) if self.other in outcome.by_name else None

    def is_met(self, measured: float) -> bool:
        """Tell whether the promise is kept."""
        return measured >= self.limit if self.is_minimum else measured <= self.limit


def _faster(*, case: str, other: str) -> Target:
    promise = f"{case}: {other} takes so many times as long"
    return Target(
        promise=promise,
        group="side by side",
        case=case,
        one=other,
        other=LESSONGUARD,
        limit=6,
        is_minimum=True,
    )


def _near_core(*, case: str, limit: float, group: str = "side by side") -> Target:
    promise = f"{case}: ÷ bare {CORE}"
    return Target(promise=promise, group=group, case=case, one=LESSONGUARD, other=CORE, limit=limit)


TARGETS = (
    _near_core(case="30 lessons, 1 changed file", limit=1.5),
    _near_core(case="30 lessons, 30 changed files", limit=0.9),
    _near_core(case="300 lessons, 30 changed files", group="lessons", limit=1.2),
    _faster(case="30 lessons, 1 changed file", other=SEMGREP),
    _faster(case="30 lessons, 30 changed files", other=SEMGREP),
    Target(
        promise="no lesson applies: seconds",
        group="floor",
        case="no lesson applies",
        one=LESSONGUARD,
        limit=0.1,
    ),
    Target(
        promise="1,000 lessons, 1 changed file: seconds",
        group="lessons",
        case="1,000 lessons, 1 changed file",
        one=LESSONGUARD,
        limit=0.6,
    ),
    Target(
        promise="100,000 files in the repository ÷ 100",
        group="repository",
        case="30 lessons, 10 changed files",
        one="100,000 files",
        other="100 files",
        limit=1.2,
    ),
)
