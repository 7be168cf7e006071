"""Start a program of Semgrep's in a folder of its own, and tell what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from lessonguard.errors import EngineError
from lessonguard.process import Completed, TimeLimitError, run_together
from lessonguard.semgrep.interface import Limits
from lessonguard.semgrep.output import plain_message

REINSTALL = "Install Semgrep again: pip install --force-reinstall semgrep"


@contextmanager
def workspace() -> Iterator[Path]:
    """Give a temporary folder, removed in the end whatever happens.

    Raise `EngineError` for what the system refuses meanwhile, such as to write to a full disk.
    """
    try:
        with TemporaryDirectory(prefix="lessonguard-") as folder:
            yield Path(folder)
    except OSError as error:
        hint = "Make room in the folder for temporary files, or choose another one with TMPDIR."
        raise EngineError(f"Cannot hand the files to Semgrep: {error}.", hint=hint) from error


def execute(
    argvs: Sequence[Sequence[str]],
    folder: Path,
    limits: Limits,
    *,
    variables: Mapping[str, str] | None = None,
) -> list[Completed]:
    """Run Semgrep in `folder`, once or several times at once.

    Raise `EngineError` if it does not end within the deadline.
    """
    try:
        return run_together(argvs, cwd=folder, variables=variables, timeout=limits.deadline)
    except TimeLimitError as error:
        hint = "Find the slow lesson with `lessonguard check`, or scan a smaller change."
        raise EngineError(f"Semgrep did not finish within {limits.deadline:g} seconds.", hint=hint) from error


def unusable(completed: Completed) -> EngineError:
    """Make the error for an answer that cannot be used."""
    status = completed.returncode
    how = f"was stopped by signal {-status}" if status < 0 else f"ended with exit code {status}"
    said = plain_message(completed.stderr.decode("utf-8", "replace"))
    return EngineError(f"Semgrep {how} without a usable answer{': ' + said if said else '.'}", hint=REINSTALL)
