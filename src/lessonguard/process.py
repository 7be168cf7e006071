"""Run other programs and read environment variables; no other module does either."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from lessonguard.errors import LessonguardError
from lessonguard.record import record

# Beginnings of the `GIT_*` variables that children get: who the user is and how to reach a server.
# All others are dropped, because Git exports some to hooks (`GIT_DIR`, `GIT_INDEX_FILE`, `GIT_PREFIX`…)
# that would aim every command at the repository that runs the hook, and others change what a diff says.
# See https://git-scm.com/docs/githooks#_description and https://git-scm.com/docs/git#_environment_variables
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

# Semgrep takes rules, tokens and log files from its variables, and `semgrep-core`, an OCaml program, does
# not start under some settings of OCaml's runtime: `OCAMLRUNPARAM=d=1` is enough.
_DROPPED = ("GIT_", "SEMGREP_", "OCAMLRUNPARAM", "CAMLRUNPARAM")

# Seconds between SIGTERM and SIGKILL, so that Git has the time to remove its lock files.
_GRACE = 2.0


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
    """Return the value of an environment variable; None if it is not set."""
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

    `stdin` is what the program reads (nothing by default): bytes, or an open file. `variables` are added
    to the environment, from which Git's and Semgrep's own are dropped; messages are in English (`LC_ALL=C`).
    `timeout` is in seconds. The program has no terminal, so it cannot ask for a password. If an
    exception ends the wait, Ctrl-C included, the program and all that it started are stopped first.
    Raise `MissingProgramError`, `TimeLimitError`, or `LessonguardError` if the system refuses to start it.
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
    """Run programs at the same time and return what each wrote, in the given order; for the rest see `run`.

    `timeout` is in seconds, for all of them together. Their outputs are read one after the other, so a
    program that writes much before it is about to end waits for those before it.
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

    Write requests to `stdin` and flush it, then read answers from `stdout`, which ends if the program
    does. Write at most 4,096 bytes ahead of the answers, or both sides may wait for each other for
    ever: a pipe holds no more on Linux when its user has many open (`pipe-user-pages-soft` in pipe(7)).
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: str | Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Start the program as `run` does, with the same environment and errors."""
        self._child = child = _start(argv, cwd=cwd, stdin=subprocess.PIPE, variables=variables)
        assert child.stdin  # noqa: S101 - `_start` makes all three
        assert child.stdout  # noqa: S101
        assert child.stderr  # noqa: S101
        self.stdin, self.stdout, stderr = child.stdin, child.stdout, child.stderr
        # Read at the side, because a program that has filled this pipe waits, and would answer no more.
        self._stderr: list[bytes] = []
        self._stderr_reader = threading.Thread(target=lambda: self._stderr.append(stderr.read()), daemon=True)
        self._stderr_reader.start()

    def close(self) -> bytes:
        """Stop the program and all that it started, and return what it wrote to standard error."""
        _end(self._child, reader=self._stderr_reader)
        return b"".join(self._stderr)


def _complete(
    child: subprocess.Popen[bytes], name: str, *, data: bytes | None, timeout: float | None
) -> Completed:
    try:
        stdout, stderr = child.communicate(data, timeout)
    except subprocess.TimeoutExpired as error:
        raise TimeLimitError(f"{name} did not finish within {timeout:g} seconds.") from error
    return Completed(stdout=stdout, stderr=stderr, returncode=child.returncode)


def _end(child: subprocess.Popen[bytes], *, reader: threading.Thread | None = None) -> None:
    """Stop a program that still runs, and all that it has started; close its pipes."""
    if child.returncode is None:
        try:
            _signal(child, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                child.wait(_GRACE)
        finally:
            _signal(child, signal.SIGKILL)
            child.wait()
    if reader:
        reader.join(_GRACE)
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with suppress(OSError):  # a broken pipe, where requests were never read
                pipe.close()


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS refuses to signal a program that has ended
        os.killpg(child.pid, number)


def _start(
    argv: Sequence[str],
    *,
    cwd: str | Path | None,
    stdin: int | BinaryIO | None,
    variables: Mapping[str, str] | None,
) -> subprocess.Popen[bytes]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(_KEPT) or not name.startswith(_DROPPED)
    }
    child: subprocess.Popen[bytes] | None = None
    try:
        with _interruptions_held():
            child = subprocess.Popen(
                argv,
                cwd=cwd,
                env={**kept, "LC_ALL": "C", **(variables or {})},
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # A process group of its own, so that `_end` reaches what the program itself has started, too.
                start_new_session=True,
            )
    except FileNotFoundError as error:
        if cwd is not None and str(error.filename) == str(cwd):
            raise LessonguardError(f"Cannot run {argv[0]} in {cwd}: there is no such folder.") from error
        hint = f"Install {argv[0]}, or add its folder to the PATH."
        raise MissingProgramError(f"Cannot find the program {argv[0]}.", hint=hint) from error
    except OSError as error:
        raise LessonguardError(f"Cannot run {argv[0]}: {error.filename}: {error.strerror}.") from error
    except BaseException:
        if child:
            _end(child)
        raise
    return child


@contextmanager
def _interruptions_held() -> Iterator[None]:
    """Let the handlers of SIGINT and SIGTERM wait, since what they raise would leave a program behind.

    The program runs before `Popen` has returned: of 40 that sent SIGTERM to us as their first act, 13 were
    left running.
    """
    handlers: dict[signal.Signals, Any] = {}
    held: list[int] = []
    if threading.current_thread() is threading.main_thread():  # where Python runs all handlers
        for number in (signal.SIGINT, signal.SIGTERM):
            if callable(signal.getsignal(number)):  # not where a program has to inherit that it is ignored
                handlers[number] = signal.signal(number, lambda number, _: held.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    for each in held:
        signal.raise_signal(each)
