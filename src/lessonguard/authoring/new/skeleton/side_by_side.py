"""Show two versions of some code side by side, in plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from lessonguard.output.escape import shortened, visible
from lessonguard.output.terminal import column_width

# Two sides of 64 columns and what is between them fit into a wide editor window. With longer lines, a diff
# in one column is easier to read.
_MAX_COLUMNS = 64

# A line of code this long is generated: its beginning shows what it is.
_MAX_CHARACTERS = 200

# Whether both sides are the same, and the line of each; None where a side has no line.
_Row = tuple[bool, str | None, str | None]


def side_by_side(before: str, after: str, *, titles: tuple[str, str]) -> list[str]:
    """Return two versions side by side, with `-` and `+` where they differ, or as a diff if they are wide."""
    left, right = _printable(before), _printable(after)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    rows: list[_Row] = []
    for tag, left_start, left_end, right_start, right_end in matcher.get_opcodes():
        pairs = zip_longest(left[left_start:left_end], right[right_start:right_end])
        rows += [(tag == "equal", old, new) for old, new in pairs]
    widths = [
        max(map(column_width, [title, *side])) for title, side in zip(titles, (left, right), strict=True)
    ]
    if max(widths) > _MAX_COLUMNS:
        return [f"--- {titles[0]}", f"+++ {titles[1]}", *_diff(rows)]
    marked = [
        (
            f"{'  ' if is_same or old is None else '- '}{old or ''}",
            f"{'  ' if is_same or new is None else '+ '}{new or ''}",
        )
        for is_same, old, new in rows
    ]
    width = widths[0] + 2
    return [
        f"{old}{' ' * (width - column_width(old))} │ {new}".rstrip()
        for old, new in [(f"  {titles[0]}", f"  {titles[1]}"), *marked]
    ]


def _diff(rows: Sequence[_Row]) -> Iterator[str]:
    """Yield the removed and then the added lines of each run of lines that differ."""
    added: list[str] = []
    for is_same, old, new in [*rows, (True, None, None)]:
        if is_same:
            yield from added
            added = []
        if old is not None:
            yield f"{'  ' if is_same else '- '}{old}"
        if not is_same and new is not None:
            added.append(f"+ {new}")


def _printable(code: str) -> list[str]:
    lines = code.rstrip("\n").split("\n")
    return [shortened(visible(line.expandtabs(4)).rstrip(), _MAX_CHARACTERS) for line in lines]
