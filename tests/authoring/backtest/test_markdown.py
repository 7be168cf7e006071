"""A backtest as Markdown: whole outputs, the limit, and hostile text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from lessonguard.authoring.backtest.markdown import render_backtest_markdown
from lessonguard.authoring.backtest.result import BacktestReport
from tests.support.gfm import LINKING, Page
from tests.support.past import (
    PROVEN,
    REPORTS,
    backtest,
    hostile_reports,
    noisy,
    report,
)
from tests.support.report import expected


@pytest.mark.parametrize("name", REPORTS)
def test_markdown_is_as_approved(name: str) -> None:
    assert render_backtest_markdown(REPORTS[name]()) == expected(f"backtest_{name}.md")


def test_markdown_that_is_too_long_leaves_out_whole_lessons() -> None:
    about = [backtest(replace(PROVEN, incident=f"INC-{number}"), *noisy().commented) for number in range(50)]  # type: ignore[arg-type]

    text = render_backtest_markdown(report(*about), limit=5_000)

    assert len(text) <= 5_000
    assert "lessons are left out." in text
    assert Page(text).faults == [fault for fault in Page(text).faults if "table" in fault or "<t" in fault]


@given(hostile_reports())
def test_markdown_shows_hostile_text_as_text(hostile: BacktestReport) -> None:
    page = Page(render_backtest_markdown(hostile))

    ours = {"table", "thead", "tbody", "tr", "th", "td"}
    assert {fault for fault in page.faults if fault not in {f"<{tag}> is not ours" for tag in ours}} == set()
    assert [words for words in page.prose if LINKING.search(words)] == []
    assert page.addresses == []
