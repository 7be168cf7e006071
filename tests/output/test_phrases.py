"""The words that all outputs share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lessonguard.lessons.model import Mode
from lessonguard.output.phrases import notice_words, outcome, tallies, verdict_words
from lessonguard.semgrep.interface import Unchecked
from tests.support.report import TIMEOUT, make_finding, make_notice, make_report


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


def test_a_comment_that_is_not_understood_says_why_and_what_to_write() -> None:
    detail = 'put the reason in quotes. Write: lessonguard: accept INC-245 reason="own host"'
    notice = replace(make_notice("accept-invalid", path="a.py", line=1), detail=detail)

    assert notice_words(notice) == f"this accept comment does not count: {detail}"


def test_a_lesson_that_the_change_takes_away_is_named_with_what_it_did() -> None:
    removed = make_notice("lesson-removed", path="lessons/a.yaml", line=1)
    weakened = replace(
        make_notice("lesson-weakened", path="lessons/a.yaml", line=1), detail="block → monitor"
    )

    assert notice_words(removed) == (
        f"this change removes the lesson of INC-245, mode block ({TIMEOUT.title})"
    )
    assert notice_words(weakened) == "this change weakens the lesson of INC-245: block → monitor"


def test_the_title_of_a_lesson_does_not_read_like_what_the_change_does() -> None:
    watching = make_notice("watched-path", path="a.py", line=1)

    assert notice_words(watching) == f"INC-245 watches this path ({TIMEOUT.title})"


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
