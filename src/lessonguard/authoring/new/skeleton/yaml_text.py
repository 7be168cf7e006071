"""Write text as YAML that reads back as the same text, in the form that people read best."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable

from lessonguard.output.escape import one_line, visible
from lessonguard.output.terminal import column_width, wrapped

# Lines of a lesson file are broken at 100 columns, unless a word is longer.
_COLUMNS = 100

_PLAIN = re.compile(r"[^\W\d_](?!.*(?::(?:\s|$)|\s#))[^\n]*[^\s:]")

# YAML 1.1 reads these words as booleans and null, see https://yaml.org/type/bool.html.
_NOT_TEXT = frozenset({"yes", "no", "on", "off", "true", "false", "null"})

_SURROGATES = range(0xD800, 0xE000)
_BASIC_PLANE = 0xFFFF


def prose_lines(key: str, text: str, *, indent: int) -> list[str]:
    """Return a key and its text, with single spaces and visible characters only; folded if it is long."""
    tidy = visible(" ".join(text.split()))
    start = f"{' ' * indent}{key}:"
    is_plain = _PLAIN.fullmatch(tidy) and tidy.casefold() not in _NOT_TEXT
    line = f"{start} {tidy if is_plain else quoted(tidy)}"
    margin = " " * (indent + 2)
    longest = max(map(column_width, tidy.split(" ")))
    if column_width(line) <= _COLUMNS or longest > _COLUMNS - len(margin):
        return [line]
    return [f"{start} >-", *(margin + part for part in wrapped(tidy, width=_COLUMNS - len(margin)))]


def code_lines(key: str, text: str, *, indent: int) -> list[str]:
    """Return a key and its text, character by character as it is.

    The text is a block; but it is in double quotes if it has characters that nobody sees, or that end a line
    of YAML.
    """
    start = f"{' ' * indent}{key}:"
    if not text.strip() or not all(map(_is_seen, text)):
        return [f"{start} {quoted(text)}"]
    body = text.rstrip("\n")
    endings = len(text) - len(body)
    # `-` drops the last line ending, `+` keeps all of them; see https://yaml.org/spec/1.2.2/#8112-block-chomping-indicator.
    chomping = "-" if not endings else "" if endings == 1 else "+"
    lines = (body + "\n" * max(0, endings - 1)).split("\n")
    margin = " " * (indent + 2)
    # Otherwise YAML takes the indentation of the first line for that of the block.
    indentation = "2" if text[0] in " \t\n" else ""
    return [f"{start} |{indentation}{chomping}", *(margin + line if line else "" for line in lines)]


def quoted(text: str) -> str:
    """Return text in double quotes, on one line; also for an element of a list in `[…]`."""

    def escaped(character: str) -> str:
        if _is_seen(character) and character not in "\n\t":
            return character
        # Half of a surrogate pair, which no file can hold, becomes the replacement character U+FFFD.
        code = 0xFFFD if ord(character) in _SURROGATES else ord(character)
        return f"\\u{code:04x}" if code <= _BASIC_PLANE else f"\\U{code:08x}"

    return "".join(map(escaped, json.dumps(text, ensure_ascii=False)))


def comment(text: str, *, indent: int = 0) -> list[str]:
    """Return text as a comment, on as many lines as it takes."""
    margin = f"{' ' * indent}# "
    return [f"{margin}{line}".rstrip() for line in wrapped(one_line(text), width=_COLUMNS - len(margin))]


def commented_out(lines: Iterable[str]) -> list[str]:
    """Return lines as comments, as they are; they must be printable."""
    return [f"# {line}".rstrip() for line in lines]


def list_item(lines: list[str]) -> list[str]:
    """Return the keys of an item of a list, which are indented by four spaces, with the `-` of the item."""
    return [f"  - {lines[0].lstrip()}", *lines[1:]]


def _is_seen(character: str) -> bool:
    return character in "\n\t" or character.isprintable() or unicodedata.category(character) == "Zs"
