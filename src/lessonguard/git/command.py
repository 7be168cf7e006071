"""Run Git in one repository, so that nobody's settings alter what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path

from lessonguard.errors import GitError
from lessonguard.process import Completed, Conversation, TimeLimitError, run
from lessonguard.record import record

# Settings for which Git's commands have no option: https://git-scm.com/docs/git-config#_variables
_GIT = (
    *("git", "-c", "core.fsmonitor=false"),  # else Git may start a program of the user's
    *("-c", "core.hooksPath=/dev/null"),  # else hooks run: `post-index-change` with `git add`
    *("-c", "core.safecrlf=false"),  # else `git add` refuses some line endings
    *("-c", "core.splitIndex=false"),  # else Git writes a part of any index beside the real one
)

# History and contents as they were committed, neither replaced nor grafted; and no lock is taken, so that
# a command of the user's does not fail because of ours: https://git-scm.com/docs/git#_environment_variables
_VARIABLES = {
    "GIT_GRAFT_FILE": "/dev/null",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}

# Seconds. From a local disk, a full clone of 11,400 commits took 2.3 s: the rest is for slow connections.
_FETCH_TIMEOUT = 300.0

# What Git puts before the lines of standard error that say why it failed.
_ERROR_MARKS = ("fatal: ", "error: ", "remote error: ")

_REMEDY = "Run `git fsck`: it checks whether the repository is complete and sound."


@record
class Git:
    """A way to run Git's plumbing commands in one repository.

    `directory` is the repository itself (of this work tree, if it has several), `common` what
    its work trees share, `top` the root of the work tree or None if there is none; all absolute.
    `variables` are added to the environment.
    """

    directory: Path
    common: Path
    top: Path | None
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_partial(self) -> bool:
        """Return whether this is a partial clone: objects may be missing, to be fetched when needed."""
        # Only what a pack from a promisor remote refers to may be missing; Git marks such packs by a file.
        # See https://git-scm.com/docs/partial-clone#_handling_missing_objects
        return any((self.common / "objects" / "pack").glob("*.promisor"))

    def extended(self, **variables: str) -> Git:
        """Return the same with more variables in the environment."""
        return replace(self, variables={**self.variables, **variables})

    def attempt(self, *argv: str, stdin: bytes | None = None, timeout: float | None = None) -> Completed:
        """Run `git` with these arguments, whatever its return code; `timeout` is in seconds."""
        return run(
            [*_GIT, *argv],
            cwd=self.top or self.directory,
            stdin=stdin,
            variables=self._environment,
            timeout=timeout,
        )

    def run(self, *argv: str, to: str, stdin: bytes | None = None) -> bytes:
        """Run `git` with these arguments and return what it prints.

        `to` completes "Cannot …" for the `GitError` that is raised if it fails.
        """
        result = self.attempt(*argv, stdin=stdin)
        if result.returncode:
            raise GitError(f"Cannot {to}: {error_text(result.stderr)}.", hint=_REMEDY)
        return result.stdout

    def fetch(self, remote: str, *options: str, wanted: Iterable[str], negotiate: bool = True) -> str:
        """Fetch objects by their full names; move no branch and write no FETCH_HEAD.

        Unless we `negotiate`, the remote does not learn which commits are here, and so cannot
        leave out what belongs to them. Return why the fetch failed, in Git's words; "" if it did not.
        """
        # https://git-scm.com/docs/git-config, `fetch.negotiationAlgorithm`
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
        return error_text(result.stderr) if result.returncode else ""

    def converse(self, *argv: str) -> Conversation:
        """Start `git` with these arguments, to answer requests."""
        return Conversation([*_GIT, *argv], cwd=self.top or self.directory, variables=self._environment)

    @property
    def _environment(self) -> dict[str, str]:
        # With both named, Git does not search for the repository again, and does not heed `core.worktree`.
        place = {"GIT_DIR": str(self.directory)}
        if self.top:
            place["GIT_WORK_TREE"] = str(self.top)
        return {**place, **_VARIABLES, **self.variables}


def error_text(stderr: bytes) -> str:
    """Return why Git failed, in its own words, on one line: what it calls an error, or else all it wrote."""
    lines = stderr.decode("utf-8", "backslashreplace").splitlines()
    errors = [text for line in lines for mark in _ERROR_MARKS if (text := line.removeprefix(mark)) != line]
    return "; ".join(line.rstrip(".") for line in errors or lines if line and not line.startswith("hint:"))


def open_error(path: Path, text: str) -> GitError:
    """Return the error for a folder in which Git, for the reason in `text`, finds no repository to read."""
    # Since Git 2.35.2: https://git-scm.com/docs/git-config, `safe.directory`
    if "dubious ownership" in text:
        return GitError(
            f"Cannot open the Git repository at {path}: it belongs to another user.",
            hint=f"If you trust it: `git config --global --add safe.directory '{path}'`.",
        )
    if "not a git repository" in text:
        return GitError(
            f"{path} is not in a Git repository.", hint="Run this in a clone of your code, or name one: `-C`."
        )
    return GitError(f"Cannot open the Git repository at {path}: {text}.")
