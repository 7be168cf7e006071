"""Fetch commits, trees and contents from a server, and from elsewhere what Git cannot have from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from lessonguard.errors import GitError, LessonguardError
from lessonguard.git.api_objects import ObjectSource, copy_blobs, copy_tree
from lessonguard.git.changes import BlobId, CommitId
from lessonguard.git.command import Git
from lessonguard.git.credentials import add_settings, public_address
from lessonguard.git.partial_clone import missing_objects
from lessonguard.git.remotes import remote_commits

NAME = "lessonguard"
"""What the server is called as a remote: a name that is in nobody's settings."""

_BARE = "--filter=blob:none"
_MOST_BLOBS = 300
"""How many contents to ask for one by one: a workflow's token is good for 1,000 requests an hour."""

_REFUSALS = ("not our ref", "unadvertised object")
"""What Git says if a server does not have an object, or does not hand it out by its name."""

_CHECK_OUT = "Check the code out before: actions/checkout with `fetch-depth: 0`."
_UNREACHED = "Try again when the server can be reached; Git's setting http.proxy names a proxy."
_HINTS = {
    _CHECK_OUT: _REFUSALS,
    "Set GITHUB_TOKEN to a token that may read the code: `permissions: contents: read`.": (
        *("authentication failed", "could not read username", "not found"),
        *("error: 401", "error: 403", "error: 404"),
    ),
    "Has the repository moved? Use the address that it has now.": (
        *("error: 301", "error: 302", "error: 307", "error: 308"),
    ),
    "Name the certificates to trust in Git's setting http.sslCAInfo.": ("certificate", "ssl"),
}


class Server:
    """A server, and a repository that takes objects from it.

    `git` reads the repository and never fetches, because it knows of no remote. `fetching` fetches,
    and alone gets the `variables`, with the token. Whether to ask again in another way depends on
    Git's words, because all its failures have the same return code.
    """

    def __init__(
        self, git: Git, *, url: str, variables: Mapping[str, str], elsewhere: ObjectSource | None
    ) -> None:
        remote = {"url": url, "promisor": "true", "partialCloneFilter": "blob:none"}
        settings = [(f"remote.{NAME}.{name}", value) for name, value in remote.items()]
        self.git = git
        self.fetching = git.extended(**add_settings(variables, settings))
        self._url = url
        self._variables = variables
        self._elsewhere = elsewhere
        self._failure = ""

    def fetch_commits(self, wanted: Mapping[CommitId, Sequence[str]]) -> Mapping[CommitId, CommitId]:
        """Fetch commits with their trees; `wanted` has refs for each.

        Give the trees of those commits that only elsewhere knows. Raise `GitError` if one cannot be had.
        """
        why = self._fetch(wanted, "--depth=1")
        if not why:
            return {}
        if any(mark in why for mark in _REFUSALS):
            lacking, why = self._fetch_refs(wanted, why)
        else:
            lacking, self._failure = list(wanted), why
        trees = {}
        for commit in lacking:
            with self._instead(f"commit {commit}", why) as elsewhere:
                trees[commit] = CommitId(elsewhere.root_tree(commit))
                copy_tree(self.git, elsewhere, trees[commit])
        return trees

    def fetch_tree(self, commit: CommitId) -> None:
        """Fetch the trees of a commit that is here without them."""
        heading = self.git.run("cat-file", "commit", commit, to=f"read commit {commit}")
        tree = heading.split(maxsplit=2)[1].decode()  # after the word `tree`
        if missing_objects(self.git, [tree]):
            why = self._fetch([tree], negotiate=False)
            if why:
                with self._instead(f"the tree of commit {commit}", why) as elsewhere:
                    copy_tree(self.git, elsewhere, tree)

    def fetch_history(self, commit: CommitId, *, depth: int) -> None:
        """Fetch commits below one that is here, so many in a row, with their trees."""
        why = self._fetch([commit], f"--depth={depth}")
        if why:
            raise self._cannot(f"the history of {commit}", why)

    def fetch_blobs(self, blobs: Sequence[BlobId]) -> None:
        """Fetch those of the blobs that are not here. Raise `GitError` if that cannot be done."""
        missing = [BlobId(name) for name in missing_objects(self.git, blobs)]
        why = missing and (self._failure or self._fetch(missing, negotiate=False))
        if not why:
            return
        what = f"the contents of {len(missing)} files"
        if len(missing) > _MOST_BLOBS:
            raise self._cannot(what, f"{why}; and one by one, {_MOST_BLOBS} is the most", hint=_CHECK_OUT)
        with self._instead(what, why) as elsewhere:
            copy_blobs(self.git, elsewhere, missing)

    def _fetch(self, wanted: Iterable[str], *options: str, negotiate: bool = True) -> str:
        return self.fetching.fetch(NAME, _BARE, *options, wanted=wanted, negotiate=negotiate)

    def _fetch_refs(self, wanted: Mapping[CommitId, Sequence[str]], why: str) -> tuple[list[CommitId], str]:
        """Fetch commits by refs that stand for exactly them; give the others, and why they cannot be had."""
        refs = [ref for names in wanted.values() for ref in names]
        found = remote_commits(self._url, refs, variables=self._variables) if refs else {}
        exact = {commit: ref for commit, names in wanted.items() for ref in names if found.get(ref) == commit}
        if exact:
            why = self._fetch(exact.values(), "--depth=1") or why
        lacking = [CommitId(name) for name in missing_objects(self.git, wanted)]
        moved = [ref for commit in lacking for ref in wanted[commit] if ref in found]
        if moved:
            why = f"it was replaced, {moved[0]} is {found[moved[0]]} by now"
        return lacking, why

    @contextmanager
    def _instead(self, what: str, why: str) -> Iterator[ObjectSource]:
        """Give elsewhere for what Git cannot fetch. Raise `GitError` if that cannot give it either."""
        if self._elsewhere is None:
            raise self._cannot(what, why)
        try:
            yield self._elsewhere
        except LessonguardError as error:
            raise self._cannot(what, f"{why}; nor without Git: {error.message}") from error

    def _cannot(self, what: str, why: str, *, hint: str = "") -> GitError:
        words = why.lower()
        known = (text for text, marks in _HINTS.items() if any(mark in words for mark in marks))
        return GitError(
            f"Cannot fetch {what} from {public_address(self._url)}: {why.rstrip('.')}.",
            hint=hint or next(known, _UNREACHED),
        )
