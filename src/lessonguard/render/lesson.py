"""Lessons for a person at a terminal: a table of all, or one with its whole story."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lessonguard.lessons.model import Lesson, Library, Remediation, Rule, Timeline
from lessonguard.render.escape import one_line, visible
from lessonguard.render.layout import clipped, column_width, wrapped
from lessonguard.render.pen import Pen, Style
from lessonguard.render.words import counted, incident_words, mode_words, story_parts

_PROSE = 100  # columns beyond which the eye loses the line
_LABEL = 15  # columns of "What happened" and the gap behind it


def render_lessons(library: Library, *, width: int, colour: bool) -> str:
    """List the lessons, one a line of `width` columns, and count them."""
    pen = Pen(colour=colour, width=width)
    rows = [
        (
            lesson.incident,
            lesson.date.isoformat(),
            lesson.severity.value,
            lesson.mode.value,
            lesson.failure_class,
        )
        for lesson in library.lessons
    ]
    widths = [max(map(column_width, column)) for column in zip(*rows, strict=True)] if rows else []
    lines = [
        _row(pen, [f"{cell:<{size}}" for cell, size in zip(row, widths, strict=True)], lesson.title)
        for row, lesson in zip(rows, library.lessons, strict=True)
    ]
    return "\n".join([*lines, *([""] if lines else []), counted(len(rows), "lesson")]) + "\n"


def render_lesson(lesson: Lesson, *, width: int, colour: bool) -> str:
    """Tell all that a lesson holds, but for its examples, wrapped to `width` columns."""
    pen = Pen(colour=colour, width=min(width, _PROSE))
    blocks = [
        [pen.bold(visible(lesson.incident)) + "  " + one_line(lesson.title), *_facts(pen, lesson)],
        [
            line
            for label, text in [*story_parts(lesson), ("Invariant", lesson.invariant)]
            for line in _part(pen, label, text)
        ],
        [line for label, text in _further(lesson) for line in _part(pen, label, text)],
        _remediation(pen, lesson.remediation),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def detection_gap(timeline: Timeline | None) -> str:
    """Say how long the incident went unnoticed and lasted; empty where the times are not known."""
    if timeline is None or timeline.began is None:
        return ""
    ends = [("noticed", timeline.detected), ("under control", timeline.stabilized)]
    return ", ".join(
        f"{words} after {counted(round((end - timeline.began).total_seconds() / 60), 'minute')}"
        for words, end in ends
        if end is not None
    )


def _row(pen: Pen, cells: Sequence[str], title: str) -> str:
    start = "  ".join(cells)
    rest = clipped(one_line(title), width=max(20, pen.width - column_width(start) - 2))
    return f"{pen.bold(cells[0])}{start[len(cells[0]) :]}  {rest}"


def _facts(pen: Pen, lesson: Lesson) -> list[str]:
    facts = [incident_words(lesson), lesson.failure_class, f"{lesson.mode.value} ({mode_words(lesson)})"]
    return [pen.dim(" · ".join(facts))]


def _part(pen: Pen, label: str, text: str) -> list[str]:
    lines = wrapped(one_line(text), width=max(20, pen.width - _LABEL))
    heads = [pen.dim(f"{label:<{_LABEL}}"), *[" " * _LABEL] * len(lines)]
    return [head + line for head, line in zip(heads, lines, strict=False)]


def _further(lesson: Lesson) -> Iterable[tuple[str, str]]:
    yield from [("Timeline", gap)] if (gap := detection_gap(lesson.timeline)) else []
    yield from [("Postmortem", lesson.postmortem)] if lesson.postmortem else []
    yield from (("Source", source) for source in lesson.sources)
    yield "Lesson", lesson.path
    yield from (("Rule", _rule(rule)) for rule in lesson.rules)
    yield from [("Watched", ", ".join(lesson.watch.paths))] if lesson.watch else []
    yield from (
        [("Proof", f"fires at {lesson.proof.broken}, silent at {lesson.proof.fixed}")] if lesson.proof else []
    )


def _rule(rule: Rule) -> str:
    return f"{rule.id} for {', '.join(rule.languages)}, line {rule.line} of the lesson"


def _remediation(pen: Pen, items: Sequence[Remediation]) -> list[str]:
    lines: list[str] = []
    for item in items:
        state = f"done {item.done.isoformat()}" if item.done else f"due {item.due.isoformat()}"
        style = Style.GREEN if item.done else Style.MAGENTA
        lines.append(
            f"{pen.write(state, style)}  {item.kind.value}, {visible(item.owner)}: "
            f"{one_line(item.failure_mode)}"
        )
        lines += [
            f"  {line}" for line in wrapped(f"seen by: {one_line(item.validation)}", width=pen.width - 2)
        ]
    return lines
