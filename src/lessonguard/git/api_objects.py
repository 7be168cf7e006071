"""Take trees and contents from somewhere else than Git's own transport, and trust none of it."""

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

_FORGED = "Run it again; if that does not help, check out the code first, as the documentation shows."


class ObjectSource(Protocol):
    """Somewhere to ask for objects one by one, by full names; each method may raise `LessonguardError`."""

    def root_tree(self, commit: str) -> str:
        """Give the name of a commit's tree."""

    def tree(self, name: str) -> Iterable[TreeEntry]:
        """List a tree with all trees below it, as `git ls-tree -r -t` does, and never a part of it."""

    def blob(self, name: str) -> bytes:
        """Give the contents of a blob."""


def copy_tree(git: Git, elsewhere: ObjectSource, root: str) -> None:
    """Make a tree and all trees below it in this repository; contents may be missing.

    A name is a hash of what it stands for: raise `GitError` if any tree comes out under another.
    """
    names = {"": root}
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for entry in elsewhere.tree(root):
        folder, _, name = entry.path.rpartition("/")
        folders[folder].append(f"{entry.mode} {entry.kind} {entry.name}\t{name}\0")
        if entry.kind == "tree":
            names[entry.path] = entry.name
    # An empty record ends a tree.
    listing = "".join("".join(folders[path]) + "\0" for path in names)
    made = git.run(
        *("mktree", "-z", "--missing", "--batch"),
        to=f"rebuild tree {root}",
        stdin=listing.encode("utf-8", "surrogateescape"),
    )
    if made.decode().split() != list(names.values()):
        raise GitError(f"What was listed as tree {root} is not what has that name.", hint=_FORGED)


def copy_blobs(git: Git, elsewhere: ObjectSource, blobs: Sequence[BlobId]) -> None:
    """Make blobs in this repository; raise `GitError` if one comes out under another name."""
    with TemporaryDirectory(prefix="lessonguard-") as folder:
        paths = [Path(folder) / blob for blob in blobs]
        for path in paths:  # so that only one at a time is in memory
            path.write_bytes(elsewhere.blob(path.name))
        made = git.run(
            *("hash-object", "-w", "--no-filters", "--stdin-paths"),
            to="store contents",
            stdin="".join(f"{path}\n" for path in paths).encode(),
        )
    for blob, name in zip(blobs, made.decode().split(), strict=True):
        if name != blob:
            raise GitError(f"What was given as contents {blob} is not what has that name.", hint=_FORGED)
