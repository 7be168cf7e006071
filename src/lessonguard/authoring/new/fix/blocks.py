"""Which lines of code make a whole: a function, a class, a resource, in any language that people indent."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

_CLOSES = re.compile(r"[)\]}]|(?:end|fi|done|esac)\b")
_OPENS_ALONE = re.compile(r"\{\s*$")
_CONTINUES = re.compile(
    r"[\s)\]}]*(?:$|(?:else|elif|elsif|except|catch|finally|rescue|ensure|case|default|when|then)\b)"
)
_FLOW = re.compile(
    r"\W*(?:if|for|foreach|while|until|unless|switch|match|try|with|do|using|lock|synchronized)\b"
)
_FUNCTION = re.compile(r"(?<![\w.])(?:def|defp|fn|func|function|fun|sub|proc)\b")
_SIGNATURE = re.compile(r"[^=;(]*\w\s*\([^;=]*\)[^;=()]*\{\s*")
"""`public int charge(Order order) throws E {`, and the like."""

_MARKS = ("@", "#[")
"""What stands above a definition and belongs to it: decorators, annotations, attributes."""


def find_blocks(lines: Sequence[str], wanted: range, *, most: int) -> list[range]:
    """Find the blocks of at most `most` lines that all the `wanted` ones are in, the best first.

    Lines are 1-based. A block is a line that others are indented below, those others, and what closes
    it. The innermost function is best, then what it is in; where there is none, the largest block.
    """
    functions: list[range] = []
    others: list[range] = []
    for header in _headers(lines, wanted):
        block = range(_top(lines, header), _bottom(lines, header) + 1)
        if len(block) > most:
            break
        holds = wanted.start >= block.start and wanted.stop <= block.stop
        if holds and not _CONTINUES.match(lines[header - 1]):
            (functions if _is_function(lines, header) else others).append(block)
    return list(dict.fromkeys([*functions, *reversed(others)]))


def _is_function(lines: Sequence[str], header: int) -> bool:
    text = lines[header - 1]
    if _FLOW.match(text):
        return False
    is_opened = lines[header : header + 1] and _OPENS_ALONE.match(lines[header].strip())
    return bool(_FUNCTION.search(text) or _SIGNATURE.fullmatch(f"{text} {{" if is_opened else text))


def dedent(lines: Sequence[str]) -> str:
    """Put lines together and take away the indentation that all of them have."""
    return textwrap.dedent("".join(f"{line.rstrip()}\n" for line in lines))


def _headers(lines: Sequence[str], wanted: range) -> Iterator[int]:
    """Give the lines that the wanted ones may be the body of, from the innermost."""
    indents = [_indent(lines[number - 1]) for number in wanted if lines[number - 1].strip()]
    if not indents:
        return
    first = next(number for number in wanted if lines[number - 1].strip())
    if len(indents) == 1 or min(indents) == _indent(lines[first - 1]):
        yield first  # a definition that is wanted itself
    indent = min(indents)
    for number in range(wanted.start - 1, 0, -1):
        text = lines[number - 1]
        if not text.strip() or _indent(text) > indent:
            continue
        is_start = not _CLOSES.match(text.strip()) and not _OPENS_ALONE.match(text.strip())
        if _indent(text) < indent:
            indent = _indent(text) if is_start else _indent(text) + 1
        elif _indent(text) == indent:
            continue
        if is_start:
            yield number


def _top(lines: Sequence[str], header: int) -> int:
    indent = _indent(lines[header - 1])
    while (
        header > 1 and lines[header - 2].strip().startswith(_MARKS) and _indent(lines[header - 2]) == indent
    ):
        header -= 1
    return header


def _bottom(lines: Sequence[str], header: int) -> int:
    """Give the last line of a block: of what is indented, or else of what closes or continues it."""
    indent, last = _indent(lines[header - 1]), header
    for number in range(header + 1, len(lines) + 1):
        text = lines[number - 1]
        if not text.strip():
            continue
        below = _indent(text) > indent
        joins = _indent(text) == indent and (
            _CLOSES.match(text.strip()) or _CONTINUES.match(text) or _OPENS_ALONE.match(text.strip())
        )
        if not below and not joins:
            break
        last = number
    return last


def _indent(text: str) -> int:
    expanded = text.expandtabs(8)
    return len(expanded) - len(expanded.lstrip())
