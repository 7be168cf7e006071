"""What a check found, as annotations."""

from __future__ import annotations

from dataclasses import replace

from lessonguard.authoring.check.annotations import render_check_workflow
from lessonguard.authoring.check.result import CheckReport
from lessonguard.lessons.diagnostic import Diagnostic

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


def test_only_ten_annotations_of_a_kind_are_written_and_the_rest_counted() -> None:
    diagnostics = tuple(replace(_DIAGNOSTIC, line=line) for line in range(1, 13))
    warnings = tuple(replace(diagnostic, level="warning") for diagnostic in diagnostics[:3])

    lines = render_check_workflow(replace(_REPORT, diagnostics=(*diagnostics, *warnings))).splitlines()

    kinds = [line.partition(" ")[0] for line in lines]
    assert kinds == ["::error"] * 10 + ["::warning"] * 3 + ["::notice"]
    assert "2 problems not shown" in lines[-1]


def test_what_was_not_tried_is_a_notice() -> None:
    text = render_check_workflow(replace(_REPORT, diagnostics=(), notes=("INC-245: not tried",)))

    assert text == "::notice title=lessonguard check::INC-245: not tried\n"
