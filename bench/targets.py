"""The performance targets of lessonguard, and whether they are met."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bench import authoring, backtests, pushes, reviews
from bench.contenders import CORE, LESSONGUARD, SEMGREP
from bench.hosting import AGAIN, REVIEW
from bench.measure import Measurement, Outcome

Quantity = Literal["seconds", "kB fetched", "API calls", "writes", "peak MiB"]

_QUANTITIES: Mapping[Quantity, Callable[[Measurement], float | None]] = {
    "seconds": lambda item: item.median,
    "kB fetched": lambda item: item.traffic.kilobytes if item.traffic else None,
    "API calls": lambda item: item.traffic.calls if item.traffic else None,
    "writes": lambda item: item.traffic.writes if item.traffic else None,
    "peak MiB": lambda item: item.peak,
}


@dataclass(frozen=True, kw_only=True)
class Target:
    """A target: a `quantity` of `one`, or with `other` the ratio of their times.

    With `is_difference`, it is by how many seconds `one` takes longer than `other`.
    """

    promise: str
    group: str
    case: str
    one: str
    other: str | None = None
    quantity: Quantity = "seconds"
    limit: float
    is_minimum: bool = False
    is_difference: bool = False

    def measured(self, outcomes: Sequence[Outcome]) -> float | None:
        """Find the number among the outcomes, None if it was not measured."""
        for outcome in outcomes:
            if (outcome.group, outcome.name) == (self.group, self.case) and self.one in outcome.by_name:
                return self._read(outcome)
        return None

    def is_met(self, measured: float) -> bool:
        """Return whether the target is met."""
        return measured >= self.limit if self.is_minimum else measured <= self.limit

    def _read(self, outcome: Outcome) -> float | None:
        if self.other is None:
            return _QUANTITIES[self.quantity](outcome.by_name[self.one])
        if self.other not in outcome.by_name:
            return None
        compare = outcome.difference if self.is_difference else outcome.ratio
        return compare(self.one, self.other)


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


def _review(quantity: Quantity, *, limit: float, case: str, one: str = REVIEW) -> Target:
    return Target(
        promise=f"{one}, {case}: {quantity}",
        group=reviews.GROUP,
        case=case,
        one=one,
        quantity=quantity,
        limit=limit,
    )


def _seconds(one: str, case: str, *, group: str, limit: float) -> Target:
    return Target(promise=f"{one}, {case}: seconds", group=group, case=case, one=one, limit=limit)


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
    _seconds(pushes.HOOK, pushes.NOTHING, group=pushes.GROUP, limit=0.2),
    Target(
        promise=f"{pushes.HOOK}, {pushes.TEN}: seconds more than {LESSONGUARD}",
        group=pushes.GROUP,
        case=pushes.TEN,
        one=pushes.HOOK,
        other=LESSONGUARD,
        limit=0.2,
        is_difference=True,
    ),
    _review("seconds", case=reviews.FINDINGS, limit=1.5),
    _review("kB fetched", case=reviews.FINDINGS, limit=1_000),
    _review("API calls", case=reviews.FINDINGS, limit=8),
    _review("writes", case=reviews.FINDINGS, one=AGAIN, limit=0),
    _review("seconds", case=reviews.CLEAN, limit=1.5),
    _review("API calls", case=reviews.CLEAN, limit=3),
    _review("writes", case=reviews.CLEAN, limit=0),
    _review("seconds", case=reviews.MANY, limit=30),
    _review("peak MiB", case=reviews.MANY, limit=500),
    _seconds(authoring.CHECK, authoring.HUNDRED, group=authoring.CHECK_GROUP, limit=3),
    _seconds(backtests.FIRST, backtests.YEARS, group=backtests.GROUP, limit=60),
)
