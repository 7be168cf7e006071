"""Push for real: a clone with the hook of lessonguard, and the repository that it pushes to."""

from __future__ import annotations

import os
import subprocess
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

from tests.support.cli import LESSONGUARD, lessonguard
from tests.support.code import LOCKED, SAFE
from tests.support.repo import Files, Repo

_LESSONS = Path(__file__).parents[1] / "cases" / "change_lessons"


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """How a push ended, and what was said: by Git, hooks and lessonguard alike.

    `printed` is the part of it that went to standard output.
    """

    code: int
    said: str
    printed: str

    @property
    def verdicts(self) -> list[str]:
        """Give the line that lessonguard begins each ref with, without its own name."""
        lines = self.said.splitlines()
        return [line.removeprefix("lessonguard · ") for line in lines if line.startswith("lessonguard · ")]


def lessons() -> dict[str, str]:
    """Give the three lessons of the tests, as files."""
    return {f"lessons/{path.name}": path.read_text(encoding="utf-8") for path in _LESSONS.glob("*.yaml")}


class Pusher:
    """A clone, with the hook installed, of a bare repository that has three lessons and safe code on main."""

    def __init__(self, folder: Path) -> None:
        """Make both, and push the beginning."""
        self.remote = Repo(folder / "server" / "shop.git", options=("--bare",))
        self.remote.config(http__receivepack="true")
        self.repo = Repo(folder / "clone")
        self.repo.git("remote", "add", "origin", self.remote.path.as_uri())
        self.first = self.commit({"app.py": SAFE, "pay.py": LOCKED, **lessons()})
        self.repo.git("push", "--quiet", "--set-upstream", "origin", "main")
        lessonguard("hook", "install", cwd=self.repo.path)

    def copy(self, folder: Path) -> Pusher:
        """Make the same in another folder."""
        other = copy(self)
        copytree(self.remote.path, folder / "server" / "shop.git")
        copytree(self.repo.path, folder / "clone", symlinks=True)
        other.remote, other.repo = (
            self.remote.at(folder / "server" / "shop.git"),
            self.repo.at(folder / "clone"),
        )
        other.repo.git("remote", "set-url", "origin", other.remote.path.as_uri())
        return other

    def commit(self, files: Files) -> str:
        """Commit files to the branch that is checked out, and return the commit."""
        return self.repo.commit(f"Change {', '.join(files)}"[:60], files)

    def push(self, *arguments: str, **variables: str) -> Pushed:
        """Push, to origin unless a remote is named first, and say how it went."""
        return push(self.repo.path, *(arguments or ("origin", "HEAD")), **variables)

    def arrived(self, ref: str) -> str | None:
        """Give the object that a ref stands for on the server; None if it has none of that name."""
        return self.remote.git("for-each-ref", "--format=%(objectname)", ref) or None


def push(folder: Path, *arguments: str, **variables: str) -> Pushed:
    """Run `git push` in a folder as its user does, and say how it went."""
    result = subprocess.run(
        ["git", "push", *arguments],
        cwd=folder,
        env={
            **os.environ,  # noqa: TID251 - as a user's shell passes it on
            "PATH": f"{LESSONGUARD.parent}:{os.environ['PATH']}",  # noqa: TID251 - the same
            "COLUMNS": "80",
            **variables,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    lines = (result.stdout + result.stderr).decode(errors="replace").splitlines(keepends=True)
    # Without the progress that a slow machine shows.
    said = "".join(line for line in lines if not line.endswith(" …\n"))
    return Pushed(code=result.returncode, said=said, printed=result.stdout.decode(errors="replace"))
