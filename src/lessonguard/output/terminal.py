"""Text for a terminal: styles, widths in columns, wrapped prose, tables, and the facts of a lesson."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from lessonguard.lessons.model import Lesson
from lessonguard.output.escape import one_line, visible
from lessonguard.record import record

LABEL_WIDTH = 15  # columns of `What happened`, the longest label, and the gap behind it

_PROSE = 100  # columns; the next line of wider prose is hard to find


class Style(Enum):
    """The styles in use: among eight colours, those that read well on dark and light grounds."""

    BOLD = "1"
    DIM = "2"
    RED = "31"
    GREEN = "32"
    MAGENTA = "35"


@record
class Screen:
    """A terminal with or without colour, with lines of `width` columns."""

    colour: bool
    width: int

    def write(self, text: str, *styles: Style) -> str:
        """Style text, which must be printable; empty text stays empty."""
        if not (self.colour and styles and text):
            return text
        return f"\x1b[{';'.join(style.value for style in styles)}m{text}\x1b[0m"

    def bold(self, text: str) -> str:
        """Style what the reader should see first."""
        return self.write(text, Style.BOLD)

    def dim(self, text: str) -> str:
        """Style what the reader needs only sometimes."""
        return self.write(text, Style.DIM)


def column_width(text: str) -> int:
    """Return how many terminal columns printable text takes.

    East Asian wide and fullwidth characters take two (Unicode Annex #11), combining ones none.
    """
    return len(text) if text.isascii() else sum(map(_character_width, text))


def clipped(text: str, *, width: int) -> str:
    """Cut text to `width` columns; the last of them is `…` if anything is missing."""
    if column_width(text) <= width:
        return text
    return fitting(text, width=width - 1) + "…"


def fitting(text: str, *, width: int) -> str:
    """Return the longest beginning of the text that takes at most `width` columns."""
    used = 0
    for index, character in enumerate(text):
        used += _character_width(character)
        if used > width:
            return text[:index]
    return text


def wrapped(text: str, *, width: int) -> list[str]:
    """Break prose into lines of at most `width` columns; a web address is never broken."""
    lines: list[str] = []
    current = ""
    for word in _pieces(text.split(), width=width):
        longer = f"{current} {word}" if current else word
        if current and column_width(longer) > width:
            lines.append(current)
            current = word
        else:
            current = longer
    return [*lines, current] if current else lines


def _pieces(words: Iterable[str], *, width: int) -> Iterable[str]:
    for word in words:
        rest = word
        while column_width(rest) > width and "://" not in word:
            piece = fitting(rest, width=width) or rest[0]
            yield piece
            rest = rest[len(piece) :]
        yield rest


def _character_width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def titled_table(
    screen: Screen, title: str, rows: Sequence[tuple[str, str]], *, least: int = 26
) -> list[str]:
    """Write rows below a title, nothing without rows; the second column is wrapped.

    It gets at least `least` columns; a name that is too wide for the first one has a line of its own.
    """
    sizes = [column_width(visible(name)) for name, _ in rows]
    column = max((size for size in sizes if size <= screen.width - least), default=0)
    lines = [line for name, text in rows for line in _row(screen, visible(name), text, column=column)]
    return [screen.bold(f"{title}:"), *lines] if rows else []


def _row(screen: Screen, name: str, text: str, *, column: int) -> Iterator[str]:
    margin = " " * (column + 4 if column else 2)
    lines = wrapped(visible(text), width=max(20, screen.width - len(margin))) or [""]
    if column_width(name) > column and len(lines) == 1 and column_width(name + lines[0]) + 4 <= screen.width:
        yield f"  {name}  {lines.pop()}"
    elif column_width(name) > column:
        yield f"  {name}"
    else:
        start = f"  {name}{' ' * (column - column_width(name))}  " if column else margin
        yield f"{start}{lines.pop(0)}"
    yield from (f"{margin}{line}" for line in lines)


def title_lines(screen: Screen, lesson: Lesson, *details: str) -> list[str]:
    """Write the incident with its date, severity and further details, then the title."""
    facts = (lesson.date.isoformat(), lesson.severity.value, *details)
    about = screen.dim("".join(f" · {fact}" for fact in facts))
    title = wrapped(one_line(lesson.title), width=min(screen.width, _PROSE) - 2)
    return [
        f"  {screen.bold(visible(lesson.incident))}{about}",
        *(f"  {screen.bold(line)}" for line in title),
    ]


def fact_lines(screen: Screen, name: str, text: str) -> list[str]:
    """Write printable text behind its label, wrapped; further lines stand below the text."""
    first, *rest = wrapped(text, width=min(screen.width, _PROSE) - 2 - LABEL_WIDTH) or [""]
    return [label(screen, name) + first, *(" " * (2 + LABEL_WIDTH) + line for line in rest)]


def label(screen: Screen, name: str) -> str:
    """Write a label and the gap behind it."""
    return "  " + screen.dim(f"{name:<{LABEL_WIDTH}}")
