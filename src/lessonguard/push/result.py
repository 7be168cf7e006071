"""What a push introduces, ref by ref, also if its commits have several bases."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from lessonguard.record import record
from lessonguard.scan.finding import ScanReport, State

_Item = TypeVar("_Item")

# What a change may have done to a finding, the most to blame first.
_BLAME = (State.ADDED, State.EXPOSED, State.TOUCHED, State.MOVED)


@record
class PushedRef:
    """A ref that is pushed, as Git names it here and there, and what its commits introduce.

    `commits` counts those that are new to the remote. With `is_whole`, there is nothing on the
    remote that they started from, so that all files were checked.
    """

    local_ref: str
    remote_ref: str
    commits: int
    is_whole: bool
    report: ScanReport


def merge_reports(reports: Sequence[ScanReport], *, files: int) -> ScanReport:
    """Return what is in all reports, which compare one head with several bases.

    `files` is the number of files that differ from all of these.

    After a merge of two branches that both were published, the code of one is new to the other and
    yet not new. So a finding counts if it is in all reports, with the mildest of its states.
    """
    first, *others = reports
    if not others:
        return first
    findings = _shared(
        [each.findings for each in reports], lambda item: (item.rule, item.path, item.start, item.end)
    )
    fixed = _shared([each.fixed for each in reports], lambda item: (item.rule, item.fingerprint))
    notices = _shared(
        [each.notices for each in reports], lambda item: (item.kind, item.incident, item.path, item.text)
    )
    unchecked = _shared(
        [each.unchecked for each in reports], lambda item: (item.path, item.incident, item.explanation)
    )
    return replace(
        first,
        files=files,
        findings=tuple(max(same, key=lambda item: _BLAME.index(item.state)) for same in findings),
        fixed=tuple(same[0] for same in fixed),
        notices=tuple(same[0] for same in notices),
        unchecked=tuple(same[0] for same in unchecked),
    )


def _shared(
    lists: Sequence[Iterable[_Item]], identify: Callable[[_Item], Hashable]
) -> Iterable[Sequence[_Item]]:
    """List the items that all lists have, in the order of the first: the item of each list."""
    by_identity = [{identify(item): item for item in items} for items in lists]
    for identity in by_identity[0]:
        if all(identity in items for items in by_identity):
            yield [items[identity] for items in by_identity]
