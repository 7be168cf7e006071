"""Measure, cut and wrap text in terminal columns, which are not characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def column_width(text: str) -> int:
    """Give how many terminal columns printable text takes.

    East Asian wide and fullwidth characters take two (Unicode Annex #11), combining ones none.
    """
    return len(text) if text.isascii() else sum(map(_character_width, text))


def clipped(text: str, *, width: int) -> str:
    """Cut text to `width` columns; the last of them is `…` if anything is missing."""
    if column_width(text) <= width:
        return text
    return fitting(text, width=width - 1) + "…"


def fitting(text: str, *, width: int) -> str:
    """Give the longest beginning of the text that takes at most `width` columns."""
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
