"""Options and exit codes of the commands that check a change: scan, review and pre-push.

Apart from `options`, because it loads the scan, which costs other commands time for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import TypeVar

import click

from lessonguard.cli.options import DIRECTORY, LESSONS_FOLDER, MAX_MEMORY, TIMEOUT, with_options
from lessonguard.errors import LessonError
from lessonguard.lessons.model import Mode
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.scan import ScanOptions
from lessonguard.semgrep.interface import Limits

_Function = TypeVar("_Function", bound=Callable[..., int])

_NEVER = "never"
_LIMITS = (*(mode.value for mode in reversed(Mode)), _NEVER)

FAIL_ON = click.option(
    "--fail-on",
    type=click.Choice(_LIMITS),
    default=Mode.BLOCK.value,
    show_default=True,
    help="Exit with 1 for new findings of lessons with this mode or a stricter one.",
)

_OPTIONS = (
    LESSONS_FOLDER,
    FAIL_ON,
    TIMEOUT,
    MAX_MEMORY,
    click.option(
        "--max-target-bytes",
        metavar="BYTES",
        type=click.IntRange(min=1),
        default=1_000_000,
        show_default=True,
        help="Larger files are not checked, but listed.",
    ),
    DIRECTORY,
)


def with_scan_options(function: _Function) -> _Function:
    """Add the options that all commands have which check a change."""
    return with_options(*_OPTIONS)(function)


def scan_options(
    *, timeout: float, max_memory: int, max_target_bytes: int, step: Callable[[str], None]
) -> ScanOptions:
    """Return the options of a scan, for today in UTC."""
    return ScanOptions(
        today=datetime.now(tz=timezone.utc).date(),
        limits=Limits(timeout=timeout, max_memory=max_memory),
        max_target_bytes=max_target_bytes,
        step=step,
    )


def exit_code(report: ScanReport, *, fail_on: str, is_shown: bool) -> int:
    """Return 1 if something blocks, else 0.

    Raise `LessonError` if a lesson is invalid, with its errors unless the user sees the report
    (`is_shown`).
    """
    if report.faults:
        details = [] if is_shown else [fault.text for fault in report.faults]
        raise LessonError("\n".join(["Some lessons are invalid; the others were applied.", *details]))
    return int(bool(report.blocks(limit(fail_on))))


def limit(fail_on: str) -> Mode | None:
    """Return the mildest mode that fails the check, from the value of `--fail-on`; None if nothing does."""
    return None if fail_on == _NEVER else Mode(fail_on)
