"""What a developer sees in the terminal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from textwrap import dedent

import pytest
from hypothesis import given

from lessonguard.lessons.model import Mode
from lessonguard.output.text import render_text
from lessonguard.scan.finding import ScanReport, State
from lessonguard.semgrep.interface import Unchecked
from tests.support.report import (
    LOCK,
    expected,
    hostile_report,
    make_exposed,
    make_finding,
    make_full_report,
    make_report,
)

STYLING = re.compile(r"\x1b\[[0-9;]*m")


def plain(report: ScanReport, *, width: int = 80) -> str:
    return render_text(report, width=width, colour=False)


@pytest.mark.parametrize("width", [48, 80, 160])
def test_a_full_report_reads_well_at_every_width(width: int) -> None:
    assert plain(make_full_report(), width=width) == expected(f"full-{width}.txt")


def test_a_clean_report_is_one_line() -> None:
    assert plain(make_report()) == "No new findings · 12 files checked by 30 lessons\n"


def test_a_scan_without_lessons_does_not_look_like_a_verdict() -> None:
    report = replace(make_report(), lessons=0, files=1)

    assert plain(report) == "Nothing checked: no lessons · 1 changed file\n"


def test_an_empty_change_says_what_it_was_compared_with() -> None:
    report = replace(make_report(), files=0)

    assert render_text(report, width=80, colour=False, against="origin/main") == (
        "Nothing to check: no changes against origin/main\n"
    )
    assert plain(report) == f"Nothing to check: no changes against {report.base[:10]}\n"


@pytest.mark.parametrize(
    ("fails_from", "first", "last"),
    [
        (
            Mode.COMMENT,
            "blocked: this change removes the protection of this line",
            "1 new finding (1 blocking)",
        ),
        (Mode.BLOCK, "this change removes the protection of this line · warning only", "1 new finding"),
    ],
)
def test_what_fails_the_check_is_what_is_called_blocked(fails_from: Mode, first: str, last: str) -> None:
    report = make_report(make_exposed())

    text = render_text(report, width=120, colour=False, fails_from=fails_from)

    assert text.startswith(f"billing/orders.py:18:5  {first}\n")
    assert text.splitlines()[-1] == f"{last} · 12 files checked by 30 lessons"
    assert ("If this is intended" in text) == (fails_from is Mode.COMMENT)


def test_what_was_not_checked_is_never_a_clean_line() -> None:
    report = make_report(
        unchecked=(Unchecked(path="web/vendor.js", incident=None, reason="larger than 1 MB"),)
    )

    assert plain(report) == dedent("""\
        Not checked
          web/vendor.js  larger than 1 MB

        No new findings in the files that were checked · 1 file not checked
        11 files checked by 30 lessons
        """)


def test_removed_lines_stand_above_the_code_they_guarded() -> None:
    lines = plain(make_report(make_exposed())).splitlines()

    assert lines[:7] == [
        "billing/orders.py:18:5",
        "  this change removes the protection of this line · warning only",
        "",
        "    17 │ -     with lock(order.user):",
        "    18 │ -         charge(order.user, order.total)",
        "    18 │       charge(order.user, order.total)",
        "       │       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    ]


def test_a_story_is_told_once_and_its_other_places_are_listed() -> None:
    findings = [make_finding(line=line) for line in (3, 14, 159)]

    text = plain(make_report(*findings))

    assert text.count("What happened") == 1
    assert text.splitlines()[-5:] == [
        "  Also here",
        "    billing/client.py:14:16   added  response = requests.post(url, json=payload)",
        "    billing/client.py:159:16  added  response = requests.post(url, json=payload)",
        "",
        "3 new findings (3 blocking) · 12 files checked by 30 lessons",
    ]


def test_a_name_cannot_forge_a_line() -> None:
    finding = make_finding(path="a.py\nNo new findings · 30 lessons\x1b[2J\udcff.py")

    assert plain(make_report(finding)).splitlines()[:2] == [
        "a.py\\nNo new findings · 30 lessons\\x1b[2J\\xff.py:42:16",
        "  blocked: this change adds code like INC-245",
    ]


def test_the_message_of_a_rule_is_shown_where_it_says_more_than_its_lesson() -> None:
    finding = replace(make_finding(), message="requests.post is called without a timeout")

    assert "  Here           requests.post is called without a timeout\n" in plain(make_report(finding))
    assert "  Here " not in plain(make_report(make_finding()))


def test_a_long_root_cause_is_left_to_the_lesson_file() -> None:
    lesson = replace(LOCK, root_cause="It is a long story. " * 40)

    assert "long story" not in plain(make_report(make_finding(lesson=lesson)))


@pytest.mark.parametrize(
    ("fix", "shown"),
    [("", "(remove it)"), ("pay(\x1bx)", "pay(\\x1bx)"), ("a\n" * 20, "…")],
    ids=["deletion", "control character", "many lines"],
)
def test_a_fix_is_shown(fix: str, shown: str) -> None:
    assert shown in plain(make_report(replace(make_finding(), fix=fix)))


def test_colour_adds_nothing_but_styling() -> None:
    coloured = render_text(make_full_report(), width=80, colour=True)

    assert coloured != plain(make_full_report())
    assert STYLING.sub("", coloured) == plain(make_full_report())


def test_moved_code_says_where_it_came_from() -> None:
    finding = replace(make_finding(state=State.MOVED), previous_path="old\n.py")

    assert "INC-245 moved from old\\n.py" in plain(make_report(finding))


@given(report=hostile_report())
def test_nothing_from_a_change_reaches_the_terminal_raw(report: ScanReport) -> None:
    text = render_text(report, width=80, colour=True)

    left = STYLING.sub("", text).replace("\n", "")
    assert not [character for character in left if unicodedata.category(character) in {"Cc", "Cf", "Cs"}]
    assert plain(report).encode("utf-8")
