"""Which findings an output shows, in which groups and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from lessonguard.lessons.model import Mode
from lessonguard.output.story import accepted, by_importance, carried, for_pull_request, introduced, stories
from lessonguard.scan.finding import Acceptance, State
from tests.support.report import CACHE, LOCK, TIMEOUT, make_finding, make_full_report, make_report

ACCEPTED = Acceptance(reason="own host", until=date(2999, 1, 1), where="a.py:1")


def test_each_finding_is_in_one_group() -> None:
    new = make_finding(state=State.EXPOSED)
    old = make_finding(state=State.MOVED)
    kept = replace(make_finding(state=State.TOUCHED), accepted=ACCEPTED)
    report = make_report(new, old, kept)

    assert (introduced(report), carried(report), accepted(report)) == ((new,), (old,), (kept,))


def test_what_blocks_comes_first_then_the_more_severe() -> None:
    commenting = replace(TIMEOUT, mode=Mode.COMMENT)
    findings = [make_finding(lesson=lesson) for lesson in (CACHE, LOCK, commenting, TIMEOUT)]

    ordered = by_importance(findings)

    assert [finding.lesson for finding in ordered] == [TIMEOUT, commenting, LOCK, CACHE]


def test_findings_of_one_lesson_are_one_story() -> None:
    first, second = make_finding(line=3), make_finding(line=9)
    other = make_finding(lesson=LOCK)

    [timeout, lock] = stories([first, other, second])

    assert (timeout.lesson, timeout.findings) == (TIMEOUT, (first, second))
    assert (lock.lesson, lock.findings) == (LOCK, (other,))


def test_a_pull_request_never_shows_a_lesson_in_monitor_mode() -> None:
    report = make_full_report()
    assert any(finding.lesson.mode is Mode.MONITOR for finding in report.findings)

    shown = for_pull_request(report)

    assert all(finding.lesson.mode is not Mode.MONITOR for finding in (*shown.findings, *shown.fixed))
    assert (shown.unchecked, shown.faults) == (report.unchecked, report.faults)
