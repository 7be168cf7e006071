"""Copy trees and contents from GitHub's API into a repository, where Git cannot fetch them; verify each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId
from lessonguard.git.command import Git
from lessonguard.github.pull_request import TreeEntry

_HINT = "Run it again, or check the code out first: actions/checkout with `fetch-depth: 0`."


class ObjectSource(Protocol):
    """An API that has objects by their full names; each method may raise `LessonguardError`."""

    def root_tree(self, commit: str) -> str:
        """Return the name of a commit's tree."""

    def tree(self, name: str) -> Iterable[TreeEntry]:
        """List a tree with all trees below it, as `git ls-tree -r -t` does; never a part of it."""

    def blob(self, name: str) -> bytes:
        """Return the contents of a blob."""


def copy_tree(git: Git, api: ObjectSource, root: str) -> None:
    """Write a tree and all trees below it into this repository; contents may be missing.

    Raise `GitError` if any of them gets another name than the API gave it.
    """
    # A name is a hash of what it stands for, so nothing that the API sends needs to be trusted.
    names = {"": root}
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for entry in api.tree(root):
        folder, _, name = entry.path.rpartition("/")
        folders[folder].append(f"{entry.mode} {entry.kind} {entry.name}\t{name}\0")
        if entry.kind == "tree":
            names[entry.path] = entry.name
    # An empty record ends a tree: https://git-scm.com/docs/git-mktree
    listing = "".join("".join(folders[path]) + "\0" for path in names)
    made = git.run(
        *("mktree", "-z", "--missing", "--batch"),
        to=f"rebuild tree {root}",
        stdin=listing.encode("utf-8", "surrogateescape"),
    )
    if made.decode().split() != list(names.values()):
        raise GitError(f"Cannot use tree {root}: what the API lists has another name.", hint=_HINT)


def copy_blobs(git: Git, api: ObjectSource, blobs: Sequence[BlobId]) -> None:
    """Write blobs into this repository; raise `GitError` if one gets another name than it should have."""
    with TemporaryDirectory(prefix="lessonguard-") as folder:
        paths = [Path(folder) / blob for blob in blobs]
        for path in paths:  # by files, so that only one blob at a time is in memory
            path.write_bytes(api.blob(path.name))
        made = git.run(
            # `--no-filters`, or else the user's attributes would change the contents.
            *("hash-object", "-w", "--no-filters", "--stdin-paths"),
            to="store contents",
            stdin="".join(f"{path}\n" for path in paths).encode(),
        )
    for blob, name in zip(blobs, made.decode().split(), strict=True):
        if name != blob:
            raise GitError(f"Cannot use blob {blob}: what the API sent has another name.", hint=_HINT)
