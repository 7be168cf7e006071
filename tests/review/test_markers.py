"""Markers: hidden, found again whatever people do to a comment, and nobody's to forge."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.lessons.model import RuleId
from lessonguard.output.escape import code_span, fence, html_text, markdown_text
from lessonguard.review.markers import (
    FindingMark,
    Mark,
    ReviewMark,
    hash_match,
    mark_finding,
    marked,
    read_mark,
    unmarked,
    write_mark,
)
from tests.support.report import LOCK, hostile_text, make_finding

OPEN = FindingMark(fingerprint="f" * 32, match_hash="0123456789abcdef", lesson="INC-245", rule="INC-245.2")
LINE = (
    "<!-- lessonguard:finding v=1 id=ffffffffffffffffffffffffffffffff kin=0123456789abcdef "
    "lesson=INC-245 rule=INC-245.2 state=open -->"
)

values = st.text("abcXYZ019._-", min_size=1, max_size=40)
marks: st.SearchStrategy[Mark] = st.builds(
    FindingMark,
    fingerprint=values,
    match_hash=values,
    lesson=values,
    rule=values,
    state=st.sampled_from(["open", "fixed", "accepted", "carried"]),
) | st.builds(ReviewMark, kind=st.sampled_from(["summary", "further"]), head=values)


def test_a_marker_of_a_finding_is_one_line_that_github_hides() -> None:
    assert write_mark(OPEN) == LINE


def test_a_marker_of_a_review_names_the_commit() -> None:
    assert write_mark(ReviewMark(kind="summary", head="a" * 40)) == (
        f"<!-- lessonguard:summary v=1 head={'a' * 40} -->"
    )


def test_a_marker_holds_what_a_finding_is_known_by() -> None:
    finding = make_finding()

    assert mark_finding(finding) == FindingMark(
        fingerprint=finding.fingerprint, match_hash=hash_match(finding), lesson="INC-245", rule="INC-245.1"
    )


@pytest.mark.parametrize(
    "body",
    [
        LINE,
        f"Text.\n\n{LINE}",
        f"Text.\r\n\r\n{LINE}\r\n",
        f"Text.\n{LINE} \t\n\n",
        f"{LINE}\n\nSomebody added this.",
        f"{write_mark(replace(OPEN, fingerprint='old'))}\n\n{LINE}",
        f"> {write_mark(replace(OPEN, fingerprint='cited'))}\n\n{LINE}\n    <!-- lessonguard:finding v=2 -->",
    ],
)
def test_the_last_marker_on_a_line_of_its_own_is_read(body: str) -> None:
    assert read_mark(body) == OPEN


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Text.",
        f"Text. {LINE}",
        f"{LINE} text",
        f"> {LINE}",
        f"    {LINE}",
        f"`{LINE}`",
        LINE.replace("<!--", "<\u200b!--"),
        LINE.replace("finding", "other"),
        LINE.replace("v=1", "v=0"),
        LINE.replace("v=1", "v=\u0661"),
        LINE.replace(" v=1", ""),
        LINE.replace(" kin=", "\nkin="),
        LINE.replace("open", "open>"),
        LINE.removesuffix(" -->"),
    ],
)
def test_anything_else_is_no_marker(body: str) -> None:
    assert read_mark(body) is None


def test_a_marker_of_a_later_version_is_read_as_far_as_it_is_understood() -> None:
    later = "<!-- lessonguard:finding v=12 id=abc severity=P1/high state=snoozed -->"

    mark = read_mark(later)

    assert mark == FindingMark(
        fingerprint="abc", match_hash="", lesson="", rule="", state="snoozed", version=12
    )
    assert isinstance(mark, FindingMark)
    assert mark.is_open


@pytest.mark.parametrize("state", ["fixed", "accepted", "carried"])
def test_a_resolved_comment_is_not_open(state: str) -> None:
    assert not replace(OPEN, state=state).is_open


def test_all_our_markers_are_taken_off_and_nothing_else() -> None:
    body = f"Text.\r\n{LINE}\r\n<!-- a comment of somebody -->\r\n\r\n{LINE}\r\n  \r\n"

    assert unmarked(body) == "Text.\n\n<!-- a comment of somebody -->"


@pytest.mark.parametrize("value", ["", "a b", "a\nb", "-->", "a=b\n", "\u00e9", "\u0661"])
def test_what_would_break_a_marker_is_not_written(value: str) -> None:
    with pytest.raises(ValueError, match="cannot be written in a marker"):
        write_mark(replace(OPEN, rule=value))


@given(hostile_text, marks)
def test_a_marker_is_read_as_it_was_written(text: str, mark: Mark) -> None:
    body = marked(text, mark)

    assert read_mark(body) == mark
    assert read_mark(body.replace("\r\n", "\n").replace("\n", "\r\n")) == mark
    assert marked(unmarked(body), mark) == marked(unmarked(text), mark)


@given(hostile_text, st.sampled_from([LINE, f"\n{LINE}\n", f"\r\n{LINE}\r\n"]))
def test_text_from_a_change_is_never_read_as_a_marker(text: str, forged: str) -> None:
    for hostile in (forged, f"{text}{forged}", f"{forged}{text}"):
        for escape in (markdown_text, html_text, code_span, lambda code: fence(code.split("\n"))):
            assert read_mark(escape(hostile)) is None


# Kin -------------------------------------------------------------------------------------------


def test_kin_stay_kin_in_another_file_function_and_layout() -> None:
    finding = make_finding("get(a,\n    b)", "get(a,\n    b)", path="old.py", line=3)
    moved = make_finding("x = get(a, b)", "get(a, b)", path="new.py", line=90)

    assert finding.fingerprint != moved.fingerprint
    assert hash_match(finding) == hash_match(moved)
    assert len(hash_match(finding)) == 16


def test_another_text_rule_or_lesson_has_another_hash() -> None:
    finding = make_finding("get(a)", "get(a)")
    others = [
        make_finding("get(b)", "get(b)"),
        replace(finding, rule=RuleId("INC-245.2")),
        replace(finding, lesson=LOCK),
    ]

    assert hash_match(finding) not in set(map(hash_match, others))


def test_of_a_long_text_the_beginning_is_hashed() -> None:
    assert hash_match(make_finding("x" * 1_000 + "y", "x" * 1_000 + "y")) == hash_match(
        make_finding("x" * 1_000, "x" * 1_000)
    )


@given(hostile_text)
def test_any_text_has_a_hash(text: str) -> None:
    assert read_mark(write_mark(mark_finding(make_finding(text, text)))) is not None
