"""Two versions of some code beside each other, in plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from lessonguard.output.escape import shortened, visible
from lessonguard.output.terminal import column_width

_WIDEST = 64
"""How many columns a side may take; with longer lines, one version stands below the other."""


def compare_versions(before: str, after: str, *, titles: tuple[str, str]) -> list[str]:
    """Write two versions beside each other, with `-` and `+` where they differ, or else as a diff."""
    left, right = _shown(before), _shown(after)
    rows = list(_rows(left, right))
    widths = [
        max(map(column_width, [title, *side])) for title, side in zip(titles, (left, right), strict=True)
    ]
    if max(widths) > _WIDEST:
        return [f"--- {titles[0]}", f"+++ {titles[1]}", *_diff(rows)]
    heading = _row(f"  {titles[0]}", f"  {titles[1]}", width=widths[0])
    return [heading, *(_beside(old, new, is_same=is_same, width=widths[0]) for is_same, old, new in rows)]


_LONGEST = 200
"""How many characters of a line are shown at all."""

_Row = tuple[bool, str | None, str | None]


def _rows(left: Sequence[str], right: Sequence[str]) -> Iterator[_Row]:
    """Pair the lines; None stands where a side has no line."""
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for tag, left_start, left_end, right_start, right_end in matcher.get_opcodes():
        pairs = zip_longest(left[left_start:left_end], right[right_start:right_end])
        yield from ((tag == "equal", old, new) for old, new in pairs)


def _beside(old: str | None, new: str | None, *, is_same: bool, width: int) -> str:
    marks = "  " if is_same or old is None else "- ", "  " if is_same or new is None else "+ "
    return _row(f"{marks[0]}{old or ''}", f"{marks[1]}{new or ''}", width=width)


def _row(left: str, right: str, *, width: int) -> str:
    return f"{left}{' ' * (width + 2 - column_width(left))} │ {right}".rstrip()


def _diff(rows: Sequence[_Row]) -> Iterator[str]:
    """Write what goes and then what comes, for each run of lines that differ."""
    come: list[str] = []
    for is_same, old, new in [*rows, (True, None, None)]:
        if is_same:
            yield from come
            come = []
        if old is not None:
            yield f"{'  ' if is_same else '- '}{old}"
        if not is_same and new is not None:
            come.append(f"+ {new}")


def _shown(code: str) -> list[str]:
    lines = code.rstrip("\n").split("\n")
    return [shortened(visible(line.expandtabs(4)).rstrip(), _LONGEST) for line in lines]
