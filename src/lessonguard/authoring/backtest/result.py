"""What lessons would have said about past changes, and what they match today."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from lessonguard.git.changes import CommitId
from lessonguard.git.past_changes import MergedChange, PastChanges
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Lesson, RuleId
from lessonguard.record import record
from lessonguard.scan.finding import State

_FEW = 3
"""Changes on which a lesson may speak, however few were replayed, before it counts as anything but quiet."""

_BUSY, _NOISY = 0.02, 0.1
"""The shares of changes above which a lesson is busy, and noisy."""

Stop = Literal["", "interrupted", "time limit"]
"""What ended a backtest before its time."""


class Noise(Enum):
    """How often a lesson speaks: never, now and then, often enough to look at why, or too often."""

    SILENT = "silent"
    QUIET = "quiet"
    BUSY = "busy"
    NOISY = "noisy"


class Cause(Enum):
    """Whether the change that caused the incident is among those that a lesson spoke on.

    It is the last one, at or before the lesson's `proof.broken`, that introduced a finding of the
    lesson; if one did so in a file that the fix changed, the last of those. `UNTOLD`: the lesson
    has no proof; `ELSEWHERE`: its commit is not in this history; `EARLIER`: it came before the
    changes that were replayed; `MISSED`: no such finding.
    """

    UNTOLD = "untold"
    ELSEWHERE = "elsewhere"
    EARLIER = "earlier"
    MISSED = "missed"
    FOUND = "found"


@record
class Place:
    """One place where a rule matches; `line` and `column` are 1-based, `text` is the first line of it."""

    path: str
    line: int
    column: int
    state: State
    rule: RuleId
    text: str
    is_accepted: bool = False


@record
class Spoken:
    """A past change on which a lesson would have spoken, and where; at one place at least."""

    change: MergedChange
    places: tuple[Place, ...]


@record
class Unseen:
    """A file that a lesson should have looked at and could not; `change` is None for one of today's."""

    change: MergedChange | None
    path: str
    reason: str


@record
class LessonBacktest:
    """What one lesson would have said about `replayed` changes.

    `spoken` are those that introduce what nobody accepted, the newest first; `watched` counts those
    that touch a path it watches. `today` are the places that match in the whole tree.
    """

    lesson: Lesson
    replayed: int
    spoken: tuple[Spoken, ...]
    watched: int
    today: tuple[Place, ...]
    unseen: tuple[Unseen, ...]
    cause: Cause
    caused_by: MergedChange | None = None

    @property
    def noise(self) -> Noise:
        """Judge how often it would have spoken."""
        count = len(self.spoken)
        if not count:
            return Noise.SILENT
        if count < _FEW or count <= _BUSY * self.replayed:
            return Noise.QUIET
        return Noise.BUSY if count <= _NOISY * self.replayed else Noise.NOISY

    @property
    def matches_anything(self) -> bool:
        """Tell whether a rule of it was seen to match, in the past or today."""
        return bool(self.spoken or self.today)

    @property
    def standing(self) -> tuple[Place, ...]:
        """Give the places of today that nobody accepted."""
        return tuple(place for place in self.today if not place.is_accepted)


@record
class Unreplayed:
    """A change that Semgrep could not look at, and why."""

    change: MergedChange
    reason: str


@record
class BacktestReport:
    """What became of replaying past changes.

    The newest `reached` of `past` were replayed, apart from those in `failed`. `head` is the commit in
    whose tree the places of today are, None if nobody wanted them; of `files` there that a rule
    looks at, `files_seen` were looked at. `faults` are errors of lesson files, as in a
    `ScanReport`.
    """

    past: PastChanges
    reached: int
    failed: tuple[Unreplayed, ...]
    head: CommitId | None
    files: int
    files_seen: int
    lessons: tuple[LessonBacktest, ...]
    stopped: Stop
    faults: tuple[Diagnostic, ...]

    @property
    def knows_today(self) -> bool:
        """Tell whether any file of today was looked at, or none had to be."""
        return self.head is not None and (self.files_seen > 0 or not self.stopped)

    @property
    def replayed(self) -> int:
        """Count the changes that were replayed."""
        return self.reached - len(self.failed)
