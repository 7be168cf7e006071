"""A small picture of bad and good code, side by side where that fits, with marks where a rule fires."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from lessonguard.authoring.prove.result import Trial
from lessonguard.authoring.prove.steps import found_lines
from lessonguard.output.escape import visible
from lessonguard.output.terminal import Screen, Style, clipped, column_width
from lessonguard.record import record

_MOST = 12
_AROUND = 2  # lines of context on either side of what matters
_GAP = "   "
_TAB = 4


@record
class Panel:
    """A piece of code to show, with a title; `tone` is that of its marks and of the title's verdict."""

    title: str
    verdict: str
    trial: Trial
    tone: Style


@record
class _Cell:
    """A line of a panel: the text as it is written, and how many columns it takes."""

    text: str
    columns: int


def picture_lines(screen: Screen, panels: Sequence[Panel], *, indent: int) -> list[str]:
    """Draw panels: two beside each other if all of their lines fit, else below each other."""
    margin, room = " " * indent, screen.width - indent
    half = (room - len(_GAP)) // 2
    drawn = [list(_cells(screen, panel, room)) for panel in panels]
    if len(drawn) != 2 or any(cell.columns > half for cells in drawn for cell in cells):  # noqa: PLR2004
        stacked = [line for cells in drawn for line in ["", *(cell.text for cell in cells)]]
        return [f"{margin}{line}".rstrip() for line in stacked[1:]]
    blank = _Cell(text="", columns=0)
    return [
        f"{margin}{left.text}{' ' * (half - left.columns)}{_GAP}{right.text}".rstrip()
        for left, right in zip_longest(*drawn, fillvalue=blank)
    ]


def _cells(screen: Screen, panel: Panel, width: int) -> Iterator[_Cell]:
    title = f"{panel.title}: "
    columns = column_width(title) + column_width(panel.verdict)
    yield _Cell(
        text=screen.bold(title) + screen.write(panel.verdict, Style.BOLD, panel.tone), columns=columns
    )
    lines = panel.trial.code.removesuffix("\n").split("\n")
    shown = _shown(panel.trial, len(lines))
    marked = _marked(panel.trial)
    digits = len(str(shown[-1]))
    gap = _Cell(text=screen.dim(f"{'⋮':>{digits}}"), columns=digits)
    for before, number in zip([0, *shown], shown, strict=False):
        if number > before + 1:
            yield gap
        tone = panel.tone if number in marked else None
        text = clipped(_plain(lines[number - 1]), width=width - digits - 3)
        yield _cell(screen, f"{number:>{digits}} ", text, tone=tone)
    if shown[-1] < len(lines):
        yield gap


def _plain(line: str) -> str:
    return visible(line.rstrip().expandtabs(_TAB))


def _cell(screen: Screen, number: str, text: str, *, tone: Style | None) -> _Cell:
    edge = screen.write("┃", tone) if tone else screen.dim("│")
    return _Cell(text=f"{screen.dim(number)}{edge} {text}", columns=len(number) + 2 + column_width(text))


def _marked(trial: Trial) -> frozenset[int]:
    return frozenset(
        line for sighting in trial.sightings for line in range(sighting.first_line, sighting.last_line + 1)
    )


def _shown(trial: Trial, count: int) -> list[int]:
    """Choose which lines to show, in order: all of a few, else those around what matters."""
    if count <= _MOST:
        return list(range(1, count + 1))
    matter = sorted(_marked(trial) or found_lines(trial.steps) or {1})
    around = {line + step for line in matter for step in range(-_AROUND, _AROUND + 1)}
    return sorted(line for line in around if 0 < line <= count)[:_MOST]
