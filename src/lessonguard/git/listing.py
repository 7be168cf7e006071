"""List the files of the work tree or of a commit, and those that contain a text."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from lessonguard.errors import GitError
from lessonguard.git.changes import CommitId
from lessonguard.git.command import Git, error_text

# What is tracked or could be added: https://git-scm.com/docs/git-ls-files
_PRESENT = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")

# The return code of `git grep` that is no failure; it has no section on them in its documentation.
_NOTHING_FOUND = 1


def list_commit(git: Git, commit: CommitId) -> dict[str, bool]:
    """Return the regular files of a commit by path, and whether each is executable."""
    listing = git.run("ls-tree", "-r", "-z", "--full-tree", commit, to=f"list the files of {commit}")
    entries = (row.partition("\t") for row in _records(listing))
    return {path: about.startswith("100755") for about, _, path in entries if about.startswith("100")}


def list_worktree(git: Git) -> dict[str, bool]:
    """Return the regular files of the work tree that are not ignored, and whether each is executable."""
    return {
        path: bool(mode & stat.S_IXUSR)
        for path in _records(git.run(*_PRESENT, to="list the files of the work tree"))
        if stat.S_ISREG(mode := _mode(f"{git.top}/{path}"))
    }


def find_in_worktree(git: Git, text: str) -> tuple[str, ...]:
    """List the files of the work tree that are not ignored and contain a text, sorted by path."""
    # `--text`, so that no attribute makes Git take a file for a binary one and leave it out.
    options = (
        "-z",
        "-l",
        "--fixed-strings",
        "--text",
        "--untracked",
        "--no-color",
        "--no-recurse-submodules",
    )
    result = git.attempt("grep", *options, "-e", text, "--", ".")
    if result.returncode > _NOTHING_FOUND:
        raise GitError(f"Cannot search the work tree: {error_text(result.stderr)}.")
    return tuple(sorted(_records(result.stdout)))


def _records(listing: bytes) -> Iterator[str]:
    yield from listing.decode("utf-8", "surrogateescape").split("\0")[:-1]


def _mode(path: str) -> int:
    try:
        return os.lstat(path).st_mode
    except OSError:  # Git still lists a file that was deleted if the index has it
        return 0
