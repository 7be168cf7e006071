"""One line a place, as editors read it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from hypothesis import given

from lessonguard.output.gcc import render_gcc
from lessonguard.scan.finding import Acceptance, ScanReport, State
from tests.support.report import (
    expected,
    hostile_report,
    make_finding,
    make_full_report,
    make_report,
)

_DOCS = (Path(__file__).parents[2] / "docs" / "editors.md").read_text(encoding="utf-8")


def _matcher() -> re.Pattern[str]:
    """Give the expression of the problem matcher that the docs show."""
    found = re.search(
        r"<!-- file: .vscode/tasks.json -->\n```json\n(.*?)^```$", _DOCS, re.MULTILINE | re.DOTALL
    )
    assert found
    pattern = json.loads(found[1])["tasks"][0]["problemMatcher"]["pattern"]
    assert [pattern[key] for key in ("file", "line", "column", "severity", "message")] == [1, 2, 3, 4, 5]
    return re.compile(pattern["regexp"])


def test_a_full_report_reads_as_approved() -> None:
    assert render_gcc(make_full_report()) == expected("full.gcc.txt")


def test_a_clean_report_is_nothing_at_all() -> None:
    assert render_gcc(make_report()) == ""


def test_what_is_accepted_or_was_there_before_is_left_out() -> None:
    accepted = replace(make_finding(), accepted=Acceptance(reason="r", until=None, where="a:1"))

    assert render_gcc(make_report(accepted, make_finding(state=State.TOUCHED))) == ""


@given(hostile_report())
def test_the_problem_matcher_of_the_docs_reads_every_line(report: ScanReport) -> None:
    lines = render_gcc(replace(report, faults=())).split("\n")[:-1]

    assert all(_matcher().fullmatch(line) for line in lines)
