"""Fetch commits, trees and contents from a server, and from its API what Git cannot fetch."""

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

# What the server is called as a remote: a name that is in nobody's settings.
NAME = "lessonguard"

# Which contents are needed is known only once trees are here. `--filter` is explained in
# https://git-scm.com/docs/git-rev-list
_WITHOUT_CONTENTS = "--filter=blob:none"

# How many contents the API is asked for, one request each: GITHUB_TOKEN is good for 1,000 requests an hour
# in a repository, which all of its workflows share. See
# https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
_MOST_BLOBS = 300

# What Git says if a server does not have an object, or does not send it by its name
# (`uploadpack.allowReachableSHA1InWant` in https://git-scm.com/docs/git-config, for protocol v0 and v1).
_REFUSALS = ("not our ref", "unadvertised object")

_CHECK_OUT = "Check the code out first: actions/checkout with `fetch-depth: 0`."
_UNREACHED = "Try again when the server can be reached. Behind a proxy, set Git's `http.proxy`."

# By words of Git and curl, because all failures of Git have the same return code.
_HINTS = {
    _CHECK_OUT: _REFUSALS,
    "Set GITHUB_TOKEN to a token that may read the code: `permissions: contents: read` in the workflow.": (
        *("authentication failed", "could not read username", "not found"),
        *("error: 401", "error: 403", "error: 404"),
    ),
    "Has the repository moved? Use the address that it has now: a token does not follow a redirect.": (
        *("error: 301", "error: 302", "error: 307", "error: 308"),
    ),
    "Set Git's `http.sslCAInfo` to the file of the certificates to trust.": ("certificate", "ssl"),
}


class Server:
    """A server, and a repository that takes objects from it.

    `git` reads the repository and never fetches, because it has no remote. `fetching` fetches,
    and it alone gets the `variables`, with the token.
    """

    def __init__(self, git: Git, *, url: str, variables: Mapping[str, str], api: ObjectSource | None) -> None:
        # As a promisor remote, so that Git accepts packs whose objects refer to missing ones:
        # https://git-scm.com/docs/partial-clone#_design_details
        remote = {"url": url, "promisor": "true", "partialCloneFilter": "blob:none"}
        settings = [(f"remote.{NAME}.{name}", value) for name, value in remote.items()]
        self.git = git
        self.fetching = git.extended(**add_settings(variables, settings))
        self._url = url
        self._variables = variables
        self._api = api
        self._failure = ""

    def fetch_commits(self, wanted: Mapping[CommitId, Sequence[str]]) -> Mapping[CommitId, CommitId]:
        """Fetch commits with their trees; `wanted` has refs for each.

        Return the trees of those commits that came from the API. Raise `GitError` if one cannot be had.
        """
        why = self._fetch(wanted, "--depth=1")
        if not why:
            return {}
        if any(mark in why for mark in _REFUSALS):
            missing, why = self._fetch_refs(wanted, why)
        else:
            missing, self._failure = list(wanted), why  # the server is not asked for contents then
        trees = {}
        for commit in missing:
            with self._by_api(f"commit {commit}", why) as api:
                trees[commit] = CommitId(api.root_tree(commit))
                copy_tree(self.git, api, trees[commit])
        return trees

    def fetch_tree(self, commit: CommitId) -> None:
        """Fetch the trees of a commit that is here without them."""
        heading = self.git.run("cat-file", "commit", commit, to=f"read commit {commit}")
        tree = heading.split(maxsplit=2)[1].decode()  # a commit begins with `tree <name>`
        if missing_objects(self.git, [tree]):
            why = self._fetch([tree], negotiate=False)
            if why:
                with self._by_api(f"the tree of commit {commit}", why) as api:
                    copy_tree(self.git, api, tree)

    def fetch_history(self, commit: CommitId, *, depth: int) -> None:
        """Fetch `depth` commits in a row, the first of which is here, with their trees."""
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
            limit = f"{why}; GitHub's API is asked for {_MOST_BLOBS} at most"
            raise self._cannot(what, limit, hint=_CHECK_OUT)
        with self._by_api(what, why) as api:
            copy_blobs(self.git, api, missing)

    def _fetch(self, wanted: Iterable[str], *options: str, negotiate: bool = True) -> str:
        return self.fetching.fetch(NAME, _WITHOUT_CONTENTS, *options, wanted=wanted, negotiate=negotiate)

    def _fetch_refs(self, wanted: Mapping[CommitId, Sequence[str]], why: str) -> tuple[list[CommitId], str]:
        """Fetch commits by refs that stand for exactly them; return the others, and why they are missing."""
        refs = [ref for names in wanted.values() for ref in names]
        found = remote_commits(self._url, refs, variables=self._variables) if refs else {}
        exact = {commit: ref for commit, names in wanted.items() for ref in names if found.get(ref) == commit}
        if exact:
            why = self._fetch(exact.values(), "--depth=1") or why
        missing = [CommitId(name) for name in missing_objects(self.git, wanted)]
        moved = [ref for commit in missing for ref in wanted[commit] if ref in found]
        if moved:
            why = f"{moved[0]} is {found[moved[0]]} by now, because somebody pushed"
        return missing, why

    @contextmanager
    def _by_api(self, what: str, why: str) -> Iterator[ObjectSource]:
        """Provide the API for what Git cannot fetch. Raise `GitError` if that fails, too."""
        if self._api is None:
            raise self._cannot(what, why)
        try:
            yield self._api
        except LessonguardError as error:
            raise self._cannot(what, f"{why}; nor by GitHub's API: {error.message}") from error

    def _cannot(self, what: str, why: str, *, hint: str = "") -> GitError:
        words = why.lower()
        fitting = (text for text, marks in _HINTS.items() if any(mark in words for mark in marks))
        return GitError(
            f"Cannot fetch {what} from {public_address(self._url)}: {why.rstrip('.')}.",
            hint=hint or next(fitting, _UNREACHED),
        )
