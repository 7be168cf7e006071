"""What a check of lesson files found, as SARIF 2.1.0: each code of a diagnostic is a rule."""

from __future__ import annotations

from lessonguard.authoring.check.result import CheckReport
from lessonguard.output.escape import one_line
from lessonguard.output.sarif import (
    MOST_RESULTS,
    ROOTS,
    SarifObject,
    sarif_location,
    sarif_log,
    sarif_text,
)

# What each code stands for. Code scanning shows it as the title of an alert: see `shortDescription` in
# https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
KINDS = {
    "accept-unknown": "An accept comment is about an incident that no lesson is about.",
    "duplicate": "An ID or a key is taken already.",
    "file": "A lesson file cannot be read as one.",
    "glob": "Semgrep cannot read a glob.",
    "no-match": "Paths match no file.",
    "no-validation": "What is to validate a follow-up is not there.",
    "not-mended": "A lesson file could not be mended.",
    "not-tried": "A rule could not be tried on all that would prove it.",
    "past-due": "A follow-up is past due and not done.",
    "refused": "Semgrep refuses a rule.",
    "schema": "A key or a value does not belong in a lesson.",
    "unproven": "A rule does not do what its examples or its commits ask for.",
    "vague": "Wording says nothing that a check could prevent.",
    "yaml": "A lesson file is not YAML.",
}


def render_check_sarif(report: CheckReport) -> str:
    """Return the diagnostics as one SARIF run; of more than code scanning accepts, the first."""
    shown = report.diagnostics[:MOST_RESULTS]
    codes = sorted({diagnostic.code for diagnostic in shown})
    rules = [
        {
            "id": code,
            "name": "".join(word.capitalize() for word in code.split("-")),
            "shortDescription": {"text": KINDS.get(code, code)},
        }
        for code in codes
    ]
    results: list[SarifObject] = []
    for diagnostic in shown:
        hint = f" ({one_line(diagnostic.hint)})" if diagnostic.hint else ""
        region: SarifObject = {"startLine": diagnostic.line, "startColumn": diagnostic.column}
        results.append(
            {
                "ruleId": diagnostic.code,
                "ruleIndex": codes.index(diagnostic.code),
                "level": diagnostic.level,
                "message": {"text": sarif_text(one_line(diagnostic.message) + hint)},
                "locations": [sarif_location(diagnostic.path, region)],
            }
        )
    return sarif_log(
        {
            "tool": {"driver": {"name": "lessonguard check", "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": ROOTS,
            "invocations": [
                {
                    "executionSuccessful": True,
                    "toolExecutionNotifications": [
                        {"level": "note", "message": {"text": sarif_text(one_line(note))}}
                        for note in report.notes
                    ],
                }
            ],
            "results": results,
        }
    )
