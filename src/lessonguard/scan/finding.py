"""What a scan reports: findings, notices, and what was not checked."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Literal, NewType

from lessonguard.git.changes import CommitId
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Lesson, Mode, RuleId
from lessonguard.record import record
from lessonguard.semgrep.interface import Side, Unchecked

# The identity of a finding across pushes: hexadecimal, made without line numbers.
Fingerprint = NewType("Fingerprint", str)


class State(Enum):
    """What the change did to the matching code."""

    ADDED = "added"
    EXPOSED = "exposed"
    TOUCHED = "touched"
    MOVED = "moved"
    INHERITED = "inherited"
    FIXED = "fixed"

    @property
    def is_introduced(self) -> bool:
        """Return whether the change is to blame: the only states that can fail a check."""
        return self in {State.ADDED, State.EXPOSED}


@record(order=True)
class Position:
    """A place in a file: 1-based line and 1-based column, in characters."""

    line: int
    column: int


@record
class SourceLine:
    """One line of a file, 1-based, without its line ending; undecodable bytes are replaced."""

    number: int
    text: str


@record
class Acceptance:
    """A recorded decision to accept a finding. `where` is `path:line` of the comment."""

    reason: str
    until: date | None
    where: str


@record
class Finding:
    """One place where a rule matches; it holds all that any output needs.

    Positions are in head, or in base for a `fixed` one; `end` is exclusive. `snippet` is the
    matched text. `lines` are the whole source lines of the match. `removed` are the base
    lines whose removal exposed the code (only for `exposed`; may be empty), and
    `is_removed_below` tells that they stood below it. `fix` is the replacement text that the
    rule proposes.
    """

    lesson: Lesson
    rule: RuleId
    state: State
    path: str
    previous_path: str | None
    start: Position
    end: Position
    snippet: str
    lines: tuple[SourceLine, ...]
    removed: tuple[SourceLine, ...]
    message: str
    fix: str | None
    fingerprint: Fingerprint
    accepted: Acceptance | None
    is_removed_below: bool = False


NoticeKind = Literal[
    "watched-path",
    "citation-removed",
    "lesson-removed",
    "lesson-weakened",
    "accept-without-reason",
    "accept-invalid",
    "accept-expired",
    "accept-unknown",
    "accept-unused",
]


@record
class Notice:
    """Something worth saying that is not a rule match.

    `lesson` is None only for `accept-unknown`. `incident` is the ID as it stands in the code.
    `text` is the source line, or empty for a watched path or a lesson. `detail` is what is wrong with an
    accept comment that is not understood, with a line to paste, until when one counted that has expired,
    or how a lesson is weakened; otherwise it is empty.
    """

    incident: str
    lesson: Lesson | None
    kind: NoticeKind
    path: str
    line: int
    side: Side
    text: str
    detail: str = ""


@record
class ScanReport:
    """What a change introduces, and what could not be checked.

    `lessons` and `files` count the lessons that were applied and the files that changed.
    `findings` (never `inherited`, never `fixed`), `fixed`, `notices` and `unchecked` are
    sorted by path, line, column and lesson. `faults` are errors of lesson files.
    """

    base: CommitId
    head: CommitId
    lessons: int
    files: int
    findings: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    unchecked: tuple[Unchecked, ...]
    faults: tuple[Diagnostic, ...]

    def blocks(self, mode: Mode | None) -> tuple[Finding, ...]:
        """List the introduced findings that nobody accepted, of lessons with this mode or a stricter one.

        They are in the order of `findings`; with None, nothing blocks.
        """
        return tuple(
            finding
            for finding in self.findings
            if finding.state.is_introduced and not finding.accepted and finding.lesson.mode.reaches(mode)
        )
