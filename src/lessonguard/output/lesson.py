"""Lessons for a person at a terminal: a table of all, or all about one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from lessonguard.git.changes import short
from lessonguard.lessons.model import Lesson, Library, Remediation, Timeline
from lessonguard.output.escape import one_line, visible
from lessonguard.output.phrases import counted, mode_words, no_lessons, story_parts
from lessonguard.output.terminal import Screen, clipped, column_width, fact_lines, label, title_lines, wrapped

_LEAST_TITLE = 40  # columns; about half of what the titles of the builtin lessons have on average


def render_lessons(library: Library, *, folder: str = "lessons", width: int | None, colour: bool) -> str:
    """List the lessons of a folder in lines of `width` columns, or whole if that is None, and count them.

    Where a title would be cut to a few words, it has a line of its own.
    """
    screen = Screen(colour=colour, width=sys.maxsize if width is None else width)
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
    room = screen.width - sum(widths) - 2 * len(widths[1:])
    starts = [[f"{cell:<{size}}" for cell, size in zip(row, widths, strict=True)] for row in rows]
    lines = [
        line
        for start, lesson in zip(starts, library.lessons, strict=True)
        for line in _row(screen, start, one_line(lesson.title), room=room)
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


def _row(screen: Screen, cells: Sequence[str], title: str, *, room: int) -> list[str]:
    """Write one lesson; `room` is how many columns are left for a title and the gap before it.

    The last cell, the failure class, is left out where it does not fit: `show` has it.
    """
    rest = "".join(f"  {cell}" for cell in (cells[1:] if room >= 0 else cells[1:-1]))
    start = screen.bold(cells[0]) + rest
    if room - 2 >= _LEAST_TITLE:
        return [f"{start}  {clipped(title, width=room - 2)}"]
    return [start.rstrip(), *(f"  {line}" for line in wrapped(title, width=screen.width - 2))]


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
