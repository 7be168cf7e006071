"""What one lesson had to say about one change: taken from a report, and kept as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessonguard.authoring.backtest.result import Place
from lessonguard.lessons.model import Lesson, RuleId
from lessonguard.record import record
from lessonguard.scan.finding import Finding, ScanReport, State

_LONGEST_TEXT = 200
"""Characters of a line of code that are kept."""


@record
class Outcome:
    """What a lesson introduces in a change; `unchecked` are paths with reasons.

    `is_watched` tells that the change touches a path which the lesson watches.
    """

    places: tuple[Place, ...] = ()
    unchecked: tuple[tuple[str, str], ...] = ()
    is_watched: bool = False


def make_outcome(report: ScanReport, lesson: Lesson, *, looks_at: Callable[[str], bool]) -> Outcome:
    """Take from a report what is about one lesson, which may look at some paths only."""
    incident = lesson.incident
    return Outcome(
        places=tuple(
            _place(finding)
            for finding in report.findings
            if finding.lesson.incident == incident and finding.state.is_introduced
        ),
        unchecked=tuple(
            (item.path, item.explanation)
            for item in report.unchecked
            if item.incident == incident or (item.incident is None and looks_at(item.path))
        ),
        is_watched=any(
            notice.kind == "watched-path" and notice.incident == incident for notice in report.notices
        ),
    )


def encode_outcome(outcome: Outcome) -> list[Any]:
    """Turn an outcome into JSON values; into an empty list if there is nothing in it."""
    places = [
        [place.path, place.line, place.column, place.state.value, place.rule, place.text, place.is_accepted]
        for place in outcome.places
    ]
    unchecked = [list(item) for item in outcome.unchecked]
    return [places, unchecked, outcome.is_watched] if outcome != Outcome() else []


def decode_outcome(value: Any) -> Outcome:  # noqa: ANN401 - anything may stand in a file
    """Make an outcome of its JSON values. Raise `TypeError` or `ValueError` if they are not those of one."""
    if value == []:
        return Outcome()
    places, unchecked, is_watched = value
    return Outcome(
        places=tuple(_decode_place(*place) for place in places),
        unchecked=tuple((str(path), str(reason)) for path, reason in unchecked),
        is_watched=bool(is_watched),
    )


def _decode_place(*values: Any) -> Place:  # noqa: ANN401 - see above
    path, line, column, state, rule, text, is_accepted = values
    return Place(
        path=str(path),
        line=int(line),
        column=int(column),
        state=State(state),
        rule=RuleId(str(rule)),
        text=str(text),
        is_accepted=bool(is_accepted),
    )


def _place(finding: Finding) -> Place:
    text = finding.lines[0].text.strip() if finding.lines else finding.snippet
    return Place(
        path=finding.path,
        line=finding.start.line,
        column=finding.start.column,
        state=finding.state,
        rule=finding.rule,
        text=text[:_LONGEST_TEXT],
        is_accepted=finding.accepted is not None,
    )
