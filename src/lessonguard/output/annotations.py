"""Workflow annotations (the format `github`): what the runner shows beside the code.

No token is needed, so a fork's pull request gets them too. GitHub shows ten annotations of a
kind for a step, so the most important come first and the rest are counted.
"""

from __future__ import annotations

from lessonguard.lessons.model import Mode
from lessonguard.output.escape import command_data, command_property, one_line, shortened
from lessonguard.output.phrases import (
    counted,
    mode_words,
    notice_words,
    unchecked_words,
    whole_message,
)
from lessonguard.output.story import by_importance, for_pull_request, introduced
from lessonguard.scan.finding import Finding, Notice, ScanReport

# GitHub shows this many annotations of each kind for one step:
# https://github.com/orgs/community/discussions/26680
MOST_OF_A_KIND = 10

_LONGEST = 4_000  # characters of a message


def render_workflow(report: ScanReport) -> str:
    """Write one workflow command a line; nothing at all for a clean report.

    Errors are what blocks, warnings what is commented on, files not checked and errors in lessons
    (one each, so that many findings cannot crowd them out), notices the rest.
    """
    report = for_pull_request(report)
    findings = by_importance(introduced(report))
    errors = [_finding("error", item) for item in findings if item.lesson.mode is Mode.BLOCK]
    warnings = _gaps(report) + [
        _finding("warning", item) for item in findings if item.lesson.mode is not Mode.BLOCK
    ]
    notices = [_notice(notice) for notice in report.notices]
    hidden = sum(max(0, len(kind) - MOST_OF_A_KIND) for kind in (errors, warnings, notices))
    if hidden:
        last = MOST_OF_A_KIND - 1
        hidden += max(0, min(len(notices), MOST_OF_A_KIND) - last)
        words = (
            f"{counted(hidden, 'annotation')} not shown, because GitHub shows {MOST_OF_A_KIND} of a kind. "
            "The summary of the job has them all."
        )
        notices = [*notices[:last], workflow_command("notice", words, title="lessonguard")]
    return "".join(f"{line}\n" for line in [*errors[:MOST_OF_A_KIND], *warnings[:MOST_OF_A_KIND], *notices])


def _gaps(report: ScanReport) -> list[str]:
    unchecked = [f"{path}: {reason}" for path, reason in unchecked_words(report.unchecked)]
    faults = [one_line(fault.text) for fault in report.faults]
    without = [] if report.lessons or faults else ["There are no lessons, so nothing was checked."]
    gaps = [("Not checked", unchecked), ("Invalid lessons", faults), ("No lessons", without)]
    return [workflow_command("warning", "\n".join(lines), title=title) for title, lines in gaps if lines]


def _finding(kind: str, finding: Finding) -> str:
    """Annotate a finding; columns are only understood where the match is on one line."""
    start, end = finding.start, finding.end
    place: dict[str, str] = {"file": finding.path, "line": str(start.line), "endLine": str(end.line)}
    if start.line == end.line:
        place |= {"col": str(start.column), "endColumn": str(max(start.column, end.column - 1))}
    lesson = finding.lesson
    title = f"{lesson.incident} ({mode_words(lesson)}): {one_line(lesson.title)}"
    return workflow_command(kind, "\n".join(whole_message(finding)), **place, title=title)


def _notice(notice: Notice) -> str:
    line = {"line": str(notice.line)} if notice.side == "head" else {}
    return workflow_command("notice", notice_words(notice), file=notice.path, **line, title=notice.incident)


def workflow_command(kind: str, message: str, **properties: str) -> str:
    """Write a workflow command, such as an annotation: `error`, `warning` or `notice`; without a line end."""
    written = ",".join(f"{name}={command_property(value)}" for name, value in properties.items())
    return f"::{kind} {written}::{command_data(shortened(message, _LONGEST))}"
