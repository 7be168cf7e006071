"""Build small real Git repositories, the same ones every time."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

Files = Mapping[str, str | bytes | None]
"""Contents by path; None removes the file."""

_START = datetime(2026, 1, 1, tzinfo=timezone.utc)
_MINE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Test Author",
    "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "Test Author",
    "GIT_COMMITTER_EMAIL": "author@example.com",
    "LC_ALL": "C",
}


class Repo:
    r"""A repository in a folder of its own; most methods return it, so that they chain.

    Commits are a minute apart from 2026-01-01 on, so that equal steps give equal ids. Nobody's
    settings apply to what the builder does, but those in `.git/config` of `path` do.

        repo = Repo(tmp_path / "shop").write({"pay.py": "requests.get(url)\n"})
        base = repo.commit()
    """

    def __init__(self, path: Path, *, options: tuple[str, ...] = (), create: bool = True) -> None:
        """Create a repository at `path` with branch `main`; `options` go to `git init`.

        With `create=False`, take the one that is there.
        """
        self.path = path
        self._minutes = 0
        if create:
            path.mkdir(parents=True, exist_ok=True)
            self.git("init", "--quiet", "--initial-branch=main", *options)

    def git(self, *argv: str, stdin: bytes = b"") -> str:
        """Run `git` here and return what it prints, without the last line ending."""
        # The global settings are /dev/null here, which Git, run by root, would replace by a file.
        assert "--global" not in argv, "write to the file ~/.gitconfig instead"
        now = (_START + timedelta(minutes=self._minutes)).isoformat()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}  # noqa: TID251
        result = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *argv],
            cwd=self.path,
            env={**clean, **_MINE, "GIT_AUTHOR_DATE": now, "GIT_COMMITTER_DATE": now},
            input=stdin,
            capture_output=True,
            check=False,
        )
        assert not result.returncode, f"git {' '.join(argv)}: {result.stderr.decode(errors='replace')}"
        return result.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def at(self, path: Path) -> Repo:
        """Return the copy of this repository at `path`, with its next commit at the same time."""
        other = Repo(path, create=False)
        other._minutes = self._minutes
        return other

    def config(self, **settings: str) -> Repo:
        """Set `section__name="value"` for this repository."""
        for name, value in settings.items():
            self.git("config", name.replace("__", "."), value)
        return self

    def write(self, files: Files) -> Repo:
        """Write, replace or remove files of the work tree; text is UTF-8, line endings as given."""
        for name, content in files.items():
            path = self.path / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def commit(self, message: str = "Change", files: Files | None = None) -> str:
        """Commit all of the work tree, after writing `files` to it, and return the commit's id."""
        self.write(files or {}).git("add", "--all")
        self._minutes += 1
        self.git("commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--no-verify", "--message", message)
        return self.head

    @property
    def head(self) -> str:
        """Return the id of the commit that is checked out."""
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, start: str = "HEAD") -> Repo:
        """Start branch `name` at `start` and switch to it."""
        self.git("switch", "--quiet", "--create", name, start)
        return self

    def switch(self, name: str) -> Repo:
        """Switch to branch `name`, or to a commit without a branch."""
        self.git("checkout", "--quiet", name)
        return self

    def merge(self, *names: str) -> str:
        """Merge branches or commits with a merge commit, and return its id."""
        self._minutes += 1
        self.git(
            "merge", "--quiet", "--no-ff", "--no-verify", "--message", f"Merge {' '.join(names)}", *names
        )
        return self.head

    def clone(self, path: Path, *options: str) -> Repo:
        """Clone to `path` through the transport that a network would use, so `--depth` works."""
        self.config(uploadpack__allowFilter="true", uploadpack__allowAnySHA1InWant="true")
        self.git("clone", "--quiet", *options, self.path.as_uri(), str(path))
        copy = Repo(path, create=False).config(protocol__file__allow="always")
        copy._minutes = self._minutes  # noqa: SLF001 - the same clock
        return copy
