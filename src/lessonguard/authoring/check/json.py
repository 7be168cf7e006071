"""What a check of lesson files found, as JSON, version 1; its schema is `schema/check.schema.json`."""

from __future__ import annotations

from lessonguard.authoring.check.result import CheckReport, FixedFile
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.output.escape import json_text


def render_check_json(report: CheckReport) -> str:
    """Write the whole report as JSON: the same bytes for the same report."""
    return json_text(
        {
            "version": 1,
            "lessons": report.lessons,
            "rules": report.rules,
            "examples": report.examples,
            "errors": report.count("error"),
            "warnings": report.count("warning"),
            "remarks": [_diagnostic(diagnostic) for diagnostic in report.diagnostics],
            "notes": list(report.notes),
            "mended": [_fixed(file) for file in report.fixed],
        }
    )


def _diagnostic(diagnostic: Diagnostic) -> dict[str, object]:
    return {
        "path": diagnostic.path,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "level": diagnostic.level,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "hint": diagnostic.hint or None,
    }


def _fixed(file: FixedFile) -> dict[str, object]:
    return {"path": file.path, "changes": list(file.changes)}
