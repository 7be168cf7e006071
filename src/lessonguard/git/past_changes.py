"""Past changes: what was merged into a branch, read from its commits. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone

from lessonguard.git.changes import CommitId
from lessonguard.record import record

# Lines of a commit object: https://git-scm.com/docs/git-commit-tree#_commit_information
_COMMITTED = re.compile(rb"^committer .*> (-?[0-9]+) ([+-])([0-9]{2})([0-9]{2})$", re.MULTILINE)
_AUTHORED = re.compile(_COMMITTED.pattern.replace(b"committer", b"author"), re.MULTILINE)
_ENCODING = re.compile(rb"^encoding (\S+)$", re.MULTILINE)

# The subjects that GitHub and GitLab give a merge; both put the title below it. See
# https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository (commit merging)
# and https://docs.gitlab.com/user/project/merge_requests/commit_templates/
_GITHUB = re.compile(r"Merge pull request (#[0-9]+) from ")
_GITLAB = re.compile(r"Merge branch '.*' into '.*'$")

# Merges count as the changes if at least every second commit is one. In a history of both kinds, counting
# the merges alone left out most pull requests: psf/requests went back to 2015 for 500 of them.
_ONE_IN = 2

# Commits to choose from, at least, so that a few recent squashed changes do not decide what a change is.
_SMALLEST_WINDOW = 100


@record
class MergedChange:
    """A change as it came into a branch: what `commit` made of its first parent, `base`.

    `date` is that of the commit, in the time zone of its committer. `subject` is the first paragraph of
    its message on one line; `title` is that of the pull request if the message has it, else the subject.
    """

    commit: CommitId
    base: CommitId
    date: date
    subject: str
    title: str


@record
class PastChanges:
    """Changes that came into a branch, the newest first.

    `branch` is its name, or the range that was given. `are_merges` means that the merges were chosen, and
    the commits in between left out; otherwise each commit is a change. `limit` is how many were wanted,
    None for all: those `since` a day, or those in the range. `cut` is the commit at which a shallow clone
    hides older ones that were wanted.
    """

    changes: tuple[MergedChange, ...]
    branch: str
    are_merges: bool
    limit: int | None = None
    since: date | None = None
    cut: CommitId | None = None

    @property
    def unit(self) -> str:
        """Return the word for one of the changes: merge or commit."""
        return "merge" if self.are_merges else "commit"


def choose_landed(rows: Sequence[Sequence[str]]) -> tuple[bool, list[tuple[CommitId, CommitId]]]:
    """Return whether merges count as the changes of a branch, and each change with its first parent.

    `rows` has its commits, each with its parents. Changes are the merges, or all commits if most are no
    merges; never one without a parent, which has nothing to compare with.
    """
    changes = [row for row in rows if len(row) > 1]
    merges = [row for row in changes if len(row) > len(("commit", "parent"))]
    are_merges = bool(merges) and len(merges) * _ONE_IN >= len(changes)
    chosen = merges if are_merges else changes
    return are_merges, [(CommitId(row[0]), CommitId(row[1])) for row in chosen]


def window(last: int) -> int:
    """Return how many commits contain the `last` changes in any case: merges, or single commits."""
    return max(_SMALLEST_WINDOW, _ONE_IN * last)


def parse_commit(content: bytes, *, commit: CommitId, base: CommitId) -> MergedChange:
    """Parse a commit object; of a malformed one, what can be read. See git-commit-tree(1)."""
    head, _, message = content.partition(b"\n\n")
    encoding = _ENCODING.search(head)
    try:
        text = message.decode(encoding[1].decode("ascii", "replace") if encoding else "utf-8", "replace")
    except LookupError:  # an encoding that Python does not have, as Git lets anybody write there
        text = message.decode("utf-8", "replace")
    blocks = re.split(r"\n[ \t\r]*(?:\n[ \t\r]*)+", text.strip())
    subject, *body = [" ".join(block.split()) for block in blocks if block.strip()] or [""]
    title = subject
    if body and (found := _GITHUB.match(subject)):
        title = f"{body[0]} ({found[1]})"
    elif body and _GITLAB.match(subject):
        title = body[0]
    return MergedChange(
        commit=commit,
        base=base,
        date=_date(_COMMITTED.search(head)),
        subject=subject,
        title=title,
    )


def author_day(content: bytes) -> date:
    """Return the day on which a commit was authored, in the author's time zone, from the commit object."""
    return _date(_AUTHORED.search(content.partition(b"\n\n")[0]))


def _date(committed: re.Match[bytes] | None) -> date:
    """Return the day in the time zone that stands there; 1970-01-01 for what is no date."""
    beginning = datetime(1970, 1, 1, tzinfo=timezone.utc)
    if committed is None:
        return beginning.date()
    seconds, sign, hours, minutes = committed.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == b"-" else 1)
    try:
        return (beginning + timedelta(seconds=int(seconds)) + offset).date()
    except (OverflowError, ValueError):
        return beginning.date()
