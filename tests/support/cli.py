"""Run the installed command as its users do, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LESSONGUARD = Path(sys.executable).with_name("lessonguard")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the command wrote, and how it ended."""

    code: int
    stdout: str
    stderr: str


def lessonguard(
    *argv: str, cwd: Path, expect: int = 0, stdin: str | None = None, **variables: str
) -> Outcome:
    """Run `lessonguard` in `cwd`, 80 columns wide, and check its exit code."""
    result = subprocess.run(
        [LESSONGUARD, *argv],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80", **variables},  # noqa: TID251 - a child inherits what tests set
        input=None if stdin is None else stdin.encode(),
        capture_output=True,
        check=False,
    )
    outcome = Outcome(
        code=result.returncode, stdout=result.stdout.decode(), stderr=result.stderr.decode(errors="replace")
    )
    assert outcome.code == expect, outcome
    return outcome
