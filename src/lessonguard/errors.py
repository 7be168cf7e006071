"""The errors lessonguard raises on purpose; everything else is a bug."""

from __future__ import annotations


class LessonguardError(Exception):
    """Say what could not be done, on what and why; then what to try.

    `message` is one or more lines of plain text for people. `hint` names the
    command, option or setting that helps; it is empty only where there is nothing to try.
    `exit_code` is what the process exits with (product contract: 2 usage or an
    invalid lesson, 3 could not scan or deliver).
    """

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the message and the hint apart, so that each output can style them."""
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(LessonguardError):
    """The command was given something it cannot work with."""

    exit_code = 2


class LessonError(LessonguardError):
    """One or more lesson files are invalid; the message names every fault of every file."""

    exit_code = 2


class GitError(LessonguardError):
    """Git could not give what the scan needs."""


class EngineError(LessonguardError):
    """Semgrep could not run, or its answer does not account for everything it was asked."""
