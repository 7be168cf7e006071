"""What the terminal can show: how wide it is, and whether colour is wanted."""

from __future__ import annotations

import sys
from shutil import get_terminal_size

from lessonguard.process import environment


def width() -> int:
    """Give the width of the terminal in columns, 80 where there is none."""
    return get_terminal_size().columns


def wants_colour() -> bool:
    """Tell whether standard output is a terminal whose user wants colour (see no-color.org)."""
    return sys.stdout.isatty() and not environment("NO_COLOR") and environment("TERM") != "dumb"
