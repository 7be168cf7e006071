"""What Git tells a pre-push hook → what is being pushed, and where to."""

from __future__ import annotations

import re

from lessonguard.errors import UsageError
from lessonguard.git.changes import CommitId
from lessonguard.record import record

_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FIELDS = "<local ref> <local object name> <remote ref> <remote object name>"


@record
class RefUpdate:
    """One ref that is pushed.

    `local_ref` is as it was given where that does not stand for a ref (`HEAD~2`), and `(delete)` for a
    deletion. `local` names the object that is pushed, perhaps a tag; None if the ref is deleted. `remote`
    names what the ref is on the remote, which may be missing here; None if the remote has no such ref.
    """

    local_ref: str
    local: CommitId | None
    remote_ref: str
    remote: CommitId | None


def parse_push(text: str) -> tuple[RefUpdate, ...]:
    """Read the standard input of a pre-push hook, a line for each ref; see githooks(5).

    Raise `UsageError` for a line that Git would not write.
    """
    return tuple(_parse(number, line) for number, line in enumerate(text.split("\n"), 1) if line)


def _parse(number: int, line: str) -> RefUpdate:
    # From the right: what was given in place of a local ref may hold spaces, as in `HEAD@{1 day ago}`.
    fields = line.rsplit(" ", 3)
    if len(fields) != len(_FIELDS.split("> <")) or not (
        _NAME.fullmatch(fields[1]) and _NAME.fullmatch(fields[3])
    ):
        raise UsageError(
            f"Line {number} of the standard input is not what Git tells a pre-push hook: {line[:200]!r}.",
            hint=f"It is `{_FIELDS}`, a line for each ref; `lessonguard hook install` has Git write it.",
        )
    local_ref, local, remote_ref, remote = fields
    return RefUpdate(
        local_ref=local_ref, local=_present(local), remote_ref=remote_ref, remote=_present(remote)
    )


def _present(name: str) -> CommitId | None:
    """Give the name of an object; None for the zeros that stand for none."""
    return CommitId(name) if name.strip("0") else None
