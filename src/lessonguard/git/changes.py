"""The types for a change: the files that differ between base and head, and their lines. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NewType

from lessonguard.record import record

# Full hexadecimal object names: of a commit (or of a tree, for an index or a work tree), and of a blob.
CommitId = NewType("CommitId", str)
BlobId = NewType("BlobId", str)

# Names are hashes of contents, so the tree without entries has the same name in every repository: one for
# SHA-1, one for SHA-256 (`git hash-object -t tree /dev/null`).
_EMPTY_TREES = {
    40: CommitId("4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
    64: CommitId("6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"),
}


def empty_tree(like: CommitId) -> CommitId:
    """Return the name of the empty tree, for names such as `like`; Git reads it in any repository."""
    return _EMPTY_TREES[len(like)]


# Git takes 7 digits or more, depending on the repository: https://git-scm.com/docs/git-config, core.abbrev.
# With 10, a commit shares them with one of a million other objects once in a million times.
_SHORT_DIGITS = 10


def short(commit: str) -> str:
    """Return the first digits of a commit, as many as people are shown everywhere."""
    return commit[:_SHORT_DIGITS]


@record
class FileVersion:
    """One side of a changed regular file.

    `path` is relative to the top of the repository with `/` between its parts; bytes that
    are not UTF-8 are kept as surrogate escapes (PEP 383).
    """

    path: str
    blob: BlobId
    executable: bool


@record
class ChangedFile:
    """A regular file that differs between base and head; never a symlink or a submodule.

    An added file has no `base`, a deleted one no `head`; a renamed one has two paths.
    """

    base: FileVersion | None
    head: FileVersion | None

    @property
    def path(self) -> str:
        """Return the path in head, or that in base if the file was deleted."""
        version = self.head or self.base
        assert version is not None  # noqa: S101 - a changed file has at least one side
        return version.path

    @property
    def previous_path(self) -> str | None:
        """Return the path in base of a renamed file; None if it was not renamed."""
        if self.base and self.head and self.base.path != self.head.path:
            return self.base.path
        return None

    @property
    def pair(self) -> tuple[BlobId, BlobId] | None:
        """Return the contents before and after; None for a file that was added or deleted."""
        return (self.base.blob, self.head.blob) if self.base and self.head else None


@record
class Change:
    """The difference between two trees.

    `base` is the merge base: the commit that the change started from, or the empty tree if it started from
    none. `tip` is the commit whose lessons check it: the tip of the base branch. `head` is what is checked:
    a commit, or the tree of an index or a work tree. `files` are sorted by path.
    """

    base: CommitId
    tip: CommitId
    head: CommitId
    files: tuple[ChangedFile, ...]


@record
class Hunk:
    """A run of lines that differs, as in `@@ -base_start,base_count +head_start,head_count @@`.

    Lines are 1-based. As in Git, a side with count 0 has as its start the line *before* the
    gap (0 at the top of the file).
    """

    base_start: int
    base_count: int
    head_start: int
    head_count: int

    @property
    def base_lines(self) -> range:
        """Return the base lines of this hunk, 1-based; an empty range where lines were only added."""
        first = self.base_start if self.base_count else self.base_start + 1
        return range(first, first + self.base_count)

    @property
    def head_lines(self) -> range:
        """Return the head lines of this hunk, 1-based; an empty range where lines were only deleted."""
        first = self.head_start if self.head_count else self.head_start + 1
        return range(first, first + self.head_count)


class LineMap:
    """A map from lines of head to lines of base, by the hunks of one file (without context lines).

    Lines outside the hunks correspond one to one. The hunks must be in order, as in a
    patch; no hunks means that every line corresponds to itself.
    """

    def __init__(self, hunks: Sequence[Hunk]) -> None:
        """Index the hunks by their first line in head."""
        self.hunks = tuple(hunks)
        self._starts = [hunk.head_lines.start for hunk in self.hunks]

    def to_base(self, line: int) -> int | None:
        """Return the base line that head's `line` (1-based) corresponds to; None inside a hunk."""
        index = bisect_right(self._starts, line) - 1
        if index < 0:
            return line
        hunk = self.hunks[index]
        if line in hunk.head_lines:
            return None
        return line - hunk.head_lines.stop + hunk.base_lines.stop

    def region(self, first: int, last: int) -> range:
        """Return the base lines that head's lines `first` to `last` (1-based, inclusive) came from.

        Hunks that head's lines touch count with all their base lines, and so do lines
        deleted between two of head's lines.
        """
        start, stop = self._edge(first), self._edge(last, after=True)
        return range(start, max(start, stop))

    def inverse(self) -> LineMap:
        """Return the map from base to head."""
        return LineMap(
            [
                Hunk(
                    base_start=hunk.head_start,
                    base_count=hunk.head_count,
                    head_start=hunk.base_start,
                    head_count=hunk.base_count,
                )
                for hunk in self.hunks
            ]
        )

    def _edge(self, line: int, *, after: bool = False) -> int:
        base = self.to_base(line)
        if base is not None:
            return base + after
        hunk = self.hunks[bisect_right(self._starts, line) - 1]
        return hunk.base_lines.stop if after else hunk.base_lines.start
