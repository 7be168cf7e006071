"""Fetch some commits of a server into a repository that lasts as long as it is needed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp

from lessonguard.git.api_objects import ObjectSource
from lessonguard.git.changes import BlobId, CommitId
from lessonguard.git.merge_base import find_merge_base
from lessonguard.git.partial_clone import create_repository
from lessonguard.git.past_changes import window
from lessonguard.git.repository import Repository
from lessonguard.git.server import NAME, Server


def fetch_commits(
    url: str,
    *,
    wanted: Mapping[CommitId, Sequence[str]],
    variables: Mapping[str, str],
    elsewhere: ObjectSource | None = None,
) -> Repository:
    """Make a temporary repository with these commits: their trees, and neither history nor contents.

    Contents come when they are needed, and only then; `Repository.prefetch` gets them together.
    Nothing is ever fetched that was not asked for by name.

    `wanted` has for each commit the refs under which the server may have it, for a server that
    does not hand it out by its name; of at least one commit. `variables` come from
    `access_variables`. What Git cannot fetch is taken from `elsewhere`, if that is given. Closing
    the repository removes it. Raise `GitError` if a commit cannot be had: exactly this one.
    """
    folder = Path(mkdtemp(prefix="lessonguard-"))
    try:
        git = create_repository(folder, like=next(iter(wanted)))
        server = Server(git, url=url, variables=variables, elsewhere=elsewhere)
        return TemporaryClone(server, trees=server.fetch_commits(wanted))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


class TemporaryClone(Repository):
    """A temporary repository whose objects a server has.

    `trees` are those of the commits that are not here themselves: a commit is signed, dated and
    worded, so it cannot be rebuilt from what it holds.
    """

    def __init__(self, server: Server, *, trees: Mapping[CommitId, CommitId]) -> None:
        super().__init__(server.git)
        self._server = server
        self._trees = trees

    def close(self) -> None:
        """Remove the repository."""
        super().close()
        shutil.rmtree(self.git_directory, ignore_errors=True)

    def merge_base(self, base: CommitId, head: CommitId) -> CommitId:
        """Give the commit from which head left base; fetch as much history as that takes."""
        # Trees of history are of no use, and the most of it: only that of the merge base is.
        found = find_merge_base(
            self._server.fetching, base=base, head=head, remotes=(NAME,), options=("--filter=tree:0",)
        )
        self._server.fetch_tree(found)
        return found

    def fetch_past(self, tip: CommitId, *, last: int) -> None:
        """Fetch as much history below a commit as it takes to tell its last so many changes."""
        self._server.fetch_history(tip, depth=window(last) + 1)

    def _supply(self, blobs: list[BlobId]) -> None:
        self._server.fetch_blobs(blobs)

    @property
    def _is_partial(self) -> bool:
        return True

    def _tree(self, commit: CommitId) -> CommitId:
        return self._trees.get(commit, commit)
