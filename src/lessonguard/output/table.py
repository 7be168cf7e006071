"""Rows of two columns below a title."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lessonguard.output.escape import visible
from lessonguard.output.layout import column_width, wrapped
from lessonguard.output.terminal import Pen


def titled_table(pen: Pen, title: str, rows: Sequence[tuple[str, str]], *, least: int = 26) -> list[str]:
    """Write rows below a title, nothing without rows; the second column is wrapped.

    It gets `least` columns at least: what is too wide for the first one then juts out, or has a line of its
    own.
    """
    sizes = [column_width(visible(name)) for name, _ in rows]
    column = max((size for size in sizes if size <= pen.width - least), default=0)
    lines = [line for name, text in rows for line in _row(pen, visible(name), text, column=column)]
    return [pen.bold(f"{title}:"), *lines] if rows else []


def _row(pen: Pen, name: str, text: str, *, column: int) -> Iterator[str]:
    margin = " " * (column + 4 if column else 2)
    lines = wrapped(visible(text), width=max(20, pen.width - len(margin))) or [""]
    if column_width(name) > column and len(lines) == 1 and column_width(name + lines[0]) + 4 <= pen.width:
        yield f"  {name}  {lines.pop()}"
    elif column_width(name) > column:
        yield f"  {name}"
    else:
        start = f"  {name}{' ' * (column - column_width(name))}  " if column else margin
        yield f"{start}{lines.pop(0)}"
    yield from (f"{margin}{line}" for line in lines)
