"""Reviewdog's format, whose columns count bytes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.lessons.model import IncidentId
from lessonguard.output.rdjson import render_rdjson
from lessonguard.scan.finding import Acceptance, ScanReport, State
from tests.support.report import CACHE, TIMEOUT, expected, make_finding, make_full_report, make_report


def diagnostics(report: ScanReport) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(render_rdjson(report))["diagnostics"]
    return found


def test_a_full_report_reads_as_approved() -> None:
    assert render_rdjson(make_full_report()) == expected("full.rdjson")


@pytest.mark.parametrize(
    "finding",
    [
        make_finding(state=State.TOUCHED),
        make_finding(state=State.MOVED),
        make_finding(lesson=CACHE),
        replace(make_finding(), accepted=Acceptance(reason="r", until=None, where="a:1")),
    ],
    ids=["touched", "moved", "monitor", "accepted"],
)
def test_only_what_is_introduced_and_open_is_a_diagnostic(finding: object) -> None:
    assert diagnostics(make_report(finding)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "match", "start", "end"),
    [
        ("pay(x)", "pay(x)", (42, 1), (42, 7)),
        ("漢字 = pay(x)", "pay(x)", (42, 10), (42, 16)),
        ("😀 = pay('é')", "pay('é')", (42, 8), (42, 17)),
        ("é = pay(\n  'é')", "pay(\n  'é')", (42, 6), (43, 8)),
    ],
)
def test_columns_count_bytes(code: str, match: str, start: tuple[int, int], end: tuple[int, int]) -> None:
    (diagnostic,) = diagnostics(make_report(make_finding(code, match)))

    assert diagnostic["location"] == {
        "path": "billing/client.py",
        "range": {
            "start": {"line": start[0], "column": start[1]},
            "end": {"line": end[0], "column": end[1]},
        },
    }


def test_a_message_is_posted_as_text() -> None:
    finding = replace(make_finding(), message="@octocat ![x](https://evil.example)")

    (diagnostic,) = diagnostics(make_report(finding))

    assert "@\u200boctocat \\!\\[x\\](https\u200b://evil.example)" in str(diagnostic["message"])


@given(before=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\n")))
def test_the_match_is_found_again_in_the_bytes(before: str) -> None:
    (diagnostic,) = json.loads(render_rdjson(make_report(make_finding(before + "pay(x)", "pay(x)"))))[
        "diagnostics"
    ]
    place = diagnostic["location"]["range"]

    found = (before + "pay(x)").encode()[place["start"]["column"] - 1 : place["end"]["column"] - 1]
    assert found == b"pay(x)" or "pay(x)" in before


def test_the_id_of_a_lesson_can_be_copied_and_found() -> None:
    lesson = replace(TIMEOUT, incident=IncidentId("INC-20260514"))
    finding = make_finding(lesson=lesson)

    [diagnostic] = diagnostics(make_report(finding))

    assert "INC-20260514" in str(diagnostic["message"]).replace("\\", "")
