"""What is new to several bases at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lessonguard.push.result import merge_reports
from lessonguard.scan.finding import Finding, State
from lessonguard.semgrep.interface import Unchecked
from tests.support.report import LOCK, TIMEOUT, make_finding, make_notice, make_report

MINE = make_finding()
THEIRS = replace(make_finding(lesson=LOCK), path="theirs.py")


def test_one_report_is_the_verdict() -> None:
    report = make_report(MINE)

    assert merge_reports([report], files=1) is report


def test_what_is_new_to_one_base_only_is_not_new() -> None:
    agreed = merge_reports([make_report(MINE, THEIRS), make_report(MINE)], files=3)

    assert (agreed.findings, agreed.files) == ((MINE,), 3)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (State.ADDED, State.EXPOSED, State.EXPOSED),
        (State.TOUCHED, State.ADDED, State.TOUCHED),
        (State.ADDED, State.MOVED, State.MOVED),
    ],
)
def test_the_mildest_state_counts(one: State, other: State, expected: State) -> None:
    reports = [make_report(replace(MINE, state=state)) for state in (one, other)]

    assert [finding.state for finding in merge_reports(reports, files=1).findings] == [expected]


def test_the_same_line_in_another_file_is_another_finding() -> None:
    elsewhere = replace(MINE, path="copy.py")

    assert merge_reports([make_report(MINE), make_report(elsewhere)], files=1).findings == ()


def test_good_news_notices_and_gaps_are_those_of_all() -> None:
    mended: Finding = replace(MINE, state=State.FIXED)
    notice = make_notice("watched-path", path="a.py", line=1, lesson=TIMEOUT)
    gap = Unchecked(path="big.js", incident=None, reason="too large")
    full = replace(make_report(), fixed=(mended,), notices=(notice,), unchecked=(gap,))

    same, less = merge_reports([full, full], files=1), merge_reports([full, make_report()], files=1)

    assert (same.fixed, same.notices, same.unchecked) == ((mended,), (notice,), (gap,))
    assert (less.fixed, less.notices, less.unchecked) == ((), (), ())
