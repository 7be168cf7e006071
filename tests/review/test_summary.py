"""The summary of a review, and that nothing in a change can make it say something else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.lessons.model import IncidentId, Lesson, Mode
from lessonguard.review.links import Links
from lessonguard.review.summary import render_further, render_review
from lessonguard.scan.finding import Acceptance, Finding, Fingerprint, ScanReport, State
from lessonguard.semgrep.interface import Unchecked
from tests.support.gfm import Page, assert_harmless
from tests.support.report import (
    CACHE,
    LOCK,
    TIMEOUT,
    expected,
    hostile_report,
    make_finding,
    make_full_report,
    make_notice,
    make_report,
)

LINKS = Links(server="https://github.com", repository="acme/shop", tip="b" * 40, head="a" * 40)
OURS = ("https://github.com/acme/shop/", "https://wiki.example.com/INC-245")
GONE = make_finding(path="shop/tax.py", line=12, state=State.FIXED)
UNREAD = Unchecked(path="web/vendor.js", incident=None, reason="larger than 1 MB")
GOOD_NEWS = "✓ **No new findings.**"


def summary(report: ScanReport, *, said: set[Fingerprint] | None = None, limit: int = 65_000) -> str:
    """Write a summary; unless told otherwise every finding has a comment."""
    commented = {finding.fingerprint for finding in report.findings} if said is None else said
    return render_review(report, commented=commented, links=LINKS, limit=limit)


def many(number: int, lesson: Lesson = TIMEOUT, *, path: str = "billing/client.py") -> list[Finding]:
    """Make findings of one lesson."""
    return [make_finding(path=path, line=line, lesson=lesson) for line in range(1, number + 1)]


def numbered(number: int, lesson: Lesson = LOCK) -> list[Lesson]:
    """Make lessons."""
    return [replace(lesson, incident=IncidentId(f"INC-{index}")) for index in range(1, number + 1)]


def test_a_full_report_reads_as_approved() -> None:
    report = make_full_report()

    assert summary(report, said={report.findings[0].fingerprint}) + "\n" == expected("review/full.md")


def test_many_places_read_as_approved() -> None:
    report = make_report(*many(9), *many(1, LOCK, path="billing/orders.py"))

    assert summary(report) + "\n" == expected("review/many.md")


def test_good_news_is_one_line() -> None:
    judged = f"<sub>Checked at [`aaaaaaaaaa`](<{LINKS.commit()}>) by 30 lessons</sub>"

    assert summary(make_report()) == f"{GOOD_NEWS}\n\n{judged}"


@pytest.mark.parametrize(
    ("report", "first"),
    [
        (make_report(fixed=(GONE,)), GOOD_NEWS),
        (
            make_report(unchecked=(UNREAD,)),
            "✓ **No new findings in the files that were checked.**",
        ),
        (
            make_report(make_full_report().findings[3]),
            "✓ **All findings are accepted, with reasons.**",
        ),
        (make_report(make_finding()), "### 1 place looks like the code behind INC-245"),
        (make_report(*many(2)), "### 2 places look like the code behind INC-245"),
        (make_report(*many(1), *many(1, LOCK)), "### 2 places look like the code behind past incidents"),
    ],
)
def test_the_first_line_says_it_all(report: ScanReport, first: str) -> None:
    assert summary(report).split("\n")[0] == first


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (make_report(make_finding()), "**The check fails** until it is fixed or accepted."),
        (make_report(*many(2)), "**The check fails** until they are fixed or accepted."),
        (
            make_report(*many(1), *many(1, LOCK)),
            "**The check fails for 1 of them** until it is fixed or accepted.",
        ),
    ],
)
def test_what_blocks_is_said(report: ScanReport, sentence: str) -> None:
    assert f"\n\n{sentence}\n\n" in summary(report)


def test_what_does_not_block_is_not_threatened() -> None:
    assert "check fails" not in summary(make_report(*many(2, LOCK)))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (3, ""),
        (2, "1 of them is only listed here, without a comment beside the code."),
        (1, "2 of them are only listed here, without a comment beside the code."),
        (0, ""),
    ],
)
def test_what_has_no_comment_is_counted(told: int, sentence: str) -> None:
    report = make_report(*many(3))

    text = summary(report, said={finding.fingerprint for finding in report.findings[:told]})

    assert "".join(re.findall(r".*only listed here.*", text)) == sentence
    assert ("**What worked:**" in text) is (told == 0)


def test_a_lesson_in_monitor_mode_is_never_shown() -> None:
    report = make_report(
        make_finding(lesson=CACHE),
        fixed=(make_finding(lesson=CACHE),),
        notices=(make_notice("watched-path", path="a", line=1, lesson=CACHE),),
    )

    assert summary(report) == summary(make_report())


def test_the_most_important_lesson_comes_first() -> None:
    worst = replace(LOCK, incident=IncidentId("INC-1"), mode=Mode.BLOCK)
    report = make_report(*many(1, LOCK), *many(1), *many(1, worst, path="z.py"))

    assert re.findall(r"^\*\*\[?(INC-\d+)", summary(report), re.MULTILINE) == ["INC-245", "INC-1", "INC-231"]


def test_long_lists_are_cut_and_counted() -> None:
    unread = tuple(replace(UNREAD, path=f"{number}.js") for number in range(3_000))

    text = summary(make_report(unchecked=unread))

    assert text.count(".js`") == 10
    assert "- … and 2990 more" in text


def test_places_are_left_out_whole_and_counted() -> None:
    report = make_report(*[finding for lesson in numbered(60) for finding in many(20, lesson)])

    text = summary(report)

    left_out = int(re.findall(r"^(\d+) more places left out", text, re.MULTILINE)[0])
    assert 60_000 < len(text) <= 65_000
    assert text.count("- [`billing/client.py:") + left_out == 1_200
    assert text.startswith("### 1200 places look like the code behind past incidents\n")
    assert_harmless(text, addresses=OURS)


def test_what_was_not_checked_is_said_also_where_little_fits() -> None:
    report = replace(make_report(*many(500)), unchecked=(UNREAD,))

    text = summary(report, limit=3_000)

    assert "`web/vendor.js` larger than 1 MB" in text
    assert len(text) <= 3_000


def test_later_reviews_link_the_summary() -> None:
    url = "https://github.com/acme/shop/pull/7#pullrequestreview-1"

    assert (
        render_further(1, url=url)
        == f"1 more place looks like the code behind past incidents. [Summary](<{url}>)"
    )
    assert render_further(2, url=url).startswith("2 more places look like ")


@given(report=hostile_report(), limit=st.integers(3_000, 65_000), is_said=st.booleans())
def test_no_summary_says_more_than_it_should(report: ScanReport, limit: int, is_said: bool) -> None:
    text = summary(report, said=None if is_said else set(), limit=limit)

    assert len(text) <= limit
    assert text.encode("utf-8")
    assert_harmless(text, addresses=OURS)
    assert len(Page(text).addresses) >= 1


def test_the_ids_of_lessons_can_be_copied_and_found() -> None:
    lesson = replace(TIMEOUT, incident=IncidentId("INC-20260514"))
    finding = make_finding(lesson=lesson)
    accepted = Acceptance(reason="own host", until=None, where="a.py:1")
    report = make_report(
        finding,
        replace(finding, accepted=accepted),
        fixed=(replace(finding, state=State.FIXED),),
        notices=(make_notice("watched-path", path="a.py", line=1, lesson=lesson),),
        unchecked=(Unchecked(path="b.py", incident=lesson.incident, reason="too slow"),),
    )

    text = summary(report)

    assert text.count("INC-20260514") == 6
    assert "\u200b" not in text


def test_a_line_to_paste_is_whole_however_long_its_reason_is() -> None:
    line = f'lessonguard: accept INC-245 reason="{"own host, cannot stall; " * 10}"'
    notice = replace(
        make_notice("accept-invalid", path="a.py", line=1), detail=f"put it in quotes. Write: {line}"
    )

    assert line in summary(make_report(notices=(notice,)))
