"""What a check found, as SARIF."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from lessonguard.authoring.check.result import CheckReport
from lessonguard.authoring.check.sarif import KINDS, render_check_sarif
from lessonguard.lessons.diagnostic import Diagnostic

_TABLES = Path(__file__).parents[2] / "cases" / "check"
_DIAGNOSTIC = Diagnostic(
    path="lessons/INC-245.yaml",
    line=22,
    column=5,
    level="error",
    code="unproven",
    message="example 2, good: the rule matches line 3: `requests.get(url)`",
    hint="`lessonguard prove INC-245` shows why",
)
_REPORT = CheckReport(diagnostics=(_DIAGNOSTIC,), lessons=3, rules=5, examples=12)


def test_sarif_keeps_to_what_code_scanning_accepts() -> None:
    diagnostics = tuple(replace(_DIAGNOSTIC, line=line) for line in range(1, 25_003))

    [run] = json.loads(render_check_sarif(replace(_REPORT, diagnostics=diagnostics)))["runs"]

    assert len(run["results"]) == 25_000


def test_every_code_of_a_diagnostic_is_described() -> None:
    tables = [table.read_text(encoding="utf-8") for table in _TABLES.glob("*.txt")]
    codes = {line.split(": ")[2] for text in tables for line in text.splitlines() if line.startswith(">")}

    assert codes <= set(KINDS)
