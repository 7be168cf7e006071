"""Read the files that examples name, of commits or of the work tree, and create new files."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePath

from lessonguard.errors import GitError, LessonError
from lessonguard.git.changes import BlobId, CommitId, short
from lessonguard.git.repository import Repository
from lessonguard.record import record
from lessonguard.semgrep.targets import MAX_BYTES, too_large

_REFERENCE = re.compile(r"(?P<path>.+?)(?:@(?P<commit>[0-9a-f]{7,64}))?", re.DOTALL)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def split_reference(reference: str) -> tuple[str, str]:
    """Split `path` or `path@commit` into the path and the commit, which is empty if none is named."""
    found = _REFERENCE.fullmatch(reference)
    return (found["path"], found["commit"] or "") if found else (reference, "")


@record
class Origin:
    """Where the code is that a lesson names.

    An example that is a file and names no commit is read in `tree`, a commit, or else in the work
    tree. Commits of another repository are looked at only if they are here too, or if `fetch` says that
    they may be fetched.
    """

    repository: Repository | None
    tree: CommitId | None = None
    fetch: bool = False


class Files:
    """The files of a repository, plain ones only: no links, and nothing outside of it."""

    def __init__(self, origin: Origin) -> None:
        self._repository = origin.repository
        self._tree = origin.tree
        self._folders: dict[tuple[str, str], dict[str, BlobId]] = {}

    def read(self, reference: str) -> bytes:
        """Return the content of a file, `path` or `path@commit`, without its byte order mark.

        Raise `LessonError` if there is no such file, or none that a rule would look at.
        """
        path, commit = split_reference(reference)
        content = self._read(path, commit)
        if isinstance(content, int):
            raise LessonError(f"{path} cannot be read: {too_large(content, MAX_BYTES)}")
        if b"\0" in content:
            raise LessonError(f"{path} cannot be read: its content is binary")
        return content.removeprefix(_BYTE_ORDER_MARK)

    def _read(self, path: str, commit: str) -> bytes | int:
        if self._repository is None:
            raise LessonError(f"{path} cannot be read: this is no Git repository")
        if commit or self._tree:
            try:
                name = self._tree if self._tree and not commit else self._repository.resolve(commit)
            except GitError as error:
                message = f"commit {short(commit)} is not in this repository"
                raise LessonError(message, hint=fetch_hint(commit)) from error
            return self._read_commit(self._repository, path, name)
        if self._repository.top is None:
            raise LessonError(
                f"{path} cannot be read: a bare repository has no files", hint="write path@commit"
            )
        return _read_worktree(self._repository.top, path)

    def _read_commit(self, repository: Repository, path: str, commit: CommitId) -> bytes | int:
        folder = path.rpartition("/")[0] or "."
        if (commit, folder) not in self._folders:
            self._folders[commit, folder] = dict(repository.tree_entries(commit, folder))
        blob = self._folders[commit, folder].get(path)
        if blob is None:
            raise LessonError(f"there is no file {path} in {short(commit)}")
        return repository.read_blobs([blob], limit=MAX_BYTES)[blob]


def is_full(commit: str) -> bool:
    """Return whether a commit is named by all of its digits, SHA-1 or SHA-256."""
    return len(commit) in {40, 64}


def fetch_hint(commit: str) -> str:
    """Return how to get a commit that is not here.

    Servers take no abbreviated commits: see `<refspec>` in https://git-scm.com/docs/git-fetch
    """
    if is_full(commit):
        return f"fetch it: `git fetch origin {commit}`"
    return "fetch the branch it is on, or write it with all of its digits and `git fetch origin` it"


def _read_worktree(top: Path, path: str) -> bytes | int:
    """Return the content of a file of a work tree, or its size if that is too large."""
    file = top / path
    try:
        is_inside = file.resolve(strict=True) == top.resolve() / path and ".git" not in PurePath(path).parts
        if not (is_inside and file.is_file()):
            raise LessonError(f"{path} cannot be read: it is no plain file of this repository")
        size = file.stat().st_size
        return size if size > MAX_BYTES else file.read_bytes()
    except FileNotFoundError as error:
        raise LessonError(f"there is no file {path}") from error
    except OSError as error:
        raise LessonError(f"{path} cannot be read: {error.strerror or error}") from error


def create_file(path: Path, data: bytes) -> None:
    """Create a file, as a whole or not at all and never over another, and the folders that it is in.

    Raise `FileExistsError` if the name is taken, be it by a link that leads nowhere, and `OSError` if the
    file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(data)
        try:
            path.hardlink_to(unfinished)
        except FileExistsError:
            raise
        except OSError:  # a file system that knows no second names
            with path.open("xb") as file:
                file.write(data)
    finally:
        unfinished.unlink(missing_ok=True)


def shown_path(path: Path) -> str:
    """Return a path as one would type it here."""
    return os.path.relpath(path)
