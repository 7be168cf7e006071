"""Tell a lesson at a terminal: its title and its facts, each behind a label."""

from __future__ import annotations

from lessonguard.lessons.model import Lesson
from lessonguard.output.escape import one_line, visible
from lessonguard.output.layout import wrapped
from lessonguard.output.terminal import Pen

LABEL_WIDTH = 15
"""How many columns `What happened` and the gap behind it take."""

_PROSE = 100  # columns beyond which the eye loses the line


def title_lines(pen: Pen, lesson: Lesson, *details: str) -> list[str]:
    """Write the incident with its date, severity and further details, then the title."""
    facts = (lesson.date.isoformat(), lesson.severity.value, *details)
    about = pen.dim("".join(f" · {fact}" for fact in facts))
    title = wrapped(one_line(lesson.title), width=min(pen.width, _PROSE) - 2)
    return [f"  {pen.bold(visible(lesson.incident))}{about}", *(f"  {pen.bold(line)}" for line in title)]


def fact_lines(pen: Pen, name: str, text: str) -> list[str]:
    """Write printable text behind its label, wrapped; further lines stand below the text."""
    first, *rest = wrapped(text, width=min(pen.width, _PROSE) - 2 - LABEL_WIDTH) or [""]
    return [label(pen, name) + first, *(" " * (2 + LABEL_WIDTH) + line for line in rest)]


def label(pen: Pen, name: str) -> str:
    """Write a label and the gap behind it."""
    return "  " + pen.dim(f"{name:<{LABEL_WIDTH}}")
