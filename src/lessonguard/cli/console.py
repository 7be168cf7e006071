"""The terminal of a command: its width, whether colour is wanted, and results written to it or to a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TextIO

from lessonguard.errors import LessonguardError, UsageError
from lessonguard.process import environment

_DEFAULT_WIDTH = 80


def width() -> int:
    """Return the width of the terminal in columns: what COLUMNS says, else the terminal, else 80."""
    # Not `shutil.get_terminal_size`: shutil imports the modules of all compressions.
    wanted = environment("COLUMNS") or ""
    if wanted.isdecimal() and int(wanted):
        return int(wanted)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or _DEFAULT_WIDTH
    except (OSError, ValueError):  # not a terminal, or no file at all
        return _DEFAULT_WIDTH


def wants_colour(stream: TextIO | None = None) -> bool:
    """Return whether a stream, by default standard output, is a terminal whose user wants colour.

    See https://no-color.org.
    """
    return (stream or sys.stdout).isatty() and not environment("NO_COLOR") and environment("TERM") != "dumb"


def write_report(
    renderers: Mapping[str, str], format_name: str, output: Path | None, *report: object, **for_people: object
) -> None:
    """Render a report in one of the formats, and write it as `write_result` does.

    `renderers` has a function for each format, as `module:function`, which is loaded only now: most are
    not needed. The one for `text` also gets the width and the colour of the terminal, and `for_people`.
    """
    module, _, name = renderers[format_name].partition(":")
    if format_name == "text":
        for_people |= {"width": width(), "colour": output is None and wants_colour()}
    else:
        for_people = {}
    write_result(getattr(import_module(module), name)(*report, **for_people), output)


def write_result(text: str, output: Path | None) -> None:
    """Write a result as UTF-8, whatever the locale says, to this file or to standard output.

    Raise `UsageError` if the file cannot be written, `LessonguardError` if standard output cannot.
    """
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
