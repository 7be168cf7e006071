"""The preview of lessons in a pull request, as Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lessonguard.authoring.check.result import CheckReport
from lessonguard.authoring.preview.markdown import Preview, render_preview
from tests.support.gfm import Page
from tests.support.past import quiet, report
from tests.support.report import FAULT, make_finding, make_report

CHECK = CheckReport(diagnostics=(), lessons=1, rules=1, examples=2)


@pytest.mark.parametrize(
    ("check", "headline"),
    [
        (CHECK, "### 1 lesson in this change: proven"),
        (replace(CHECK, rules=0), "### 1 lesson in this change: valid"),
        (
            replace(CHECK, diagnostics=(replace(FAULT, level="warning"),)),
            "### 1 lesson in this change: proven, with 1 warning",
        ),
        (
            replace(CHECK, lessons=2, diagnostics=(FAULT,)),
            "### 2 lessons in this change: 1 error, to be fixed first",
        ),
    ],
)
def test_the_headline_says_whether_the_lessons_can_be_used(check: CheckReport, headline: str) -> None:
    preview = Preview(check=check, past=None, current=None)

    assert render_preview(preview).splitlines()[0] == headline
    assert preview.is_sound is (check.count("error") == 0)


def test_more_than_20_diagnostics_are_counted() -> None:
    check = replace(CHECK, diagnostics=tuple(replace(FAULT, line=line) for line in range(1, 24)))

    lines = render_preview(Preview(check=check, past=None, current=None)).splitlines()

    assert lines[-1] == "- … and 3 more"
    assert len(lines) == 23


def test_the_backtest_and_the_findings_in_the_change_itself_follow() -> None:
    found = make_report(make_finding(path="pay.py"))

    text = render_preview(Preview(check=CHECK, past=report(quiet()), current=found))

    assert "**INC-245** would have commented on 3 of the last 500 merges" in text
    assert "In this change itself they find:\n\n- `pay.py:42` INC-245" in text
    assert "They find nothing in this change itself." in render_preview(
        Preview(check=CHECK, past=None, current=make_report())
    )


def test_hostile_words_of_a_lesson_stay_text() -> None:
    fault = replace(FAULT, path="lessons/`<b>`.yaml", message="@everyone <img src=x> [x](https://a.example)")

    page = Page(render_preview(Preview(check=replace(CHECK, diagnostics=(fault,)), past=None, current=None)))

    assert page.faults == []
    assert page.addresses == []
