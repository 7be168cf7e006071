"""What the parts of a rule did to a piece of code: a line for each, in the words of the rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lessonguard.authoring.prove.result import Trial
from lessonguard.output.escape import one_line
from lessonguard.output.phrases import counted
from lessonguard.output.terminal import Screen, Style, clipped, column_width
from lessonguard.semgrep.explanations import Step

_MOST = 14
_NARROWEST = 24


def step_lines(screen: Screen, trial: Trial, *, indent: int) -> list[str]:
    """Write the steps of a trial that explain its outcome, and count those that do not."""
    told = list(_telling(trial))
    shown = told[:_MOST]
    effects = [_words(step) for step in shown]
    gap, margin = 3, " " * indent
    room = screen.width - indent - gap - max(map(column_width, effects), default=0)
    if room < _NARROWEST:  # each on a line of its own
        labels = [clipped(_label(step), width=screen.width - indent) for step in shown]
        gaps = ["\n" + margin + "  " * (step.depth + 1) for step in shown]
    else:
        labels = [clipped(_label(step), width=room) for step in shown]
        column = max(map(column_width, labels), default=0) + gap
        gaps = [" " * (column - column_width(label)) for label in labels]
    lines = [
        line
        for step, label, between, words in zip(shown, labels, gaps, effects, strict=True)
        for line in (margin + label + between + _styled(screen, step, words)).split("\n")
    ]
    if left_out := len(_below_root(trial.steps)) - len(shown):
        lines.append(margin + screen.dim(f"({counted(left_out, 'part')} that changed nothing left out)"))
    return lines


def _below_root(steps: Sequence[Step]) -> list[Step]:
    """Leave out the part that holds all others: what it finds is the outcome."""
    if len(steps) == 1:
        return list(steps)
    return [replace(step, depth=step.depth - 1) for step in steps if step.depth]


def _telling(trial: Trial) -> Iterator[Step]:
    """Choose the steps that had a part in the outcome.

    Where the rule is silent, what took nothing away has none; and of alternatives, those that found
    nothing have none where another did.
    """
    hidden: int | None = None  # the depth below which all is hidden
    parents: list[Step] = []
    for step in _below_root(trial.steps):
        del parents[step.depth :]
        parent = parents[-1] if parents else None
        parents.append(step)
        if hidden is not None and step.depth > hidden:
            continue
        is_idle = step.effect == "takes" and not step.lines and not trial.sightings
        is_beaten = parent is not None and _offers(parent) and bool(parent.lines) and not step.lines
        hidden = step.depth if is_idle or is_beaten else None
        if hidden is None:
            yield step


def _offers(step: Step) -> bool:
    """Tell whether any one of the parts of this is enough."""
    return step.key in {"pattern-either", "any"}


def _label(step: Step) -> str:
    text = f"{step.key}: {one_line(step.value)}" if step.value else step.key or "together"
    return "  " * step.depth + text


def _words(step: Step) -> str:
    if step.effect == "finds":
        return f"finds {lines_words(step.lines)}"
    return f"takes {lines_words(step.lines)} away{': nothing is left' if step.is_end else ''}"


def _styled(screen: Screen, step: Step, words: str) -> str:
    if step.is_end:
        return screen.write(words, Style.BOLD, Style.RED)
    return words if step.lines else screen.dim(words)


def lines_words(spans: Iterable[tuple[int, int]]) -> str:
    """Name lines, first and last of each span: `line 3`, `lines 3, 5-7`, or `nothing`."""
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in spans]
    if not texts:
        return "nothing"
    is_one = len(texts) == 1 and texts[0].isdecimal()
    return f"{'line' if is_one else 'lines'} {', '.join(texts)}"


def found_lines(steps: Sequence[Step]) -> frozenset[int]:
    """Give all lines that any of these found."""
    spans = (lines for step in steps if step.effect == "finds" for lines in step.lines)
    return frozenset(line for first, last in spans for line in range(first, last + 1))
