"""Temporary objects of a repository: the trees of an index, of a work tree, of pairs of blobs."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId, CommitId
from lessonguard.git.command import Git, error_text
from lessonguard.process import environment


class TemporaryObjects:
    """A temporary folder for objects and an index of one repository; `close` removes it.

    `reader` is a Git that sees these objects beside those of the repository.

    The user's objects and index stay as they are.
    """

    # Git writes new objects to `GIT_OBJECT_DIRECTORY`, and finds the old ones through
    # `GIT_ALTERNATE_OBJECT_DIRECTORIES`: https://git-scm.com/docs/git#_environment_variables

    def __init__(self, git: Git) -> None:
        self._folder = Path(mkdtemp(prefix="lessonguard-"))
        self.objects = self._folder / "objects"
        self.objects.mkdir()
        self._user = git
        self._index = self._folder / "index"
        self.reader = git.extended(GIT_ALTERNATE_OBJECT_DIRECTORIES=_quote(self.objects))
        self._git = git.extended(
            GIT_ALTERNATE_OBJECT_DIRECTORIES=_quote(git.common / "objects"),
            GIT_INDEX_FILE=str(self._index),
            GIT_OBJECT_DIRECTORY=str(self.objects),
        )

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def write_index(self) -> CommitId:
        """Write the tree of the index: what a commit would contain now. Raise `GitError` if unmerged."""
        self._copy_index()
        return self._write_tree()

    def write_worktree(self) -> CommitId:
        """Write the tree of the work tree: what a commit of everything not ignored would contain.

        Contents go through the user's own filters and line ending conversion, as with `git add`.
        Repositories inside this one that are not submodules are left out.
        """
        self._copy_index()
        others = self._git.run("ls-files", "-z", "--others", "--exclude-standard", to="list the work tree")
        # A name with a slash at its end is a repository: `git add` would add it as a submodule, and fails if
        # it has no commit yet.
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
            # `--sparse`, or else `git add` refuses changed files outside of a sparse checkout.
            stdin=b"\0".join([b".", *(b":(exclude,literal)" + name for name in repositories)]),
        )
        return self._write_tree()

    def write_pairs(self, pairs: Sequence[tuple[BlobId, BlobId]]) -> tuple[CommitId, CommitId]:
        """Write two trees that have the two blobs of each pair under the same name."""
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
        git, named = self._user, environment("GIT_INDEX_FILE")
        index = Path(git.top or git.directory, named) if named else None
        # `git commit FILE…` and `git commit --all` show hooks an index of their own, which is what will be
        # committed; but the variable may also be that of another repository, whose hook runs us.
        # See https://git-scm.com/docs/git#_environment_variables
        if index is None or not index.resolve().is_relative_to(git.directory.resolve()):
            index = git.directory / "index"
        with suppress(FileNotFoundError):  # nothing was ever added
            # With its time, because Git compares it with those of files to know which entries it cannot
            # trust: https://git-scm.com/docs/racy-git
            shutil.copy2(index, self._index)

    def _write_tree(self) -> CommitId:
        result = self._git.attempt("write-tree")
        if b": unmerged (" in result.stderr:
            hint = "Resolve the conflicts and `git add` the files, or scan commits: leave out `--staged`."
            raise GitError("Cannot scan the index: it has merge conflicts.", hint=hint)
        if result.returncode:
            raise GitError(f"Cannot write a tree of the index: {error_text(result.stderr)}.")
        return CommitId(result.stdout.decode().strip())


def _quote(path: Path) -> str:
    r"""Quote a path for `GIT_ALTERNATE_OBJECT_DIRECTORIES`, a list that `:` separates; see git(1)."""
    escaped = str(path).replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'
