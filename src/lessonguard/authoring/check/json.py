"""What a check of lesson files found, as JSON, version 1; its schema is `schema/check.schema.json`."""

from __future__ import annotations

from lessonguard.authoring.check.result import CheckReport
from lessonguard.output.escape import json_text


def render_check_json(report: CheckReport) -> str:
    """Return the whole report as JSON: the same bytes for the same report."""
    return json_text(
        {
            "version": 1,
            "lessons": report.lessons,
            "rules": report.rules,
            "examples": report.examples,
            "errors": report.count("error"),
            "warnings": report.count("warning"),
            # These two keys are older than the words of the code, and stay because programs read them.
            "remarks": [
                {
                    "path": diagnostic.path,
                    "line": diagnostic.line,
                    "column": diagnostic.column,
                    "level": diagnostic.level,
                    "code": diagnostic.code,
                    "message": diagnostic.message,
                    "hint": diagnostic.hint or None,
                }
                for diagnostic in report.diagnostics
            ],
            "notes": list(report.notes),
            "mended": [{"path": file.path, "changes": list(file.changes)} for file in report.fixed],
        }
    )
