"""The JSON report, version 1: what programs read; its schema is `schema/report.schema.json`."""

from __future__ import annotations

from lessonguard.output.escape import json_text
from lessonguard.scan.finding import Acceptance, Finding, Notice, Position, ScanReport
from lessonguard.semgrep.interface import Unchecked


def render_json(report: ScanReport) -> str:
    r"""Write the whole report as JSON: the same bytes for the same report.

    Lines and columns are 1-based, columns in characters, ends exclusive; dates are ISO 8601.
    A byte of a path that is not UTF-8 is the four characters `\xff`.
    """
    return json_text(
        {
            "version": 1,
            "base": report.base,
            "head": report.head,
            "lessons": report.lessons,
            "files": report.files,
            "findings": [_finding(finding) for finding in report.findings],
            "fixed": [_finding(finding) for finding in report.fixed],
            "notices": [_notice(notice) for notice in report.notices],
            "unchecked": [_unchecked(unchecked) for unchecked in report.unchecked],
        }
    )


def _finding(finding: Finding) -> dict[str, object]:
    lesson = finding.lesson
    return {
        "lesson": lesson.incident,
        "rule": finding.rule,
        "title": lesson.title,
        "mode": lesson.mode.value,
        "state": finding.state.value,
        "path": finding.path,
        "previous_path": finding.previous_path,
        "start": _position(finding.start),
        "end": _position(finding.end),
        "snippet": finding.snippet,
        "message": finding.message,
        "failure_class": lesson.failure_class,
        "root_cause": lesson.root_cause,
        "mitigation": lesson.mitigation,
        "postmortem": lesson.postmortem,
        "fix": finding.fix,
        "fingerprint": finding.fingerprint,
        "accepted": _acceptance(finding.accepted) if finding.accepted else None,
    }


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}


def _acceptance(acceptance: Acceptance) -> dict[str, str | None]:
    until = acceptance.until.isoformat() if acceptance.until else None
    return {"reason": acceptance.reason, "until": until, "where": acceptance.where}


def _notice(notice: Notice) -> dict[str, str | int]:
    return {
        "lesson": notice.incident,
        "kind": notice.kind,
        "path": notice.path,
        "line": notice.line,
        "side": notice.side,
        **({"detail": notice.detail} if notice.detail else {}),
    }


def _unchecked(unchecked: Unchecked) -> dict[str, str | None]:
    return {"path": unchecked.path, "lesson": unchecked.incident, "reason": unchecked.explanation}
