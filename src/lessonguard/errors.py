"""The errors that lessonguard raises on purpose; any other is a bug."""

from __future__ import annotations


class LessonguardError(Exception):
    """An error with what could not be done, on what and why; and what to try.

    `message` is one or more lines of plain text for people. `hint` is the command, option or
    setting that helps; it is empty only where there is nothing to try. `exit_code` is that of
    the process: 2 for usage or an invalid lesson, 3 if nothing could be scanned or delivered.
    """

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the message and the hint in two fields, so that each output can style them."""
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(LessonguardError):
    """The command line, a setting or an input is not usable."""

    exit_code = 2


class LessonError(LessonguardError):
    """One or more lesson files are invalid; the message lists every fault of every file."""

    exit_code = 2


class GitError(LessonguardError):
    """Git failed, or does not have what was asked of it."""


class EngineError(LessonguardError):
    """Semgrep could not run, or its answer does not cover everything that it should have checked."""
