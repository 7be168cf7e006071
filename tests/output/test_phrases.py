"""The words that all outputs share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lessonguard.lessons.model import Mode
from lessonguard.output.phrases import notice_words, outcome, tallies, verdict_words
from lessonguard.scan.finding import Notice
from lessonguard.semgrep.interface import Unchecked
from tests.support.report import TIMEOUT, make_finding, make_report


@pytest.mark.parametrize(
    ("mode", "fails_from", "words"),
    [
        (Mode.BLOCK, Mode.BLOCK, "blocked: this change adds code like INC-245"),
        (Mode.COMMENT, Mode.BLOCK, "this change adds code like INC-245 · warning only"),
        (Mode.COMMENT, Mode.COMMENT, "blocked: this change adds code like INC-245"),
        (Mode.BLOCK, None, "this change adds code like INC-245 · warning only"),
        (Mode.MONITOR, None, "this change adds code like INC-245 · monitor only"),
    ],
)
def test_a_finding_is_called_blocked_where_it_fails_the_check(
    mode: Mode, fails_from: Mode | None, words: str
) -> None:
    finding = make_finding(lesson=replace(TIMEOUT, mode=mode))

    assert verdict_words(finding, fails_from=fails_from) == words


@pytest.mark.parametrize(
    ("line", "is_told_how"),
    [
        ("# lessonguard: accept INC-245", False),
        ('# lessonguard: accept INC-245 reason=""', False),
        ("/* lessonguard: accept INC-245 */", False),
        ("# lessonguard: accept INC-245 until=2027-01-01", False),
        ("# lessonguard: accept INC-245 our own host", True),
        ("# lessonguard: accept INC-245: because it cannot stall", True),
    ],
)
def test_words_without_an_option_are_taken_for_the_reason_that_was_meant(
    line: str, is_told_how: bool
) -> None:
    notice = Notice(
        incident="INC-245",
        lesson=None,
        kind="accept-without-reason",
        path="a.py",
        line=1,
        side="head",
        text=line,
    )

    assert notice_words(notice) == (
        'accepts INC-245: write the reason as reason="…"; until then this does not count'
        if is_told_how
        else "accepts INC-245 without a reason, so it does not count"
    )


def test_a_file_that_no_lesson_could_check_is_not_counted_as_checked() -> None:
    unchecked = (
        Unchecked(path="big.py", incident=None, reason="too large"),
        Unchecked(path="odd.py", incident="INC-245", reason="too slow"),
    )

    assert tallies(make_report(unchecked=unchecked)) == [
        "1 file not checked",
        "1 file partly checked",
        "11 files checked by 30 lessons",
    ]


def test_without_a_lesson_nothing_was_checked() -> None:
    assert outcome(replace(make_report(), lessons=0)) == "Nothing checked: no lessons"
