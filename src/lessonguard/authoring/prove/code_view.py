"""A sample for a terminal: its code with the matches marked, and what each part of the rule did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from lessonguard.authoring.prove.result import SampleResult
from lessonguard.output.escape import one_line, visible
from lessonguard.output.phrases import counted
from lessonguard.output.terminal import Screen, Style, clipped, column_width, wrapped
from lessonguard.record import record
from lessonguard.semgrep.explanations import Step

_MAX_CODE_LINES = 12
_CONTEXT = 2  # lines before and after what matters
_GAP = "   "
_TAB = 4

_MAX_STEPS = 14
_MIN_LABEL = 24  # columns; below that, what a part did is on a line of its own


# The code -------------------------------------------------------------------------------------


@record
class Panel:
    """A piece of code to show, with a title; `tone` colours its marks and the verdict in the title."""

    title: str
    verdict: str
    result: SampleResult
    tone: Style


@record
class _Cell:
    """A line of a panel: the text with its colours, and how many columns it takes."""

    text: str
    columns: int


def panel_lines(screen: Screen, panels: Sequence[Panel], *, indent: int) -> list[str]:
    """Return the panels as lines: two beside each other if all of their lines fit, else below each other."""
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
    lines = panel.result.content.decode("utf-8", "replace").removesuffix("\n").split("\n")
    shown = _shown(panel.result, len(lines))
    marked = _marked(panel.result)
    digits = len(str(shown[-1]))
    gap = _Cell(text=screen.dim(f"{'⋮':>{digits}}"), columns=digits)
    for before, number in zip([0, *shown], shown, strict=False):
        if number > before + 1:
            yield gap
        tone = panel.tone if number in marked else None
        line = visible(lines[number - 1].rstrip().expandtabs(_TAB))
        text = clipped(line, width=width - digits - 3)
        edge = screen.write("┃", tone) if tone else screen.dim("│")
        yield _Cell(
            text=f"{screen.dim(f'{number:>{digits}} ')}{edge} {text}",
            columns=digits + 3 + column_width(text),
        )
    if shown[-1] < len(lines):
        yield gap


def _marked(result: SampleResult) -> frozenset[int]:
    return frozenset(line for lines, _ in result.matched_code for line in lines)


def _shown(result: SampleResult, count: int) -> list[int]:
    """Choose the lines to show, in order: all of a few, else those around the matches, or what came near."""
    if count <= _MAX_CODE_LINES:
        return list(range(1, count + 1))
    spans = [span for step in result.steps if step.effect == "finds" for span in step.lines]
    found = {line for first, last in spans for line in range(first, last + 1)}
    matter = sorted(_marked(result) or found or {1})
    around = {line + step for line in matter for step in range(-_CONTEXT, _CONTEXT + 1)}
    return sorted(line for line in around if 0 < line <= count)[:_MAX_CODE_LINES]


# The parts of the rule ------------------------------------------------------------------------


def step_lines(screen: Screen, result: SampleResult, *, indent: int) -> list[str]:
    """Return a line for each part of the rule that explains the result, and count the others."""
    shown = list(_explaining_steps(result))[:_MAX_STEPS]
    effects = [
        f"finds {lines_words(step.lines)}"
        if step.effect == "finds"
        else f"removes {lines_words(step.lines)}{': nothing is left' if step.is_end else ''}"
        for step in shown
    ]
    gap, margin = 3, " " * indent
    room = screen.width - indent - gap - max(map(column_width, effects), default=0)
    if room < _MIN_LABEL:  # each on a line of its own
        labels = [clipped(_label(step), width=screen.width - indent) for step in shown]
        gaps = ["\n" + margin + "  " * (step.depth + 1) for step in shown]
    else:
        labels = [clipped(_label(step), width=room) for step in shown]
        column = max(map(column_width, labels), default=0) + gap
        gaps = [" " * (column - column_width(label)) for label in labels]
    lines = []
    for step, label, between, words in zip(shown, labels, gaps, effects, strict=True):
        styles = [Style.BOLD, Style.RED] if step.is_end else [] if step.lines else [Style.DIM]
        lines += (margin + label + between + screen.write(words, *styles)).split("\n")
    if left_out := len(_below_root(result.steps)) - len(shown):
        makes, are = ("makes", "is") if left_out == 1 else ("make", "are")
        words = f"({counted(left_out, 'part')} that {makes} no difference {are} not shown)"
        lines += [margin + screen.dim(line) for line in wrapped(words, width=screen.width - indent)]
    return lines


def _below_root(steps: Sequence[Step]) -> list[Step]:
    """Leave out the part that holds all others: what it matches is the result."""
    if len(steps) == 1:
        return list(steps)
    return [replace(step, depth=step.depth - 1) for step in steps if step.depth]


def _explaining_steps(result: SampleResult) -> Iterator[Step]:
    """Choose the steps that make a difference.

    If the rule matches nothing, a step that removes nothing makes none; and of alternatives, those that
    find nothing make none if another finds something.
    """
    hidden: int | None = None  # the depth below which all is hidden
    parents: list[Step] = []
    for step in _below_root(result.steps):
        del parents[step.depth :]
        parent = parents[-1] if parents else None
        parents.append(step)
        if hidden is not None and step.depth > hidden:
            continue
        is_idle = step.effect == "takes" and not step.lines and not result.matches
        is_superseded = (
            parent is not None
            and parent.key in {"pattern-either", "any"}
            and bool(parent.lines)
            and not step.lines
        )
        hidden = step.depth if is_idle or is_superseded else None
        if hidden is None:
            yield step


def _label(step: Step) -> str:
    text = f"{step.key}: {one_line(step.value)}" if step.value else step.key or "together"
    return "  " * step.depth + text


def lines_words(spans: Iterable[tuple[int, int]]) -> str:
    """Return names for spans of lines, both ends inclusive: `line 3`, `lines 3, 5-7`, or `nothing`."""
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in spans]
    if not texts:
        return "nothing"
    is_one = len(texts) == 1 and texts[0].isdecimal()
    return f"{'line' if is_one else 'lines'} {', '.join(texts)}"
