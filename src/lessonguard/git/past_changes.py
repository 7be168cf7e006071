"""Past changes: what was merged into a branch, as its commits tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, timezone

from lessonguard.git.changes import CommitId
from lessonguard.record import record

_COMMITTED = re.compile(rb"^committer .*> (-?[0-9]+) ([+-])([0-9]{2})([0-9]{2})$", re.MULTILINE)
_AUTHORED = re.compile(_COMMITTED.pattern.replace(b"committer", b"author"), re.MULTILINE)
_ENCODING = re.compile(rb"^encoding (\S+)$", re.MULTILINE)
_GITHUB = re.compile(r"Merge pull request (#[0-9]+) from ")
_GITLAB = re.compile(r"Merge branch '.*' into '.*'$")

_ONE_IN = 2
"""Where fewer commits than one in so many are merges, many changes land without one: squashed or rebased."""


@record
class MergedChange:
    """A change as it came into a branch: what `commit` made of its first parent, `base`.

    `date` is that of the commit, where it was made. `subject` is the first paragraph of its
    message on one line; `title` is what the pull request was called, where the message tells.
    """

    commit: CommitId
    base: CommitId
    date: date
    subject: str
    title: str


@record
class PastChanges:
    """Changes that came into a branch, the newest first.

    `branch` is what it was called: a name, or the range that was asked for. `are_merges` tells that
    merges were chosen, and commits in between left out; otherwise each commit is a change.
    `asked` is how many were wanted, None if all: those `since` a day, or those in the range.
    `cut` is the commit at which a shallow clone hides older ones that were wanted.
    """

    changes: tuple[MergedChange, ...]
    branch: str
    are_merges: bool
    asked: int | None = None
    since: date | None = None
    cut: CommitId | None = None

    @property
    def unit(self) -> str:
        """Name one of the changes: a merge or a commit."""
        return "merge" if self.are_merges else "commit"


def choose_landed(rows: Sequence[Sequence[str]]) -> tuple[bool, list[tuple[CommitId, CommitId]]]:
    """Choose what counts as a change among the commits of a branch, each given with its parents.

    That is the merges, or all commits if most are none; never one without a parent, which changed
    nothing. Tell whether they are merges, and give each with its first parent.
    """
    changes = [row for row in rows if len(row) > 1]
    merges = [row for row in changes if len(row) > len(("commit", "parent"))]
    are_merges = bool(merges) and len(merges) * _ONE_IN >= len(changes)
    chosen = merges if are_merges else changes
    return are_merges, [(CommitId(row[0]), CommitId(row[1])) for row in chosen]


def window(last: int) -> int:
    """Give among how many commits to choose the last so many changes: whichever they are, they are in it."""
    return max(100, _ONE_IN * last)


def parse_commit(content: bytes, *, commit: CommitId, base: CommitId) -> MergedChange:
    """Read a commit object, as people write them and as nobody should; see git-commit-tree(1)."""
    head, _, message = content.partition(b"\n\n")
    paragraphs = list(_paragraphs(_decode(message, _ENCODING.search(head))))
    subject = paragraphs[0] if paragraphs else ""
    return MergedChange(
        commit=commit,
        base=base,
        date=_date(_COMMITTED.search(head)),
        subject=subject,
        title=_title(subject, paragraphs[1:]),
    )


def author_day(content: bytes) -> date:
    """Give the day on which a commit's change was made, from the commit object; see `MergedChange.date`."""
    return _date(_AUTHORED.search(content.partition(b"\n\n")[0]))


def _title(subject: str, body: Sequence[str]) -> str:
    """Give the title of a pull request, which GitHub and GitLab put below the subject of a merge."""
    if body and (found := _GITHUB.match(subject)):
        return f"{body[0]} ({found[1]})"
    return body[0] if body and _GITLAB.match(subject) else subject


def _paragraphs(message: str) -> Iterator[str]:
    for paragraph in re.split(r"\n[ \t\r]*(?:\n[ \t\r]*)+", message.strip()):
        if text := " ".join(paragraph.split()):
            yield text


def _decode(message: bytes, encoding: re.Match[bytes] | None) -> str:
    name = encoding[1].decode("ascii", "replace") if encoding else "utf-8"
    try:
        return message.decode(name, "replace")
    except LookupError:
        return message.decode("utf-8", "replace")


def _date(committed: re.Match[bytes] | None) -> date:
    """Give the day in the time zone of whoever it was; the first of 1970 for what is no date."""
    beginning = datetime(1970, 1, 1, tzinfo=timezone.utc)
    if committed is None:
        return beginning.date()
    seconds, sign, hours, minutes = committed.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == b"-" else 1)
    try:
        return (beginning + timedelta(seconds=int(seconds)) + offset).date()
    except (OverflowError, ValueError):
        return beginning.date()
