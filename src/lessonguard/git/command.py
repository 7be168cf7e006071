"""Run Git in one repository, so that nobody's settings alter what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from lessonguard.errors import GitError
from lessonguard.process import Completed, Conversation, TimeLimitError, run
from lessonguard.record import record

_SETTINGS = (
    "core.fsmonitor=false",  # starts a program
    "core.hooksPath=/dev/null",  # starts programs
    "core.safecrlf=false",  # lets some line endings stop `git add`
    "core.splitIndex=false",  # writes a part of any index beside the real one
)
"""Settings for which commands have no option."""

_VARIABLES = {
    "GIT_GRAFT_FILE": "/dev/null",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}
"""History and contents as they were committed: neither replaced nor grafted; and no lock is taken."""

_FETCH_TIMEOUT = 300.0

_FAULTS = ("fatal: ", "error: ", "remote error: ")

_REMEDY = "`git fsck` tells whether the repository is complete and sound."


@record
class Git:
    """A way to run Git's plumbing in one repository.

    `directory` is the repository itself (of this work tree, if it has several), `common` what
    its work trees share, `top` the root of the work tree or None if there is none; all absolute.
    `variables` are added to the environment.
    """

    directory: Path
    common: Path
    top: Path | None
    variables: Mapping[str, str] = field(default_factory=dict)

    def extended(self, **variables: str) -> Git:
        """Give the same with more variables in the environment."""
        return replace(self, variables={**self.variables, **variables})

    def attempt(self, *argv: str, stdin: bytes | None = None, timeout: float | None = None) -> Completed:
        """Run `git` with these arguments, whatever its return code; `timeout` is in seconds."""
        return run(_argv(argv), cwd=self._folder, stdin=stdin, variables=self._environment, timeout=timeout)

    def run(self, *argv: str, to: str, stdin: bytes | None = None) -> bytes:
        """Run `git` with these arguments and return what it prints.

        `to` completes "Cannot …" for the `GitError` that is raised if it fails.
        """
        result = self.attempt(*argv, stdin=stdin)
        if result.returncode:
            raise GitError(f"Cannot {to}: {complaint(result.stderr)}.", hint=_REMEDY)
        return result.stdout

    def fetch(self, remote: str, *options: str, wanted: Iterable[str], negotiate: bool = True) -> str:
        """Fetch objects by their full names; move no branch and write no FETCH_HEAD.

        Unless we `negotiate`, the remote is not told which commits are here, and so cannot
        leave out what belongs to them. Return why it failed, in Git's words, or nothing.
        """
        settings = () if negotiate else ("-c", "fetch.negotiationAlgorithm=noop")
        quiet = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
        try:
            result = self.attempt(
                *(*settings, "fetch", "--no-auto-maintenance", *quiet, *options, "--stdin", remote),
                stdin="".join(f"{name}\n" for name in wanted).encode(),
                timeout=_FETCH_TIMEOUT,
            )
        except TimeLimitError as error:
            return error.message
        return complaint(result.stderr) if result.returncode else ""

    def converse(self, *argv: str) -> Conversation:
        """Start `git` with these arguments, to answer requests."""
        return Conversation(_argv(argv), cwd=self._folder, variables=self._environment)

    @property
    def _folder(self) -> Path:
        return self.top or self.directory

    @property
    def _environment(self) -> dict[str, str]:
        # Named outright, the repository is not searched for again, and `core.worktree` is no matter.
        place = {"GIT_DIR": str(self.directory)}
        if self.top:
            place["GIT_WORK_TREE"] = str(self.top)
        return {**place, **_VARIABLES, **self.variables}


def _argv(argv: Sequence[str]) -> list[str]:
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    return ["git", *settings, *argv]


def complaint(stderr: bytes) -> str:
    """Give Git's own words in one line: what it calls fatal or an error, or else all that it said."""
    lines = stderr.decode("utf-8", "backslashreplace").splitlines()
    faults = [text for line in lines for mark in _FAULTS if (text := line.removeprefix(mark)) != line]
    return "; ".join(line.rstrip(".") for line in faults or lines if line and not line.startswith("hint:"))


def cannot_open(path: Path, words: str) -> GitError:
    """Make the error for a folder in which Git, with these words, finds no repository that it may read."""
    if "dubious ownership" in words:
        return GitError(
            f"Git refuses to read the repository at {path}, because it belongs to another user.",
            hint=f"If you trust it: `git config --global --add safe.directory '{path}'`.",
        )
    if "not a git repository" in words:
        return GitError(
            f"{path} is not in a Git repository.", hint="Run this inside of a clone of your code."
        )
    return GitError(f"Cannot open the Git repository at {path}: {words}.")
