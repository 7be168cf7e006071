"""The values of a lesson file with their lines and columns, before they are interpreted."""

from __future__ import annotations

import math
from typing import Any, Literal

from lessonguard.record import record

# What YAML takes a scalar for; quoted scalars are always text, because quotes say so.
Kind = Literal["text", "number", "boolean", "date", "nothing"]

# https://yaml.org/type/bool.html without y and n, because PyYAML reads these as text.
_TRUE = frozenset({"true", "yes", "on"})


@record
class Node:
    """A value and where it starts: 1-based line and column, in characters."""

    line: int
    column: int


@record
class Scalar(Node):
    """A single value, as it is written."""

    text: str
    kind: Kind = "text"


@record
class Items(Node):
    """A list."""

    items: tuple[Node, ...]


@record
class Entries(Node):
    """Keys and values, in the order of the file, each key once."""

    entries: tuple[tuple[Scalar, Node], ...]

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None."""
        return next((value for name, value in self.entries if name.text == key), None)


def text_value(node: Node) -> Any:  # noqa: ANN401 - a tree of JSON values
    """Return a node as lists and dictionaries of text: every scalar as it is written."""
    match node:
        case Entries(entries=entries):
            return {key.text: text_value(value) for key, value in entries}
        case Items(items=items):
            return [text_value(item) for item in items]
        case Scalar(text=text):
            return text
        case _:
            raise TypeError(node)


def json_value(node: Node) -> Any:  # noqa: ANN401 - a tree of JSON values
    """Return a node as JSON values; what JSON has no form for stays text, such as dates.

    Numbers are decimal or `0x…`; the octal and base-60 integers of YAML 1.1 stay text, because nobody
    means them. Not-a-number and infinity stay text as well.
    """
    match node:
        case Entries(entries=entries):
            return {key.text: json_value(value) for key, value in entries}
        case Items(items=items):
            return [json_value(item) for item in items]
        case Scalar(kind="boolean", text=text):
            return text.lower() in _TRUE
        case Scalar(kind="nothing"):
            return None
        case Scalar(kind="number", text=text):
            return _number(text)
        case Scalar(text=text):
            return text
        case _:
            raise TypeError(node)


def _number(text: str) -> int | float | str:
    digits = text.replace("_", "")
    is_octal = digits.lstrip("+-").startswith("0") and digits.lstrip("+-").isdigit() and int(digits) != 0
    try:
        if is_octal or ":" in digits:
            return text
        if digits.lower().lstrip("+-").startswith("0x"):
            return int(digits, 16)
        if digits.lstrip("+-").isdigit():
            return int(digits)
        value = float(digits)
        return value if math.isfinite(value) else text  # because JSON has no infinity
    except ValueError:
        return text
