"""Reviewdog's Diagnostic Format, which carries findings to GitLab, Bitbucket and Gerrit.

Its definition is `proto/rdf/reviewdog.proto` in reviewdog's repository. Columns count the bytes
of UTF-8 there, and ends are exclusive. Messages are posted as Markdown.
"""

from __future__ import annotations

from lessonguard.lessons.model import Mode
from lessonguard.output.escape import json_text, markdown_text
from lessonguard.output.phrases import place, reminder, whole_message
from lessonguard.output.story import for_pull_request, introduced
from lessonguard.scan.finding import Finding, Position, ScanReport

_SEVERITIES = {Mode.BLOCK: "ERROR", Mode.COMMENT: "WARNING", Mode.MONITOR: "INFO"}

_Object = dict[str, object]


def render_rdjson(report: ScanReport) -> str:
    """Write what was introduced, is not accepted and may be shown on a pull request."""
    findings = introduced(for_pull_request(report))
    return json_text(
        {
            "source": {"name": "lessonguard"},
            "diagnostics": [_diagnostic(finding) for finding in findings],
        }
    )


def _diagnostic(finding: Finding) -> _Object:
    lesson = finding.lesson
    code: _Object = {"value": lesson.incident}
    diagnostic: _Object = {
        "message": "\n\n".join(
            markdown_text(sentence, names=[lesson.incident]) for sentence in whole_message(finding)
        ),
        "location": {"path": finding.path, "range": _range(finding)},
        "severity": _SEVERITIES[lesson.mode],
        "code": {**code, "url": lesson.postmortem} if lesson.postmortem else code,
        "originalOutput": f"{place(finding)}: {reminder(finding)}",
    }
    if finding.fix is None:
        return diagnostic
    return {**diagnostic, "suggestions": [{"range": _range(finding), "text": finding.fix}]}


def _range(finding: Finding) -> _Object:
    return {"start": _position(finding, finding.start), "end": _position(finding, finding.end)}


def _position(finding: Finding, position: Position) -> dict[str, int]:
    """Turn a column in characters into one in bytes of UTF-8, both 1-based."""
    text = next((line.text for line in finding.lines if line.number == position.line), "")
    before = text[: position.column - 1]
    return {
        "line": position.line,
        "column": position.column + len(before.encode("utf-8", "replace")) - len(before),
    }
