"""What the terminal can show: how wide it is, and whether colour is wanted."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from lessonguard.process import environment

_DEFAULT_WIDTH = 80


def width() -> int:
    """Give the width of the terminal in columns, or what COLUMNS says, or 80.

    As `shutil.get_terminal_size`, which brings every compression there is along with it.
    """
    wanted = environment("COLUMNS") or ""
    if wanted.isdecimal() and int(wanted):
        return int(wanted)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or _DEFAULT_WIDTH
    except (OSError, ValueError):  # not a terminal, or no file at all
        return _DEFAULT_WIDTH


def wants_colour(stream: TextIO | None = None) -> bool:
    """Tell whether a stream, by default standard output, is a terminal whose user wants colour.

    See https://no-color.org.
    """
    return (stream or sys.stdout).isatty() and not environment("NO_COLOR") and environment("TERM") != "dumb"
