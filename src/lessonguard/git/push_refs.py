"""Read what Git writes to the standard input of a pre-push hook: which refs are pushed. Pure."""

from __future__ import annotations

import re

from lessonguard.errors import UsageError
from lessonguard.git.changes import CommitId
from lessonguard.record import record

# The format of a line: https://git-scm.com/docs/githooks#_pre_push
_FIELDS = "<local ref> <local object name> <remote ref> <remote object name>"

# SHA-1 or SHA-256.
_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@record
class RefUpdate:
    """One ref that is pushed.

    `local_ref` is as the user gave it where that is no ref (`HEAD~2`), and `(delete)` for a deletion. `local`
    is the object that is pushed, perhaps a tag; None if the ref is deleted. `remote` is the object that the
    ref names on the remote, which may be missing here; None if the remote has no such ref.
    """

    local_ref: str
    local: CommitId | None
    remote_ref: str
    remote: CommitId | None


def parse_push(text: str) -> tuple[RefUpdate, ...]:
    """Return the refs in the standard input of a pre-push hook, which has a line for each.

    Raise `UsageError` for a line that Git would not write.
    """
    updates = []
    for number, line in enumerate(text.split("\n"), 1):
        # From the right, because a user may push `HEAD@{1 day ago}`: a local ref may have spaces in it.
        fields = line.rsplit(" ", 3)
        if len(fields) == len(_FIELDS.split("> <")) and all(map(_NAME.fullmatch, fields[1::2])):
            local_ref, local, remote_ref, remote = fields
            updates.append(
                RefUpdate(
                    local_ref=local_ref, local=_object(local), remote_ref=remote_ref, remote=_object(remote)
                )
            )
        elif line:
            problem = f"Line {number} of the standard input is not what Git writes for a pre-push hook"
            raise UsageError(
                f"{problem}: {line[:200]!r}.",
                hint=f"Git writes `{_FIELDS}` for each ref; set it up: `lessonguard hook install`.",
            )
    return tuple(updates)


def _object(name: str) -> CommitId | None:
    """Return the name of an object; None for the zeros that stand for no object."""
    return CommitId(name) if name.strip("0") else None
