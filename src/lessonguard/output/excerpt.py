"""Choose what of the source to show for a finding, and where in it the match is.

Source is hostile: what is shown here is printable, whatever the file holds. Columns are those
of the terminal, so that marks stand under the code they mean.
"""

from __future__ import annotations

from lessonguard.output.escape import visible
from lessonguard.output.terminal import column_width, fitting
from lessonguard.record import record
from lessonguard.scan.finding import Finding, SourceLine

_TAB = 4
_MATCH_LINES = 8
_REMOVED_LINES = 6


@record
class Row:
    """One row of an excerpt.

    `number` is the line's number, or None where lines are left out. `removed` tells base
    lines from head lines. `mark` is the part of `text` to underline, as an offset and a
    length in columns; rows of a match of several lines have none.
    """

    number: int | None
    text: str
    removed: bool = False
    mark: tuple[int, int] | None = None


def excerpt(finding: Finding, *, width: int) -> list[Row]:
    """Return the removed lines and the matching ones as they stood, each on `width` columns at most."""
    removed = [
        Row(number=line.number, text=_from_start(line.text, width=width), removed=True)
        for line in finding.removed
    ]
    if len(finding.lines) == 1:
        match = [_single(finding, finding.lines[0], width=width)]
    else:
        match = [Row(number=line.number, text=_from_start(line.text, width=width)) for line in finding.lines]
    blocks = [_shortened(removed, _REMOVED_LINES), _shortened(match, _MATCH_LINES)]
    return [row for block in (reversed(blocks) if finding.is_removed_below else blocks) for row in block]


def _shortened(rows: list[Row], limit: int) -> list[Row]:
    if len(rows) <= limit:
        return rows
    gap = Row(number=None, text=f"… {len(rows) - limit + 1} more lines", removed=rows[0].removed)
    return [*rows[: limit - 2], gap, rows[-1]]


def _single(finding: Finding, line: SourceLine, *, width: int) -> Row:
    start = min(finding.start.column - 1, len(line.text))
    stop = finding.end.column - 1 if finding.end.line == finding.start.line else len(line.text)
    text, offset, length = _window(line.text, start=start, stop=max(start, stop), width=width)
    return Row(number=line.number, text=text, mark=(offset, max(1, length)))


def _from_start(text: str, *, width: int) -> str:
    return _window(text, start=0, stop=0, width=width)[0]


def _window(text: str, *, start: int, stop: int, width: int) -> tuple[str, int, int]:
    """Cut a line to `width` columns around characters `start` to `stop` (0-based, exclusive).

    Return the text, and the offset and the length of the match in it, in columns. What is cut
    off is replaced by `…`. Long lines are cut before they are measured: they may be megabytes.
    """
    first, last = (0 if stop < width else max(0, start - width)), start + 2 * width
    cells = _cells(text[first:last])
    before, match = cells[: start - first], cells[start - first : stop - first]
    kept = _kept(before, match, width=width)
    left = ("…" if first or len(kept) < len(before) else "") + "".join(kept)
    shown = left + "".join(cells[start - first :])
    if last < len(text) or column_width(shown) > width:
        shown = fitting(shown, width=width - 1) + "…"
    offset = column_width(left)
    return shown, offset, min(column_width("".join(match)), column_width(shown) - offset)


def _kept(before: list[str], match: list[str], *, width: int) -> list[str]:
    """Return the end of what stands before the match, all of it if the match is seen then."""
    if column_width("".join(before + match)) < width:
        return before
    room = min(width // 2, max(width // 4, width - 2 - column_width("".join(match))))
    cut = len(before)
    while cut > 0 and column_width("".join(before[cut - 1 :])) <= room:
        cut -= 1
    return before[cut:]


def _cells(text: str) -> list[str]:
    """Return what the terminal shows for each character; tabs reach to the next stop."""
    cells: list[str] = []
    column = 0
    for character in text:
        cell = " " * (_TAB - column % _TAB) if character == "\t" else visible(character)
        cells.append(cell)
        column += column_width(cell)
    return cells
