"""Excerpts of source code: what is cut, and where the mark is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.output.excerpt import excerpt
from lessonguard.output.terminal import column_width
from lessonguard.output.text import render_text
from lessonguard.scan.finding import Finding, ScanReport
from tests.support.report import (
    hostile_text,
    make_finding,
    make_report,
)


def plain(report: ScanReport, *, width: int = 80) -> str:
    return render_text(report, width=width, colour=False)


def test_a_match_of_many_lines_has_a_bar_and_is_shortened() -> None:
    code = "\n".join(["call(", *(f"    {number}," for number in range(20)), ")"])

    lines = plain(make_report(make_finding(code, code, line=98))).splitlines()

    assert lines[2:10] == [
        "    98 │ ┃ call(",
        "    99 │ ┃     0,",
        "   100 │ ┃     1,",
        "   101 │ ┃     2,",
        "   102 │ ┃     3,",
        "   103 │ ┃     4,",
        "       │ ┃ … 15 more lines",
        "   119 │ ┃ )",
    ]


@pytest.mark.parametrize(
    ("code", "match", "text", "mark"),
    [
        ("pay(x)", "pay(x)", "pay(x)", (0, 6)),
        ("\tpay(x)", "pay(x)", "    pay(x)", (4, 6)),
        ("ab\tpay(x)", "pay(x)", "ab  pay(x)", (4, 6)),
        ("pay(\tx)", "pay(\tx)", "pay(    x)", (0, 10)),
        ("漢字 = 支付(x)", "支付(x)", "漢字 = 支付(x)", (7, 7)),
        ("e\u0301 = pay(x)", "pay(x)", "e\u0301 = pay(x)", (4, 6)),
        ("\x1b[1mpay(x)", "pay(x)", "\\x1b[1mpay(x)", (7, 6)),
        ("\u202epay(x)", "pay(x)", "\\u202epay(x)", (6, 6)),
        ("a" * 30 + "pay(x)" + "b" * 30, "pay(x)", "…aaaaaaaaaapay(x)bb…", (11, 6)),
        ("pay(" + "a" * 60, "pay(" + "a" * 60, "pay(aaaaaaaaaaaaaaa…", (0, 20)),
        ("pay(x)" + "\u0301" * 60, "pay(x)", "pay(x)" + "\u0301" * 34 + "…", (0, 6)),
        ("a" * 60 + "pay(x)", "pay(x)", "…aaaaaaaaaapay(x)", (11, 6)),
    ],
)
def test_the_mark_stands_under_the_match(code: str, match: str, text: str, mark: tuple[int, int]) -> None:
    (row,) = excerpt(make_finding(code, match), width=20)

    assert (row.text, row.mark) == (text, mark)


def test_a_megabyte_on_one_line_is_windowed_at_once() -> None:
    code = "a();" * 250_000 + "pay(x)" + ";b()" * 250_000

    (row,) = excerpt(make_finding(code, "pay(x)"), width=60)

    assert row.text.count("pay(x)") == 1
    assert column_width(row.text) == 60


@given(finding=st.builds(make_finding, code=hostile_text, match=st.just("")), width=st.integers(48, 200))
def test_an_excerpt_never_exceeds_its_width(finding: Finding, width: int) -> None:
    rows = excerpt(finding, width=width)

    assert all(column_width(row.text) <= width for row in rows)
    assert all(sum(row.mark) <= width + 1 for row in rows if row.mark)
