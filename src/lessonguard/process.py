"""Run other programs, and read the environment: the only door to either."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO

from lessonguard.errors import LessonguardError
from lessonguard.record import record

_KEPT = (
    "GIT_ALLOW_PROTOCOL",
    "GIT_ASKPASS",
    "GIT_CEILING_DIRECTORIES",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_VALUE_",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
    "GIT_HTTP_",
    "GIT_PROTOCOL_FROM_USER",
    "GIT_PROXY_",
    "GIT_SSH",
    "GIT_SSL_",
    "GIT_TERMINAL_PROMPT",
)
"""Beginnings of the `GIT_*` variables that children get: who the user is and how to reach a server.

All others are dropped. Git exports some to hooks (`GIT_DIR`, `GIT_INDEX_FILE`, `GIT_PREFIX`…), where
they would aim every command at the repository that runs the hook; others change what a diff says.
"""

_DROPPED = ("GIT_", "SEMGREP_", "OCAMLRUNPARAM", "CAMLRUNPARAM")
"""Beginnings of the other variables that children do not get.

Semgrep takes rules, tokens and log files from the environment, and does not start under some
settings of the OCaml it is written in.
"""

_GRACE = 2.0
"""Seconds between asking a program to end and ending it."""


class MissingProgramError(LessonguardError):
    """A program is not installed, or not on the PATH."""


class TimeLimitError(LessonguardError):
    """A program ran for longer than it was allowed to, and was stopped."""


@record
class Completed:
    """What a program that has ended wrote and returned; negative `returncode`: killed by that signal."""

    stdout: bytes
    stderr: bytes
    returncode: int


def environment(name: str) -> str | None:
    """Read one environment variable; None if it is not set."""
    return os.environ.get(name)


def run(
    argv: Sequence[str],
    *,
    cwd: str | Path | None = None,
    stdin: bytes | BinaryIO | None = None,
    variables: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> Completed:
    """Run a program to its end and return what it wrote, whatever its return code.

    `stdin` is what it reads (nothing by default): bytes, or an open file. `variables` are added
    to the environment, from which Git's and Semgrep's own are dropped; messages are in English (`LC_ALL=C`).
    `timeout` is in seconds. The program has no terminal, so it cannot ask for a password. If an
    exception ends the wait, ^C included, the program and all that it started are stopped first.
    Raise `MissingProgramError` or `TimeLimitError`.
    """
    data = stdin if isinstance(stdin, bytes) else None
    source = subprocess.PIPE if isinstance(stdin, bytes) else stdin
    child = _start(argv, cwd=cwd, stdin=source, variables=variables)
    try:
        return _complete(child, argv[0], data=data, timeout=timeout)
    finally:
        _end(child)


def run_together(
    argvs: Sequence[Sequence[str]],
    *,
    cwd: str | Path | None = None,
    variables: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> list[Completed]:
    """Run programs at the same time, and return what each wrote, in order; for the rest see `run`.

    `timeout` is for all of them. They are read one after the other, so they had better write most
    of what they write when they are about to end.
    """
    children: list[subprocess.Popen[bytes]] = []
    deadline = None if timeout is None else time.monotonic() + timeout
    try:
        for argv in argvs:
            children.append(_start(argv, cwd=cwd, stdin=None, variables=variables))  # noqa: PERF401 - see finally
        completed = []
        for child, argv in zip(children, argvs, strict=True):
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            completed.append(_complete(child, argv[0], data=None, timeout=left))
        return completed
    finally:
        for child in children:
            _end(child)


class Conversation:
    """A running program that answers requests, until it is closed.

    Write requests to `stdin` and read answers from `stdout`. Write at most 4,096 bytes (what any
    pipe holds) ahead of the answers, or both sides may wait for each other for ever.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: str | Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Start the program as `run` does, with the same environment and errors."""
        self._child = _start(argv, cwd=cwd, stdin=subprocess.PIPE, variables=variables)
        self._complaint = b""
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def stdin(self) -> IO[bytes]:
        """Give where requests go; flush it before waiting for an answer."""
        assert self._child.stdin is not None  # noqa: S101 - it was asked for
        return self._child.stdin

    @property
    def stdout(self) -> IO[bytes]:
        """Give where answers come from; it ends if the program does."""
        assert self._child.stdout is not None  # noqa: S101 - it was asked for
        return self._child.stdout

    def close(self) -> bytes:
        """Stop the program and all that it started, and return what it wrote to standard error."""
        _stop(self._child)
        self._listener.join(_GRACE)
        _close_pipes(self._child)
        return self._complaint

    def _listen(self) -> None:
        assert self._child.stderr is not None  # noqa: S101 - it was asked for
        self._complaint = self._child.stderr.read()


def _complete(
    child: subprocess.Popen[bytes], name: str, *, data: bytes | None, timeout: float | None
) -> Completed:
    try:
        stdout, stderr = child.communicate(data, timeout)
    except subprocess.TimeoutExpired as error:
        raise TimeLimitError(f"{name} did not finish within {timeout:g} seconds.") from error
    return Completed(stdout=stdout, stderr=stderr, returncode=child.returncode)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.returncode is None:
        _stop(child)
    _close_pipes(child)


def _start(
    argv: Sequence[str],
    *,
    cwd: str | Path | None,
    stdin: int | BinaryIO | None,
    variables: Mapping[str, str] | None,
) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if _is_kept(name)}
    try:
        return subprocess.Popen(
            argv,
            cwd=cwd,
            env={**kept, "LC_ALL": "C", **(variables or {})},
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A group of its own, so that `_stop` reaches what the program itself has started.
            start_new_session=True,
        )
    except FileNotFoundError as error:
        if cwd is not None and str(error.filename) == str(cwd):
            raise LessonguardError(f"Cannot run {argv[0]} in {cwd}: there is no such folder.") from error
        hint = f"Install {argv[0]}, or add the folder it is in to the PATH."
        raise MissingProgramError(f"Cannot find the program {argv[0]}.", hint=hint) from error
    except OSError as error:
        raise LessonguardError(f"Cannot run {argv[0]}: {error.filename}: {error.strerror}.") from error


def _is_kept(name: str) -> bool:
    return name.startswith(_KEPT) or not name.startswith(_DROPPED)


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End the whole process group: politely first, so that Git removes its lock files."""
    try:
        _signal(child, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE)
    finally:
        _signal(child, signal.SIGKILL)
        child.wait()


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS refuses to signal what has ended
        os.killpg(child.pid, number)


def _close_pipes(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with suppress(OSError):  # requests that nobody has read
                pipe.close()
