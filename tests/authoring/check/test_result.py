"""When a check fails."""

from __future__ import annotations

import pytest

from lessonguard.authoring.check.result import CheckReport
from lessonguard.lessons.diagnostic import Diagnostic, Level


@pytest.mark.parametrize(
    ("levels", "fails", "fails_strictly"),
    [((), False, False), (("warning",), False, True), (("warning", "error"), True, True)],
)
def test_errors_fail_and_with_strict_warnings_too(
    levels: tuple[Level, ...], fails: bool, fails_strictly: bool
) -> None:
    found = tuple(Diagnostic(path="a.yaml", level=level, code="schema", message="x") for level in levels)
    report = CheckReport(diagnostics=found, lessons=1, rules=0, examples=0)

    assert report.fails(strict=False) is fails
    assert report.fails(strict=True) is fails_strictly
    assert report.count("warning") == levels.count("warning")
