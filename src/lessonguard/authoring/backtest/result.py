"""The result of a backtest: on which past changes lessons would have commented, and what they match today."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from lessonguard.git.changes import CommitId
from lessonguard.git.past_changes import MergedChange, PastChanges
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Lesson
from lessonguard.record import record
from lessonguard.scan.finding import Finding
from lessonguard.semgrep.interface import Unchecked

# The shares of changes above which a lesson is busy, and noisy: chosen, not measured. Fewer than three
# comments are quiet however few changes there are, because two of twenty say little.
_BUSY, _NOISY = 0.02, 0.1
_FEW = 3

Stop = Literal["", "interrupted", "time limit"]
"""What ended a backtest early."""


class Noise(Enum):
    """How often a lesson comments: never, rarely, often enough to look at why, or too often."""

    SILENT = "silent"
    QUIET = "quiet"
    BUSY = "busy"
    NOISY = "noisy"


class Cause(Enum):
    """Whether the change that caused the incident is among those that a lesson would have commented on.

    It is the last one, at or before the lesson's `proof.broken`, that introduced a finding of the
    lesson; if one did so in a file that the fix changed, the last of those. `NO_PROOF`: the lesson
    has no proof; `ELSEWHERE`: its commit is not in this history; `EARLIER`: it came before the
    changes that were replayed; `MISSED`: no such finding.
    """

    NO_PROOF = "untold"
    ELSEWHERE = "elsewhere"
    EARLIER = "earlier"
    MISSED = "missed"
    FOUND = "found"


@record
class CommentedChange:
    """A past change on which a lesson would have commented: what it introduces, at one place at least."""

    change: MergedChange
    findings: tuple[Finding, ...]


@record
class LessonBacktest:
    """On which of `replayed` changes one lesson would have commented.

    `commented` are those that introduce a finding that nobody accepted, the newest first; `watched` counts
    those that touch a path it watches. `today` has a finding for each match in the whole tree. `unchecked`
    has the files that it could not check, each with the change, or None for a file of today.
    """

    lesson: Lesson
    replayed: int
    commented: tuple[CommentedChange, ...]
    watched: int
    today: tuple[Finding, ...]
    unchecked: tuple[tuple[MergedChange | None, Unchecked], ...]
    cause: Cause
    caused_by: MergedChange | None = None

    @property
    def noise(self) -> Noise:
        """Return how often it would have commented."""
        count = len(self.commented)
        if not count:
            return Noise.SILENT
        if count < _FEW or count <= _BUSY * self.replayed:
            return Noise.QUIET
        return Noise.BUSY if count <= _NOISY * self.replayed else Noise.NOISY

    @property
    def open_today(self) -> tuple[Finding, ...]:
        """List the findings of today that nobody accepted."""
        return tuple(finding for finding in self.today if not finding.accepted)


@record
class BacktestReport:
    """The result of replaying past changes.

    The newest `reached` of `past` were replayed, apart from those in `failed`, which Semgrep could not check,
    each with the reason. `head` is the commit whose tree was searched for matches of today, None if none was;
    of `files` there that a rule checks, `files_checked` were checked. `faults` are errors of lesson files,
    as in a `ScanReport`.
    """

    past: PastChanges
    reached: int
    failed: tuple[tuple[MergedChange, str], ...]
    head: CommitId | None
    files: int
    files_checked: int
    lessons: tuple[LessonBacktest, ...]
    stopped: Stop
    faults: tuple[Diagnostic, ...]

    @property
    def knows_today(self) -> bool:
        """Return whether any file of today was checked, or none had to be."""
        return self.head is not None and (self.files_checked > 0 or not self.stopped)

    @property
    def replayed(self) -> int:
        """Return how many changes were replayed."""
        return self.reached - len(self.failed)
