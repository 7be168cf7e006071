"""A temporary repository with some commits of a server."""

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
    api: ObjectSource | None = None,
) -> Repository:
    """Return a temporary repository with these commits: their trees, and neither history nor contents.

    Contents are fetched when they are needed; `Repository.prefetch` fetches them together.
    Nothing is ever fetched except by its name.

    `wanted` has for each commit the refs under which the server may have it, for a server that
    does not hand it out by its name; of at least one commit. `variables` come from
    `access_variables`. What Git cannot fetch is taken from `api`, if that is given. Closing
    the repository removes it. Raise `GitError` if a commit cannot be had: exactly this one.
    """
    folder = Path(mkdtemp(prefix="lessonguard-"))
    try:
        git = create_repository(folder, like=next(iter(wanted)))
        server = Server(git, url=url, variables=variables, api=api)
        return TemporaryClone(server, trees=server.fetch_commits(wanted))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


class TemporaryClone(Repository):
    """A temporary repository whose objects a server has.

    `trees` are those of the commits that Git could not fetch: the API gives their trees, but not the bytes
    of a commit, so its object cannot be rebuilt.
    """

    def __init__(self, server: Server, *, trees: Mapping[CommitId, CommitId]) -> None:
        super().__init__(server.git)
        self._server = server
        self._trees = trees
        self._is_partial = True

    def close(self) -> None:
        """Remove the repository."""
        super().close()
        shutil.rmtree(self.git_directory, ignore_errors=True)

    def merge_base(self, base: CommitId, head: CommitId) -> CommitId:
        """Return the commit where head left base; fetch as much history as that takes."""
        # Without trees, which are most of a history: only the tree of the merge base is read.
        # See `--filter` in https://git-scm.com/docs/git-rev-list
        found = find_merge_base(
            self._server.fetching, base=base, head=head, remotes=(NAME,), options=("--filter=tree:0",)
        )
        self._server.fetch_tree(found)
        return found

    def fetch_history(self, tip: CommitId, *, last: int) -> None:
        """Fetch the history with the `last` changes below a commit."""
        self._server.fetch_history(tip, depth=window(last) + 1)

    def _fetch_blobs(self, blobs: list[BlobId]) -> None:
        self._server.fetch_blobs(blobs)
