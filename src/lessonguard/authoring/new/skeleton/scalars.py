"""Text as YAML that reads back as the same text, in the form that people read best."""

from __future__ import annotations

import json
import re
import unicodedata

from lessonguard.output.escape import visible
from lessonguard.output.terminal import column_width, wrapped

WIDTH = 100
"""How many columns a line of a lesson file takes, where it can be broken."""

_PLAIN = re.compile(r"[^\W\d_](?!.*(?::(?:\s|$)|\s#))[^\n]*[^\s:]")
_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "null"})
"""What YAML 1.1 takes for something else than text."""


def prose_lines(key: str, text: str, *, indent: int) -> list[str]:
    """Write a key and its text, normalised to single spaces and made visible; folded where it is long."""
    tidy = visible(" ".join(text.split()))
    start = f"{' ' * indent}{key}:"
    line = f"{start} {tidy if _is_plain(tidy) else quoted(tidy)}"
    margin = " " * (indent + 2)
    longest = max(map(column_width, tidy.split(" ")))
    if column_width(line) <= WIDTH or longest > WIDTH - len(margin):
        return [line]
    return [f"{start} >-", *(margin + part for part in wrapped(tidy, width=WIDTH - len(margin)))]


def code_lines(key: str, text: str, *, indent: int) -> list[str]:
    """Write a key and its text, character by character as it is.

    As a block, but in quotes where it has characters that nobody sees or that end a line of YAML.
    """
    start = f"{' ' * indent}{key}:"
    if not text.strip() or not all(map(_is_seen, text)):
        return [f"{start} {quoted(text)}"]
    body = text.rstrip("\n")
    endings = len(text) - len(body)
    keeping = "-" if not endings else "" if endings == 1 else "+"
    lines = (body + "\n" * max(0, endings - 1)).split("\n")
    margin = " " * (indent + 2)
    hint = "2" if text[0] in " \t\n" else ""
    return [f"{start} |{hint}{keeping}", *(margin + line if line else "" for line in lines)]


def quoted(text: str) -> str:
    """Write text in double quotes, on one line; also for the middle of a `[…]`."""
    return "".join(
        character if _is_seen(character) and character not in "\n\t" else _spelled(character)
        for character in json.dumps(text, ensure_ascii=False)
    )


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and text.casefold() not in _WORDS


def _is_seen(character: str) -> bool:
    if character in "\n\t" or character.isprintable():
        return True
    return unicodedata.category(character) == "Zs"


def _spelled(character: str) -> str:
    r"""Escape a character as YAML does; half of a surrogate pair, which no file holds, is `\ufffd`."""
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - the surrogates
        code = 0xFFFD
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the first plane
