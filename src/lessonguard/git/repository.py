"""A Git repository: which files and lines a change touches, and what they contain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId, ChangedFile, CommitId, Hunk
from lessonguard.git.command import Git, error_text, open_error
from lessonguard.git.diff import LISTING, RENAMES, parse_hunks, parse_raw, parse_raw_blobs
from lessonguard.git.hooks import Hooks, find_hooks
from lessonguard.git.listing import find_in_worktree, list_commit, list_worktree
from lessonguard.git.merge_base import find_merge_base
from lessonguard.git.objects import ObjectReader
from lessonguard.git.partial_clone import fetch_missing, has_commits, offline
from lessonguard.process import run

if TYPE_CHECKING:
    from lessonguard.git.log import History
    from lessonguard.git.temporary_objects import TemporaryObjects
    from lessonguard.git.unpushed import Published

# Options of git-diff-tree(1). As plumbing it heeds few settings and attributes, and these switch off those:
# a `.gitattributes` with `*.py -diff`, part of the change itself, would otherwise hide a file.
# See https://git-scm.com/docs/git-diff-tree and https://git-scm.com/docs/gitattributes#_generating_diff_text
_PATCH = ("-p", "--full-index", "--indent-heuristic", "--no-color", "--no-ext-diff", "--no-textconv")
# For mapping lines of head to lines of base: no context, and lines that differ only in spaces are the same.
_MAPPED = (*_PATCH, "-U0", "-w", "--text", "--diff-algorithm=histogram")
# As GitHub shows a change: three lines of context, and the default algorithm of Git.
_SHOWN = (*_PATCH, "-U3", "--inter-hunk-context=0", "--diff-algorithm=myers")

_Pair = tuple[BlobId, BlobId]
_Hunks = dict[_Pair, tuple[Hunk, ...]]

_BRANCHES = ("HEAD", "main", "master")


class Repository:
    """A Git repository, opened from any folder inside it; `close` it, or use it in a `with`.

    Only plumbing commands are run, so that they heed nothing that users, repositories or
    `.gitattributes` have set. Nothing is checked out, and no hook or filter runs, except for
    the filters of `git add` in `worktree`. Every method raises `GitError` where Git fails.

    `top` is the absolute path of the work tree's top folder, None for a bare repository;
    `git_directory` that of the repository itself, which all of its work trees share.
    """

    def __init__(self, git: Git) -> None:
        self.top = git.top
        self.git_directory = git.common
        self._git = git
        # Sees temporary objects, too; what fetches history must use `_git`, which does not rely on them.
        self._reader = git
        self._objects = ObjectReader(git)
        self._temporary: TemporaryObjects | None = None
        self._is_partial = git.is_partial
        # The trees of commits that are not here themselves.
        self._trees: Mapping[CommitId, CommitId] = {}
        self._hunks: _Hunks = {}
        self._present: set[BlobId] = set()

    @classmethod
    def open(cls, path: Path) -> Repository:
        """Open the repository that the folder `path` is in: work tree, linked work tree or bare."""
        # In this order, because a bare repository answers the first two questions and fails at the third:
        # one process instead of two. See https://git-scm.com/docs/git-rev-parse#_options_for_files
        questions = ("--git-dir", "--git-common-dir", "--show-toplevel")
        result = run(["git", "rev-parse", "--path-format=absolute", *questions], cwd=path)
        answers = result.stdout.decode("utf-8", "surrogateescape").split("\n")[:-1]
        is_bare = result.returncode and b"must be run in a work tree" in result.stderr
        if (result.returncode and not is_bare) or len(answers) != (2 if is_bare else 3):
            raise open_error(path, error_text(result.stderr))
        directory, common, *top = map(Path, answers)
        return cls(Git(directory=directory, common=common, top=top[0] if top else None))

    def __enter__(self) -> Repository:  # noqa: PYI034 - `Self` came with Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the Git that reads objects, and remove what `staged` and the like have made."""
        self._objects.close()
        if self._temporary:
            self._temporary.close()

    def resolve(self, revision: str) -> CommitId:
        """Return the commit that `revision` names, as in gitrevisions(7); a tag stands for its commit."""
        problem = f"There is no commit {revision!r} in this repository"
        hint = "Check the spelling, or fetch it: `git fetch origin BRANCH-OR-COMMIT`."
        if "\n" in revision or "\0" in revision:
            raise GitError(f"{problem}.", hint=hint)
        try:
            [found] = self._objects.read([revision], limit=0)
            if found and found.kind == "tag":
                [found] = self._objects.read([f"{found.name}^{{commit}}"], limit=0)
        except GitError as error:  # as for `@{upstream}` where there is none
            raise GitError(f"{problem}. {error.message}", hint=hint) from error
        if found is None or found.kind != "commit":
            raise GitError(f"{problem}.", hint=hint)
        return CommitId(found.name)

    def default_base(self, *, remote: str = "origin") -> str:
        """Return the name of the branch that changes most likely go to.

        That is the default branch of `remote`, else its main or master, else those of the
        remote `upstream`, else the local main or master.
        """
        # `origin/HEAD` is missing in what was made by `git init` and `git fetch`, because only `git clone`
        # sets it: so the usual names come next.

        remotes = dict.fromkeys([remote, "upstream"])
        names = [f"{name}/{branch}" for name in remotes for branch in _BRANCHES] + list(_BRANCHES[1:])
        for name, found in zip(names, self._objects.read(names, limit=0), strict=True):
            if found and found.kind == "commit":
                return name
        raise GitError(
            f"Cannot find the branch to compare with: there is none of {', '.join(names)}.",
            hint="Name a branch or commit: `--base`.",
        )

    def merge_base(self, base: CommitId, head: CommitId) -> CommitId:
        """Return the commit where head left base; see `find_merge_base`, which may fetch history."""
        return find_merge_base(self._git, base=base, head=head)

    def changed_files(self, base: CommitId, head: CommitId) -> tuple[ChangedFile, ...]:
        """List the regular files that differ between two commits or trees, sorted by path.

        A file counts as renamed if at least half of it stayed. Of more than 1,000 added or
        deleted files, only those that stayed the same do (`-l` in git-diff-tree(1)). This takes
        contents: what a partial clone lacks of both sides is fetched, all at once.
        """
        if self._is_partial:
            self._provide(self._differing(base, head))
        return parse_raw(self._compare(*LISTING, *RENAMES, base=base, head=head))

    def history(self) -> History:
        """Return what reads many commits of a branch at once."""
        from lessonguard.git.log import History  # noqa: PLC0415 - a scan is about one change

        return History(self._git, provide=self._provide if self._is_partial else None)

    def published(self, remote: str) -> Published:
        """Return what a remote, given by its name or address, already has; no server is asked."""
        from lessonguard.git.unpushed import Published  # noqa: PLC0415 - a scan pushes nothing

        return Published(self._git, remote, find=lambda names: self._objects.read(names, limit=0))

    def hooks(self) -> Hooks:
        """Return where Git looks for the hooks of this repository."""
        return find_hooks(self._git)

    def prefetch(self, base: CommitId, head: CommitId, *, tip: CommitId, folder: str) -> None:
        """Fetch at once, where this is a partial clone, all contents that a scan will read.

        Those are where base and head differ, and the files below a folder of tip: the lessons.
        """
        if self._is_partial:
            lessons = [blob for _, blob in self.tree_entries(tip, folder)]
            self._provide([*lessons, *self._differing(base, head)])

    def fetch_history(self, tip: CommitId, *, last: int) -> None:
        """Fetch the history with the `last` changes below a commit; do nothing in a clone, which has it."""

    def has(self, commits: Iterable[CommitId]) -> bool:
        """Return whether these commits and their trees are here, perhaps without contents; fetch nothing."""
        return has_commits(self._git, list(commits))

    def read_blobs(self, blobs: Iterable[BlobId], *, limit: int) -> dict[BlobId, bytes | int]:
        """Return the contents of blobs; of one with more than `limit` bytes only the size, in bytes.

        What a partial clone lacks is fetched first, all of it at once.
        """
        names = list(dict.fromkeys(blobs))
        if self._is_partial:
            self._provide(names)
        contents: dict[BlobId, bytes | int] = {}
        for name, found in zip(names, self._objects.read(names, limit=limit), strict=True):
            if found is None or found.kind != "blob":
                hint = "Run `git fsck` to see what is missing, and `git fetch --refetch` to fetch it again."
                raise GitError(f"Cannot read blob {name}: it is missing from this repository.", hint=hint)
            contents[name] = found.size if found.content is None else found.content
        return contents

    def hunks(self, pairs: Iterable[_Pair]) -> Mapping[_Pair, tuple[Hunk, ...]]:
        """Return the hunks between a base and a head blob, for each pair; none if no line differs.

        Lines that differ only in spaces, tabs and line endings count as the same, so that
        code that was indented, or converted from CRLF, maps line by line. Blank lines count.
        The hunks of a pair are computed once.
        """
        wanted = list(dict.fromkeys(pairs))
        differing = [pair for pair in wanted if pair[0] != pair[1] and pair not in self._hunks]
        if differing:
            base, head = self._write_pairs(differing)
            patch = self._compare(*_MAPPED, base=base, head=head)
            self._hunks |= {**dict.fromkeys(differing, ()), **parse_hunks(patch)}
        return {pair: self._hunks.get(pair, ()) for pair in wanted}

    def shown_hunks(self, pairs: Iterable[_Pair]) -> Mapping[_Pair, tuple[Hunk, ...]]:
        """Return the hunks that GitHub shows between a base and a head blob, for each pair.

        They include three lines of context, and every difference. Binary files have none.
        """
        wanted = list(dict.fromkeys(pairs))
        differing = [pair for pair in wanted if pair[0] != pair[1]]
        hunks: _Hunks = dict.fromkeys(wanted, ())
        if differing:
            base, head = self._write_pairs(differing)
            # Without anybody's attributes, so that the contents alone decide what is binary: GitHub refuses
            # a comment outside of the hunks that it shows, so they must be the same here.
            with offline(self._reader, like=base) as alone:
                hunks |= parse_hunks(alone.run("diff-tree", *_SHOWN, base, head, to="compare files"))
        return hunks

    def tree_entries(self, commit: CommitId, folder: str) -> tuple[tuple[str, BlobId], ...]:
        """List the regular files below a folder of a commit, sorted by path; none if it is missing.

        Paths are relative to the top of the repository. `folder` has no slash at its ends;
        `.` is the top.
        """
        tree = self._trees.get(commit, commit)
        within = () if folder == "." else (f"{folder}/",)
        listing = self._reader.run(
            *("--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", tree, "--", *within),
            to=f"list {folder} of {commit}",
        )
        # `100644 blob <name>`, a tab, the path, NUL: https://git-scm.com/docs/git-ls-tree#_output_format
        entries = [row.partition("\t") for row in listing.decode("utf-8", "surrogateescape").split("\0")[:-1]]
        regular = [(path, about.split(" ")) for about, _, path in entries if about.startswith("100")]
        return tuple(sorted((path, BlobId(blob)) for path, (_, _, blob) in regular))

    def list_files(self, commit: CommitId | None = None) -> Mapping[str, bool]:
        """Return the regular files of a commit, or else of the work tree, and whether each is executable."""
        if commit is None:
            return list_worktree(self._git)
        return list_commit(self._reader, self._trees.get(commit, commit))

    def find_text(self, text: str) -> tuple[str, ...]:
        """List the files of the work tree that contain a text, sorted by path; ignored files do not count."""
        return find_in_worktree(self._git, text)

    def staged(self) -> CommitId:
        """Write the tree that a commit would have now; it exists until this repository is closed."""
        return self._open_temporary().write_index()

    def worktree(self) -> CommitId:
        """Write the tree of all files that are not ignored; it exists until this repository is closed."""
        if self.top is None:
            hint = "Name a commit to scan: `--head`."
            raise GitError(f"Cannot scan files: {self.git_directory} is a bare repository.", hint=hint)
        return self._open_temporary().write_worktree()

    def _differing(self, base: CommitId, head: CommitId) -> tuple[BlobId, ...]:
        return parse_raw_blobs(self._compare(*LISTING, "--no-renames", base=base, head=head))

    def _compare(self, *options: str, base: CommitId, head: CommitId) -> bytes:
        trees = (self._trees.get(commit, commit) for commit in (base, head))
        return self._reader.run("diff-tree", *options, *trees, to="compare the commits")

    def _write_pairs(self, pairs: list[_Pair]) -> tuple[CommitId, CommitId]:
        """Write two trees with the same names: one diff for all pairs, and no renames to find."""
        if self._is_partial:
            self._provide([blob for pair in pairs for blob in pair])
        return self._open_temporary().write_pairs(pairs)

    def _provide(self, blobs: Iterable[BlobId]) -> None:
        """Fetch what this partial clone lacks of these, and remember which are here: they stay."""
        wanted = [blob for blob in dict.fromkeys(blobs) if blob not in self._present]
        if wanted:
            self._fetch_blobs(wanted)
            self._present.update(wanted)

    def _fetch_blobs(self, blobs: list[BlobId]) -> None:
        fetch_missing(self._reader, blobs)

    def _open_temporary(self) -> TemporaryObjects:
        if self._temporary is None:
            # Loaded here, because `tempfile` and `shutil` bring much along, and most scans need neither.
            from lessonguard.git.temporary_objects import TemporaryObjects  # noqa: PLC0415

            self._temporary = TemporaryObjects(self._git)
            self._reader = self._temporary.reader
            self._objects.close()
            self._objects = ObjectReader(self._reader)
        return self._temporary
