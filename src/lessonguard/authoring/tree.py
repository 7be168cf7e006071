"""The files that lessons speak of: those of the work tree, or of a commit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import PurePosixPath

from lessonguard.git.changes import CommitId
from lessonguard.git.repository import Repository


class Tree:
    """The files of a repository, listed when they are first asked for."""

    def __init__(
        self, repository: Repository, commit: CommitId | None = None, *, planned: Collection[str] = ()
    ) -> None:
        """Take those of a commit, or with None those of the work tree that are not ignored.

        Files that are `planned` count as if they were there.
        """
        self._repository = repository
        self._planned = planned
        self.commit = commit

    @cached_property
    def files(self) -> Mapping[str, bool]:
        """Give the regular files by path, and whether each is executable."""
        return {**dict.fromkeys(self._planned, False), **self._repository.list_files(self.commit)}

    def has(self, path: str) -> bool:
        """Tell whether there is such a file or folder; the path is relative to the top."""
        return str(PurePosixPath(path)) in self._places

    def read(self, path: str) -> bytes | None:
        """Give the content of a file of the work tree; None if it cannot be read, or is of a commit."""
        if self.commit or self._repository.top is None:
            return None
        try:
            return (self._repository.top / path).read_bytes()
        except OSError:
            return None

    def find_text(self, text: str) -> tuple[str, ...]:
        """Give the files of the work tree that hold a text; none of a commit, whose contents may be far."""
        return () if self.commit else self._repository.find_text(text)

    @cached_property
    def _places(self) -> frozenset[str]:
        folders = {str(folder) for path in self.files for folder in PurePosixPath(path).parents}
        return frozenset(self.files) | folders
