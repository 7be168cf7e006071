"""Write the result of a command: to standard output, or to the file that was asked for."""

from __future__ import annotations

import sys
from pathlib import Path

from lessonguard.errors import LessonguardError, UsageError


def write_result(text: str, output: Path | None) -> None:
    """Write a result as UTF-8, whatever the locale says, to this file or to standard output."""
    try:
        if output is None:
            sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()
        else:
            output.write_bytes(text.encode())
    except BrokenPipeError:
        raise
    except OSError as error:
        message = f"Cannot write the report to {output or 'standard output'}: {error.strerror}."
        kind = LessonguardError if output is None else UsageError
        raise kind(message, hint="Write it to another place: --output.") from error
