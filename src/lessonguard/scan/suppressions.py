"""Apply accept comments: which findings they accept, and which of them have no effect."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from lessonguard.record import record
from lessonguard.scan.finding import Acceptance, NoticeKind

# What every accept comment holds in some case, also one that is written wrongly.
_MARK = b"lessonguard"

# The reason in the comment that we propose; left as it is, it is no reason.
PLACEHOLDER = "why it is safe"
_NO_REASONS = {PLACEHOLDER, "TODO", "TBD", "FIXME", "XXX"}


def may_accept(content: bytes) -> bool:
    """Return whether a file must be searched for accept comments; for most there is no need."""
    return _MARK in content.lower()


def write_accept(incident: str, *, reason: str = PLACEHOLDER, until: str = "") -> str:
    """Return the text of an accept comment, without the signs that make it a comment."""
    quoted = (reason or PLACEHOLDER).replace('"', "'")
    return f'lessonguard: accept {incident}{f" until={until}" if until else ""} reason="{quoted}"'


@record
class AcceptComment:
    """One accept comment. `line` is where it stands, `applies_to` the line that it is about.

    A comment behind code is about its own line, one on a line of its own about the next line
    that is not a comment. One with a fault (no incident, no valid date after `until=`, anything
    that is left over) accepts nothing, nor does one without a reason.
    """

    incident: str
    line: int
    applies_to: int
    reason: str
    until: date | None
    fault: str = ""


class Acceptances:
    """The accept comments of one file, as they stand on the day `today`."""

    def __init__(self, comments: Sequence[AcceptComment], *, path: str, today: date) -> None:
        """Sort out the comments that count."""
        self._path = path
        self._faulty = [(kind, comment) for comment in comments if (kind := _fault(comment, today))]
        self._counting = [comment for comment in comments if not _fault(comment, today)]
        self._by_place: dict[tuple[str, int], AcceptComment] = {}
        for comment in self._counting:
            self._by_place.setdefault((comment.incident, comment.applies_to), comment)
        self._used: set[AcceptComment] = set()

    def accept(self, incident: str, lines: range) -> Acceptance | None:
        """Return the acceptance of a finding on these lines, if there is one, and note its use."""
        for line in (lines.start, lines.stop - 1):
            if comment := self._by_place.get((incident, line)):
                self._used.add(comment)
                where = f"{self._path}:{comment.line}"
                return Acceptance(reason=comment.reason, until=comment.until, where=where)
        return None

    def without_effect(self, incidents: Collection[str]) -> Iterator[tuple[NoticeKind, AcceptComment]]:
        """List the comments that accept nothing, and why. Ask after `accept` was asked about all findings."""
        for kind, comment in self._faulty:
            yield kind, comment
        for comment in self._counting:
            if comment.incident not in incidents:
                yield "accept-unknown", comment
            elif comment not in self._used:
                yield "accept-unused", comment


def _fault(comment: AcceptComment, today: date) -> NoticeKind | None:
    if comment.fault:
        return "accept-invalid"
    # `reason="…"` is what we proposed until 2026; people paste it from old comments.
    if comment.reason in _NO_REASONS or not any(map(str.isalnum, comment.reason)):
        return "accept-without-reason"
    if comment.until is not None and comment.until < today:
        return "accept-expired"
    return None
