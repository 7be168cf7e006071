"""Find the blocks of code around a line: a function, a class, a resource, in any indented language."""

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

# In Java, C and C#, no keyword begins a function, as in `public int charge(Order order) {`; so this looks for
# the parentheses, followed by the brace.
_SIGNATURE = re.compile(r"[^=;(]*\w\s*\([^;=]*\)[^;=()]*\{\s*")

# Decorators, annotations and attributes stand above a definition and belong to it: `@cached`, `#[test]`.
_DECORATORS = ("@", "#[")


def find_blocks(lines: Sequence[str], wanted: range, *, most: int) -> list[range]:
    """List the blocks of at most `most` lines that contain all `wanted` lines, the best first.

    Lines are 1-based. A block is a line, the lines indented below it, and what closes it. The innermost
    function is best, then the functions around it, then other blocks from the largest.
    """
    functions: list[range] = []
    others: list[range] = []
    for header in _headers(lines, wanted):
        first = header
        while first > 1 and lines[first - 2].strip().startswith(_DECORATORS):
            if _indent(lines[first - 2]) != _indent(lines[header - 1]):
                break
            first -= 1
        block = range(first, _last_line(lines, header) + 1)
        if len(block) > most:
            break
        contains_all = wanted.start >= block.start and wanted.stop <= block.stop
        if contains_all and not _CONTINUES.match(lines[header - 1]):
            (functions if _is_function(lines, header) else others).append(block)
    return list(dict.fromkeys([*functions, *reversed(others)]))


def dedent(lines: Sequence[str]) -> str:
    """Join lines, and remove the indentation that all of them have."""
    return textwrap.dedent("".join(f"{line.rstrip()}\n" for line in lines))


def _headers(lines: Sequence[str], wanted: range) -> Iterator[int]:
    """List the lines above the wanted ones that are indented less, from the innermost."""
    written = [number for number in wanted if lines[number - 1].strip()]
    if not written:
        return
    first = written[0]
    indent = min(_indent(lines[number - 1]) for number in written)
    if len(written) == 1 or indent == _indent(lines[first - 1]):
        yield first  # because the changed lines may be a whole definition
    for number in range(wanted.start - 1, 0, -1):
        text = lines[number - 1]
        if not text.strip() or _indent(text) > indent:
            continue
        is_start = not _CLOSES.match(text.strip()) and not _OPENS_ALONE.match(text.strip())
        if _indent(text) < indent:
            # A `{` or `)` alone on its line belongs to a header above it that is indented as far.
            indent = _indent(text) if is_start else _indent(text) + 1
        elif _indent(text) == indent:
            continue
        if is_start:
            yield number


def _is_function(lines: Sequence[str], header: int) -> bool:
    text = lines[header - 1]
    if _FLOW.match(text):
        return False
    # In C# and older Java style, the `{` of a function stands alone on the next line.
    is_opened = lines[header : header + 1] and _OPENS_ALONE.match(lines[header].strip())
    return bool(_FUNCTION.search(text) or _SIGNATURE.fullmatch(f"{text} {{" if is_opened else text))


def _last_line(lines: Sequence[str], header: int) -> int:
    """Return the last line of a block, with what closes or continues it, such as `}` or `else`."""
    indent, last = _indent(lines[header - 1]), header
    for number in range(header + 1, len(lines) + 1):
        text = lines[number - 1]
        if not text.strip():
            continue
        is_inside = _indent(text) > indent
        is_joined = _indent(text) == indent and (
            _CLOSES.match(text.strip()) or _CONTINUES.match(text) or _OPENS_ALONE.match(text.strip())
        )
        if not is_inside and not is_joined:
            break
        last = number
    return last


def _indent(text: str) -> int:
    expanded = text.expandtabs(8)
    return len(expanded) - len(expanded.lstrip())
