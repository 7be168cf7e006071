"""Run the command as its users do: in this process, or in a process of its own where that is tested."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from lessonguard.cli import main

LESSONGUARD = Path(sys.executable).with_name("lessonguard")

_PROGRESS = re.compile(r"^.* …\n", re.MULTILINE)

# What only a new process takes note of: modules to load, and the folder of temporary files.
_NEED_A_PROCESS = {"PYTHONPATH", "TMPDIR"}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the command wrote, without the progress that a slow machine shows, and how it ended."""

    code: int
    stdout: str
    stderr: str


def lessonguard(
    *argv: str, cwd: Path, expect: int = 0, stdin: str | None = None, **variables: str
) -> Outcome:
    """Run `lessonguard` in `cwd`, 80 columns wide, and check its exit code.

    In this process, which saves the quarter of a second that a new interpreter takes, unless a
    variable needs a process of its own. Tests of the process itself run `LESSONGUARD`.
    """
    variables = {"COLUMNS": "80", **variables}
    run = _in_a_process if _NEED_A_PROCESS & variables.keys() else _here
    outcome = run(list(argv), cwd=cwd, stdin=(stdin or "").encode(), variables=variables)
    assert outcome.code == expect, outcome
    return replace(outcome, stderr=_PROGRESS.sub("", outcome.stderr))


def _in_a_process(argv: list[str], *, cwd: Path, stdin: bytes, variables: dict[str, str]) -> Outcome:
    result = subprocess.run(
        [LESSONGUARD, *argv],
        cwd=cwd,
        env={**os.environ, **variables},  # noqa: TID251 - a child inherits what tests set
        input=stdin,
        capture_output=True,
        check=False,
    )
    return Outcome(
        code=result.returncode, stdout=result.stdout.decode(), stderr=result.stderr.decode(errors="replace")
    )


def _here(argv: list[str], *, cwd: Path, stdin: bytes, variables: dict[str, str]) -> Outcome:
    stdout, stderr = io.BytesIO(), io.BytesIO()
    with pytest.MonkeyPatch.context() as patch, _streams(stdin, stdout, stderr):
        patch.chdir(cwd)
        for name, value in variables.items():
            patch.setenv(name, value)
        code = main.run(argv)
    return Outcome(
        code=code, stdout=stdout.getvalue().decode(), stderr=stderr.getvalue().decode(errors="replace")
    )


@contextmanager
def _streams(stdin: bytes, stdout: io.BytesIO, stderr: io.BytesIO) -> Iterator[None]:
    """Have the standard streams lead to these, as a new process would open them."""
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(stdout, encoding="utf-8")
    sys.stderr = io.TextIOWrapper(stderr, encoding="utf-8", errors="backslashreplace", line_buffering=True)
    try:
        yield
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.detach()
        sys.stdin, sys.stdout, sys.stderr = before
