"""A repository on a server of Git, and what was fetched of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lessonguard.git.changes import BlobId, ChangedFile, CommitId
from lessonguard.git.credentials import access_variables
from lessonguard.git.repository import Repository
from lessonguard.git.temporary_clone import fetch_commits
from tests.support.git_server import GitServer
from tests.support.repo import Repo

_LINES = "".join(f"line {number}\n" for number in range(50))


def build_shop(path: Path, *options: str) -> Repo:
    """Build a repository; `change` left `main` at the tag `fork`, 30 commits ago."""
    repo = Repo(path, options=options)
    repo.config(uploadpack__allowFilter="true", uploadpack__allowAnySHA1InWant="true")
    files = {f"src/{number}.py": f"{number}\n" for number in range(100)}
    repo.commit("Start", {**files, "old.py": _LINES, "dead.py": "dead\n"})
    _advance(repo, 70)
    repo.git("tag", "fork")
    repo.branch("change").commit("Edit", {f"src/{number}.py": f"new {number}\n" for number in range(20)})
    repo.commit("Move", {"old.py": None, "dead.py": None, "new.py": f"{_LINES}more\n", "added.py": "added\n"})
    _advance(repo.switch("main"), 30)
    repo.commit("Learn", {"lessons/INC-1.yaml": "incident: INC-1\n"})
    return repo


def _advance(repo: Repo, count: int) -> None:
    for number in range(count):
        repo.commit(f"Advance {number}", {"src/99.py": f"{repo.head} {number}\n"})


def commit_of(repo: Repo, revision: str) -> CommitId:
    """Return the commit of a revision."""
    return CommitId(repo.git("rev-parse", revision))


def fetch(server: GitServer, repo: Repo, *revisions: str, refs: Sequence[str] = ()) -> Repository:
    """Fetch commits of the repository from the server."""
    url = server.url(repo)
    wanted = {commit_of(repo, revision): refs for revision in revisions}
    return fetch_commits(url, wanted=wanted, variables=access_variables(url, None))


def blobs_of(files: Sequence[ChangedFile]) -> list[BlobId]:
    """List the blobs of both sides of files."""
    return [version.blob for file in files for version in (file.base, file.head) if version]


def kinds(repository: Repository) -> list[str]:
    """List the kinds of all objects that were fetched."""
    copy = Repo(repository.git_directory, create=False)
    return copy.git("cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").split()
