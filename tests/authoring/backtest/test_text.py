"""A backtest for a terminal: whole outputs, widths, colours, and hostile text."""

from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import given

from lessonguard.authoring.backtest.result import BacktestReport, Cause
from lessonguard.authoring.backtest.text import render_backtest
from lessonguard.git.changes import short
from lessonguard.lessons.model import Mode
from lessonguard.output.terminal import column_width
from tests.support.past import (
    PROVEN,
    REPORTS,
    backtest,
    change,
    commented,
    found,
    full,
    hostile_reports,
    past,
    report,
    with_rule,
)
from tests.support.report import LOCK, expected


@pytest.mark.parametrize("name", REPORTS)
def test_text_is_as_approved(name: str) -> None:
    assert render_backtest(REPORTS[name](), width=80, colour=False) == expected(f"backtest_{name}.txt")


def test_colour_changes_nothing_but_colour() -> None:
    plain = render_backtest(full(), width=80, colour=False)
    coloured = render_backtest(full(), width=80, colour=True)

    assert "\x1b[" in coloured
    assert _without_colour(coloured) == plain


@pytest.mark.parametrize("width", [60, 80, 132])
def test_lines_fit_but_for_paths(width: int) -> None:
    lines = render_backtest(full(), width=width, colour=False).splitlines()

    assert {line for line in lines if column_width(line) > width and ".py:" not in line} == set()


def test_the_cause_is_listed_however_old_it_is() -> None:
    said = [commented(number, found("a.py", 1)) for number in range(0, 400, 2)]
    about = backtest(PROVEN, *said, cause=Cause.FOUND, caused_by=change(390))

    text = render_backtest(report(about), width=80, colour=False)

    assert short(change(390).commit) in text
    assert text.count("◆") == 2  # once in the strip


def test_several_lessons_have_no_verdict_where_no_change_was_replayed() -> None:
    lessons = [backtest(PROVEN, replayed=0), backtest(with_rule(LOCK), replayed=0)]

    text = render_backtest(report(*lessons, past=past(0), reached=0), width=80, colour=False)

    assert "There is no past change to replay yet.\n" in text
    assert "silent" not in text


def test_a_lesson_in_another_mode_says_so_in_the_heading() -> None:
    text = render_backtest(report(backtest(with_rule(LOCK, mode=Mode.BLOCK))), width=80, colour=False)

    assert "INC-231 · 2026-03-02 · P2 · blocks" in text


@given(hostile_reports())
def test_no_control_character_reaches_the_terminal(hostile: BacktestReport) -> None:
    text = render_backtest(hostile, width=80, colour=False)

    left = {character for character in text if not character.isprintable()} - {"\n"}
    assert {character for character in left if category(character) != "Zs"} == set()  # blanks are no orders


def _without_colour(text: str) -> str:
    while "\x1b[" in text:
        before, _, rest = text.partition("\x1b[")
        text = before + rest.partition("m")[2]
    return text
