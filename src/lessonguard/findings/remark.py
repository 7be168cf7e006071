"""A remark: one thing to say about a lesson file, or about an accept comment elsewhere."""

from __future__ import annotations

from typing import Literal

from lessonguard.record import record

Level = Literal["error", "warning"]
"""An error must be mended before the lesson is used; a warning should be looked at."""


@record(order=True)
class Remark:
    """One thing to say about a lesson file, or about an accept comment elsewhere.

    `line` and `column` are 1-based, in characters. `code` is a slug that names the kind of
    thing (`unproven`, `past-due`…), the same for all of its kind. `hint` is the remedy.
    """

    path: str
    line: int
    column: int
    level: Level
    code: str
    message: str
    hint: str = ""
