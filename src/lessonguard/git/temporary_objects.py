"""Make objects in a repository without leaving any in it: trees of an index, a work tree, or pairs."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId, CommitId
from lessonguard.git.command import Git, complaint
from lessonguard.process import environment


class TemporaryObjects:
    """A temporary folder for objects and an index of one repository; `close` removes it.

    `reader` is a Git that sees these objects beside those of the repository.

    Git writes new objects to `GIT_OBJECT_DIRECTORY` and finds the old ones through
    `GIT_ALTERNATE_OBJECT_DIRECTORIES`; see git(1). The user's objects and index stay as they are.
    """

    def __init__(self, git: Git) -> None:
        self._folder = Path(mkdtemp(prefix="lessonguard-"))
        self.objects = self._folder / "objects"
        self.objects.mkdir()
        self._real_index = _index(git)
        self._index = self._folder / "index"
        self.reader = git.extended(GIT_ALTERNATE_OBJECT_DIRECTORIES=quote_folder(self.objects))
        self._git = git.extended(
            GIT_ALTERNATE_OBJECT_DIRECTORIES=quote_folder(git.common / "objects"),
            GIT_INDEX_FILE=str(self._index),
            GIT_OBJECT_DIRECTORY=str(self.objects),
        )

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def write_index(self) -> CommitId:
        """Make the tree of the index: what a commit would hold now. Raise `GitError` if unmerged."""
        self._copy_index()
        return self._write_tree()

    def write_worktree(self) -> CommitId:
        """Make the tree of the work tree: what a commit of everything not ignored would hold.

        Contents go through the user's own filters and line ending conversion, as `git add` does.
        Repositories inside this one that are not submodules are left out.
        """
        self._copy_index()
        others = self._git.run("ls-files", "-z", "--others", "--exclude-standard", to="list the work tree")
        # Git marks what it would add as a repository, and refuses to if that has no commit yet.
        repositories = [name for name in others.split(b"\0") if name.endswith(b"/")]
        self._git.run(
            *(
                "add",
                "--all",
                "--sparse",
                "--no-ignore-errors",
                "--pathspec-from-file=-",
                "--pathspec-file-nul",
            ),
            to="read the work tree",
            stdin=b"\0".join([b".", *(b":(exclude,literal)" + name for name in repositories)]),
        )
        return self._write_tree()

    def write_pairs(self, pairs: Sequence[tuple[BlobId, BlobId]]) -> tuple[CommitId, CommitId]:
        """Make two trees that hold the two blobs of each pair under the same name."""
        entries = [
            "".join(f"100644 blob {blob}\t{number}\n" for number, blob in enumerate(side))
            for side in zip(*pairs, strict=True)
        ]
        trees = self._git.run(
            "mktree", "--missing", "--batch", to="compare files", stdin="\n".join(entries).encode()
        )
        base, head = trees.decode().split()
        return CommitId(base), CommitId(head)

    def _copy_index(self) -> None:
        """Copy the index with its time, by which Git knows which entries it cannot trust (racy-git)."""
        with suppress(FileNotFoundError):  # nothing was ever added
            shutil.copy2(self._real_index, self._index)

    def _write_tree(self) -> CommitId:
        result = self._git.attempt("write-tree")
        if b": unmerged (" in result.stderr:
            hint = "Resolve the conflicts and `git add` the files, or scan the work tree or a commit."
            raise GitError("Cannot scan the index: it has merge conflicts.", hint=hint)
        if result.returncode:
            raise GitError(f"Cannot make a tree of the index: {complaint(result.stderr)}.")
        return CommitId(result.stdout.decode().strip())


def _index(git: Git) -> Path:
    """Give the index; the one that Git names to a hook, if it is of this repository.

    `git commit FILE…` and `git commit --all` have the hooks see an index of their own, which is what
    will be committed; see `GIT_INDEX_FILE` in git(1).
    """
    told = environment("GIT_INDEX_FILE")
    index = Path(git.top or git.directory, told) if told else None
    if index and index.resolve().is_relative_to(git.directory.resolve()):
        return index
    return git.directory / "index"


def quote_folder(path: Path) -> str:
    r"""Quote a path for `GIT_ALTERNATE_OBJECT_DIRECTORIES`, a list that `:` separates; see git(1)."""
    escaped = str(path).replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'
