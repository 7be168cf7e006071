"""What an engine is: rules and contents in, matches and what could not be checked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from time import monotonic
from typing import Any, Literal, Protocol

from lessonguard.record import record

# The two versions of a changed file: before and after the change.
Side = Literal["base", "head"]

# Why a file was not checked: the first six an engine reports, the others are known before it runs;
# "unknown" is what the report of another run says, which has only words.
UncheckedKind = Literal[
    "parse",
    "partial-parse",
    "timeout",
    "memory",
    "too-many",
    "crash",
    "binary",
    "git-lfs",
    "too-large",
    "too-much",
    "unknown",
]


@record
class EngineRule:
    """One Semgrep rule with its id, message, severity and languages filled in.

    `document` is the rule as Semgrep reads it (JSON values only); `document["id"]` is `id`,
    which is unique in a run. `analyzers` are Semgrep's canonical language ids.
    """

    id: str
    analyzers: frozenset[str]
    document: Mapping[str, Any]


@record
class Target:
    """One version of one file to look at.

    `key` is unique in a run and comes back with each match. `path` is what the rules'
    `paths` see: relative to the top of the repository, without a leading slash. `content`
    has no byte order mark. `analyzers` are the languages it is checked as.
    """

    key: int
    path: str
    content: bytes
    analyzers: frozenset[str]


@record
class Match:
    """One place where a rule matches; `start` and `end` are 0-based byte offsets, end exclusive."""

    rule: str
    target: int
    start: int
    end: int
    message: str
    fix: str | None


@record
class Unchecked:
    """A version of a file that a rule could not check, so that no match there does not mean clean.

    It is the same from the choice of targets to the JSON report. `rule` is None where no rule could
    run, and `incident` is that of the rule's lesson. `lines` are the 1-based line ranges that could
    not be parsed; none means the whole file. `target` is the key of the target in the answer of an
    engine, which knows neither the `side` nor the lesson: a scan fills them in.
    """

    path: str
    reason: str
    rule: str | None = None
    side: Side = "head"
    kind: UncheckedKind = "unknown"
    lines: tuple[range, ...] = ()
    incident: str | None = None
    target: int | None = None

    @property
    def explanation(self) -> str:
        """Return the reason, and that it is about the old version of the file where it is."""
        return self.reason if self.side == "head" else f"before the change, {self.reason}"


@record
class EngineResult:
    """What one run found: sorted, without duplicates, and accounting for every target.

    `refused` has the rules that Semgrep did not accept, which ran on nothing, each with its own words.
    """

    matches: tuple[Match, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


@record
class Limits:
    """Bounds of one run: seconds for one rule on one file and for all of it, MiB for the engine.

    With the `prefilter`, a target without the words of any rule is passed over: nothing can match in
    it, but it is not known what in it cannot be parsed. The public `semgrep scan` always does so.
    """

    timeout: float = 5.0
    deadline: float = 600.0
    max_memory: int = 4096
    prefilter: bool = True


class TimeIsUpError(Exception):
    """The time that some work may take is over."""


@record
class Deadline:
    """An instant of the monotonic clock, or None for no end."""

    at: float | None

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the instant that is so many seconds from now."""
        return cls(at=monotonic() + seconds)

    @property
    def is_over(self) -> bool:
        """Return whether this instant has come."""
        return self.at is not None and monotonic() >= self.at

    def check(self) -> None:
        """Raise `TimeIsUpError` if it is over."""
        if self.at is not None and monotonic() >= self.at:
            raise TimeIsUpError

    def limit(self, limits: Limits) -> Limits:
        """Return limits that end a run of Semgrep at this instant at the latest."""
        if self.at is None:
            return limits
        return replace(limits, deadline=max(0.1, min(limits.deadline, self.at - monotonic())))


NEVER = Deadline(at=None)


class Engine(Protocol):
    """Something that matches Semgrep rules against contents."""

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        """Match every rule against every target that shares an analyzer with it.

        `paths` in the rules are honoured; `nosemgrep` comments are not. Raise `EngineError`
        if Semgrep cannot run or its answer leaves a target unaccounted for.
        """
        ...
