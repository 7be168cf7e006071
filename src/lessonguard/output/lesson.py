"""Lessons for a person at a terminal: a table of all, or all about one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from lessonguard.git.changes import short
from lessonguard.lessons.model import Lesson, Library, Remediation, Timeline
from lessonguard.output.escape import one_line, visible
from lessonguard.output.phrases import counted, mode_words, no_lessons, story_parts
from lessonguard.output.terminal import Screen, clipped, column_width, fact_lines, label, title_lines


def render_lessons(library: Library, *, folder: str = "lessons", width: int, colour: bool) -> str:
    """List the lessons of a folder, one a line of `width` columns, and count them."""
    screen = Screen(colour=colour, width=width)
    if not library.lessons and not library.faults:
        return no_lessons(folder) + "\n"
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
        _row(screen, [f"{cell:<{size}}" for cell, size in zip(row, widths, strict=True)], lesson.title)
        for row, lesson in zip(rows, library.lessons, strict=True)
    ]
    return "\n".join([*lines, *([""] if lines else []), counted(len(rows), "lesson")]) + "\n"


def render_lesson(lesson: Lesson, *, width: int, colour: bool) -> str:
    """Write all that a lesson holds, except its examples, wrapped to `width` columns."""
    screen = Screen(colour=colour, width=width)
    blocks = [
        title_lines(screen, lesson, lesson.failure_class, mode_words(lesson)),
        _facts(screen, [*story_parts(lesson), ("Invariant", one_line(lesson.invariant))]),
        _facts(screen, _origin(lesson)),
        [line for item in lesson.remediation for line in _remediation(screen, item)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def detection_gap(timeline: Timeline | None) -> str:
    """Return how long the incident went unnoticed and lasted; empty where the times are not known."""
    if timeline is None or timeline.began is None:
        return ""
    ends = [("noticed", timeline.detected), ("under control", timeline.stabilized)]
    return ", ".join(f"{words} {_after(end - timeline.began)}" for words, end in ends if end is not None)


def _after(gap: timedelta) -> str:
    hours, minutes = divmod(round(gap.total_seconds() / 60), 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    return f"after {' '.join(parts)}" if parts else "at once"


def _row(screen: Screen, cells: Sequence[str], title: str) -> str:
    start = "  ".join(cells)
    rest = clipped(one_line(title), width=max(20, screen.width - column_width(start) - 2))
    return f"{screen.bold(cells[0])}{start[len(cells[0]) :]}  {rest}"


def _facts(screen: Screen, facts: Iterable[tuple[str, str]]) -> list[str]:
    lines = []
    for name, text in facts:
        # A path is not broken, as in the report of a scan: nobody can copy or click one of two halves.
        is_path = name == "Lesson"
        lines += [label(screen, name) + visible(text)] if is_path else fact_lines(screen, name, visible(text))
    return lines


def _origin(lesson: Lesson) -> Iterator[tuple[str, str]]:
    if gap := detection_gap(lesson.timeline):
        yield "Timeline", gap
    if lesson.postmortem:
        yield "Postmortem", lesson.postmortem
    yield from (("Source", source) for source in lesson.sources)
    yield "Lesson", lesson.path
    for rule in lesson.rules:
        yield "Rule", f"{rule.id} for {', '.join(rule.languages)}, line {rule.line} of the lesson"
    if lesson.watch:
        yield "Watched", ", ".join(lesson.watch.paths)
    if lesson.proof:
        yield "Proof", f"found at {short(lesson.proof.broken)}, not found at {short(lesson.proof.fixed)}"


def _remediation(screen: Screen, item: Remediation) -> list[str]:
    state = f"done {item.done.isoformat()}" if item.done else f"due {item.due.isoformat()}"
    words = f"{state}, {item.kind.value}, {item.owner}: {one_line(item.failure_mode)}"
    seen = f"seen by {one_line(item.validation)}"
    return [*fact_lines(screen, "Follow-up", visible(words)), *fact_lines(screen, "", seen)]
