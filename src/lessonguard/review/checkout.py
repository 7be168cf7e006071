"""Find and fetch the commits of a change, with a checkout or without one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lessonguard.errors import GitError
from lessonguard.git.changes import Change, CommitId
from lessonguard.git.credentials import access_variables
from lessonguard.git.remotes import remote_commits
from lessonguard.git.repository import Repository
from lessonguard.git.temporary_clone import fetch_commits
from lessonguard.github.api_errors import GitHubError
from lessonguard.github.pull_request import TreeEntry
from lessonguard.record import record
from lessonguard.review.actions_env import Runner
from lessonguard.review.event import Subject, is_commit

if TYPE_CHECKING:
    from lessonguard.github.client import GitHub  # slow to load, so that is left to who needs it early

_BRANCH = "refs/heads/"
_LARGEST = (
    100_000_000  # bytes of a blob that GitHub returns: https://docs.github.com/rest/git/blobs#get-a-blob
)


@record
class Commits:
    """The commits of a change, and the `tip` that the lessons come from.

    `merge_base` is None where GitHub does not return it.
    """

    base: CommitId
    head: CommitId
    tip: CommitId
    merge_base: CommitId | None

    @property
    def all(self) -> tuple[CommitId, ...]:
        """List each of them once, without `base` where the merge base takes its place."""
        return tuple(dict.fromkeys([self.merge_base or self.base, self.head, self.tip]))


class Origin:
    """A repository on a GitHub server, reached by Git and, where that fails, by the API."""

    def __init__(self, runner: Runner, github: Callable[[], GitHub]) -> None:
        """Take the client as a function, because it is slow to load and not needed at once."""
        self._url = runner.clone_url
        self._variables = access_variables(runner.clone_url, runner.token)
        self._github = github

    def find(self, subject: Subject) -> Commits:
        """Find the commits of a subject: branches as they are now, and the merge base.

        Git looks up branches by their full names, since a tag may have the same short one; the API
        is used only where Git cannot reach the server. Raise `GitError` if neither has them.
        """
        names = (subject.base, subject.head, subject.lessons_ref)
        found = self._tips([name for name in names if not is_commit(name)], compared=subject.head)
        base, head, tip = (found.get(name) or CommitId(name) for name in names)
        return Commits(base=base, head=head, tip=tip, merge_base=self._merge_base(base, head))

    def open(self, commits: Commits, *, directory: Path, head_refs: Sequence[str]) -> Repository:
        """Open a repository that has the commits: that at `directory`, or else a temporary one.

        `head_refs` are where the server may have head if it does not hand it out by name.
        """
        local = _local(directory)
        if local and local.has(commits.all):
            return local
        if local:
            local.close()
        return self.fetch(commits.all, refs={commits.head: head_refs})

    def fetch(
        self, commits: Iterable[CommitId], *, refs: Mapping[CommitId, Sequence[str]] | None = None
    ) -> Repository:
        """Fetch commits into a temporary repository, without their history and their contents."""
        wanted = {commit: (refs or {}).get(commit, ()) for commit in commits}
        return fetch_commits(self._url, wanted=wanted, variables=self._variables, api=_Api(self._github))

    def _tips(self, refs: Sequence[str], *, compared: str) -> Mapping[str, CommitId]:
        if not refs:
            return {}
        try:
            found = remote_commits(self._url, refs, variables=self._variables)
        except GitError as error:
            return self._tips_at_github(refs, compared=compared, error=error)
        missing = [name for name in refs if name not in found]
        if missing:
            hint = "Was it deleted or renamed? Then run the workflow again."
            raise GitError(f"{self._url} has no {missing[0]}.", hint=hint)
        return found

    def _tips_at_github(
        self, refs: Sequence[str], *, compared: str, error: GitError
    ) -> Mapping[str, CommitId]:
        """Return the tips by the API, which has those of branches, compared with a known commit."""
        if not is_commit(compared) or not all(name.startswith(_BRANCH) for name in refs):
            raise error
        try:
            github = self._github()
            return {
                name: CommitId(github.compare(name.removeprefix(_BRANCH), compared).base)
                for name in dict.fromkeys(refs)
            }
        except GitHubError as also:
            raise GitError(f"{error.message} {also.message}", hint=also.hint or error.hint) from also

    def _merge_base(self, base: CommitId, head: CommitId) -> CommitId | None:
        try:
            return CommitId(self._github().compare(base, head).merge_base)
        except GitHubError:
            return None  # Git finds it, with more of the history


class _Api:
    """The API as somewhere to take objects from; see `ObjectSource`."""

    def __init__(self, github: Callable[[], GitHub]) -> None:
        self._github = github

    def root_tree(self, commit: str) -> str:
        return self._github().root_tree(commit)

    def tree(self, name: str) -> Iterable[TreeEntry]:
        return self._github().tree(name)

    def blob(self, name: str) -> bytes:
        content = self._github().blob(name, limit=_LARGEST)
        if isinstance(content, int):
            raise GitError(f"The contents {name} have {content:,} bytes, more than GitHub's API gives.")
        return content


def open_change(commits: Commits, repository: Repository, *, lessons_folder: str) -> Change:
    """Return what changed between the commits, and fetch all that it takes to check it at once."""
    base = commits.merge_base or repository.merge_base(commits.base, commits.head)
    repository.prefetch(base, commits.head, tip=commits.tip, folder=lessons_folder)
    files = repository.changed_files(base, commits.head)
    return Change(base=base, tip=commits.tip, head=commits.head, files=files)


def _local(directory: Path) -> Repository | None:
    """Open the repository at a directory, if there is one that nobody's change can have brought.

    Git takes any folder for a repository that looks like a bare one, with objects under names that are
    not theirs. In a change there can be such a folder, but never one that is called `.git`.
    """
    try:
        repository = Repository.open(directory)
    except GitError:
        return None
    if ".git" in repository.git_directory.parts:
        return repository
    repository.close()
    return None
