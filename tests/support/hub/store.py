"""A hosted repository's objects and refs: the real Git reads them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tests.support.hub.diff import FileDiff, parse_diff

_PLAIN = ("-c", "core.quotePath=false", "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false")
_DIFF = ("--no-color", "--no-ext-diff", "--no-textconv", "--find-renames")
_PATCH = ("--patch", "--unified=3", "--src-prefix=a/", "--dst-prefix=b/")
_COMMIT = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
_PERSON = ("name", "email", "date")


@dataclass(frozen=True, kw_only=True)
class Commit:
    """A commit; `author` and `committer` have `name`, `email` and `date` (ISO 8601)."""

    name: str
    tree: str
    parents: tuple[str, ...]
    author: Mapping[str, str]
    committer: Mapping[str, str]
    message: str


class Store:
    """The repository at `path`, bare or with a work tree."""

    def __init__(self, path: Path) -> None:
        self.path = self.directory = path
        self.directory = Path(self.git("rev-parse", "--absolute-git-dir"))
        # Commits never change, so neither do these answers.
        self.diff = lru_cache(maxsize=None)(self._diff)
        self.merge = lru_cache(maxsize=None)(self._merge)
        self.merge_base = lru_cache(maxsize=None)(self._merge_base)
        self.commits = lru_cache(maxsize=None)(self._commits)

    def attempt(self, *argv: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run `git` here, whatever its return code."""
        return subprocess.run(
            ["git", *_PLAIN, *argv],
            cwd=self.directory,  # where no attributes are
            env=plain_environment(),
            input=stdin,
            capture_output=True,
            check=False,
        )

    def read(self, *argv: str) -> bytes:
        """Run `git` here and return what it prints."""
        result = self.attempt(*argv)
        assert not result.returncode, f"git {' '.join(argv)}: {result.stderr.decode(errors='replace')}"
        return result.stdout

    def git(self, *argv: str) -> str:
        """Run `git` here and return what it prints, without the last line ending."""
        return self.read(*argv).decode("utf-8", "surrogateescape").removesuffix("\n")

    def resolve(self, revision: str, *, kind: str = "commit") -> str | None:
        """Give the full name of what a branch, tag, ref or object name stands for, None if nothing."""
        for name in (f"refs/heads/{revision}", f"refs/tags/{revision}", revision):
            result = self.attempt(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{{kind}}}"
            )
            if not result.returncode:
                return result.stdout.decode().strip()
        return None

    def commit(self, name: str) -> Commit:
        """Read a commit."""
        words = self.git("show", "--no-patch", f"--format={_COMMIT}", name).split("\0")
        return Commit(
            name=words[0],
            tree=words[1],
            parents=tuple(words[2].split()),
            author=dict(zip(_PERSON, words[3:6], strict=True)),
            committer=dict(zip(_PERSON, words[6:9], strict=True)),
            message=words[9].rstrip("\n"),
        )

    def _merge(self, base: str, head: str) -> str | None:
        """Merge two commits and give the new one, None if they conflict."""
        merged = self.attempt("merge-tree", "--write-tree", base, head)
        if merged.returncode:
            return None
        tree = merged.stdout.decode().split()[0]
        people = ("-c", "user.name=GitHub", "-c", "user.email=noreply@github.example")
        return self.git(*people, "commit-tree", "-p", base, "-p", head, "-m", "Merge", tree)

    def _merge_base(self, base: str, head: str) -> str | None:
        """Give where two commits parted, None if they share no history."""
        result = self.attempt("merge-base", base, head)
        return result.stdout.decode().strip() or None

    def _commits(self, base: str, head: str) -> list[str]:
        """List the commits that head has and base has not, the oldest first."""
        return self.git("rev-list", "--reverse", f"{base}..{head}").split()

    def _diff(self, base: str, head: str) -> dict[str, FileDiff]:
        """Give what changed between two commits or trees, by path."""
        raw = self.read("diff", "--raw", "-z", "--no-abbrev", *_DIFF, base, head)
        return parse_diff(raw, self.read("diff", *_PATCH, *_DIFF, base, head))


def plain_environment(**variables: str) -> dict[str, str]:
    """Give the environment without what would point Git elsewhere or change how it answers."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}  # noqa: TID251 - for children
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C", **variables}
