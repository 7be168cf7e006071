"""The text of an accept comment: what counts, and what is said of one that is not understood."""

from __future__ import annotations

from datetime import date
from time import process_time

import pytest

from lessonguard.scan.accept_text import read_accept
from lessonguard.scan.suppressions import AcceptComment


def read(text: str) -> AcceptComment:
    found = read_accept(text, line=1, applies_to=2)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('# lessonguard: accept INC-1 reason="own host, cannot stall"', "own host, cannot stall"),
        ("# lessonguard: accept INC-1 reason='own host'", "own host"),
        ("# lessonguard: accept INC-1 reason=internal", "internal"),
        ('/* lessonguard: accept INC-1 reason="own host" */', "own host"),
        ('<!-- lessonguard: accept INC-1 reason="own host" -->', "own host"),
        ('(* lessonguard: accept INC-1 reason="own host" *)', "own host"),
        ('{{/* lessonguard: accept INC-1 reason="own host" */}}', "own host"),
        ('{# lessonguard: accept INC-1 reason="own host" #}', "own host"),
        ('<%# lessonguard: accept INC-1 reason="own host" -%>', "own host"),
        ('# noqa: S113  # lessonguard: accept INC-1 reason="own host"', "own host"),
        ('# lessonguard: accept INC-1 reason="own host"  # noqa: S113', "own host"),
        ('// lessonguard: accept INC-1 reason="see # 12" // eslint-disable-line', "see # 12"),
        ('# lessonguard: accept INC\u200b-1 reason="own host"', "own host"),
        ('# lessonguard: accept INC-1\ufeff reason="own\u00ad host"\r', "own host"),
    ],
)
def test_a_comment_counts_with_the_ends_and_neighbours_that_comments_have(text: str, reason: str) -> None:
    found = read(text)

    assert (found.incident, found.reason, found.until, found.fault) == ("INC-1", reason, None, "")


QUOTES = "put the reason in quotes"
DATE = "the date is not written as until=YYYY-MM-DD"
MISSPELT = 'it does not begin with "lessonguard: accept"'


@pytest.mark.parametrize(
    ("text", "fault", "proposal"),
    [
        ("accept INC-1 reason=own host, cannot stall", QUOTES, 'INC-1 reason="own host, cannot stall"'),
        ('accept INC-1 reason="own host, cannot stall', QUOTES, 'INC-1 reason="own host, cannot stall"'),
        ("accept INC-1 reason='own host", QUOTES, 'INC-1 reason="own host"'),
        ("accept INC-1 reason=\u201coperator only\u201d", QUOTES, 'INC-1 reason="operator only"'),
        ("accept INC-1 reason=\u201enur intern\u201c", QUOTES, 'INC-1 reason="nur intern"'),
        ("accept INC-1 reason: operator only", QUOTES, 'INC-1 reason="operator only"'),
        ("accept INC-1 reason = 'operator only'", QUOTES, 'INC-1 reason="operator only"'),
        (
            "accept INC-1 reason=own host until=2027-03-01",
            QUOTES,
            'INC-1 until=2027-03-01 reason="own host"',
        ),
        (
            "accept INC-1 because it is fine",
            'write the reason as reason="…"',
            'INC-1 reason="why it is safe"',
        ),
        ('accept INC-1, INC-9 reason="own host"', '"INC-9" is not understood', 'INC-1 reason="own host"'),
        ('accept INC-1 INC-9 reason="own host"', '"INC-9" is not understood', 'INC-1 reason="own host"'),
        ('accept INC-1 reason="own host" INC-9', '"INC-9" is not understood', 'INC-1 reason="own host"'),
        ('accept INC-1 reason="a" reason="b"', '"reason="b"" is not understood', 'INC-1 reason="a"'),
        ('accept INC-1 owner=me reason="a"', '"owner=me" is not understood', 'INC-1 reason="a"'),
        ('accept INC-1 until= 2027-01-01 reason="a"', DATE, 'INC-1 until=2027-01-01 reason="a"'),
        ('accept INC-1 until:2027-01-01 reason="a"', DATE, 'INC-1 until=2027-01-01 reason="a"'),
        (
            "accept INC-1 until=\u201c2027-01-01\u201d reason=\u201ca\u201d",
            DATE,
            'INC-1 until=2027-01-01 reason="a"',
        ),
        ('accept INC-1 until=01.03.2027 reason="a"', DATE, 'INC-1 until=YYYY-MM-DD reason="a"'),
        ('accept INC-1 reason="a" until=20270301', DATE, 'INC-1 until=YYYY-MM-DD reason="a"'),
        ('accept INC-1 reason="a" until 2027-03-01', DATE, 'INC-1 until=2027-03-01 reason="a"'),
        ('accept INC-1 untill=2027-03-01 reason="a"', DATE, 'INC-1 until=YYYY-MM-DD reason="a"'),
        ('accept reason="a"', "it names no incident", 'INCIDENT reason="a"'),
        ("accept", "it names no incident", 'INCIDENT reason="why it is safe"'),
    ],
)
def test_what_is_left_over_makes_a_comment_invalid_and_the_right_line_is_proposed(
    text: str, fault: str, proposal: str
) -> None:
    assert read(f"# lessonguard: {text}").fault == f"{fault}. Write: lessonguard: accept {proposal}"
    assert read(f"/* lessonguard: {text} */").fault == f"{fault}. Write: lessonguard: accept {proposal}"


@pytest.mark.parametrize(
    ("text", "incident", "reason"),
    [
        ('// lessonguard accept INC-1 reason="operator only"', "INC-1", "operator only"),
        ('// Lessonguard: Accept INC-1 reason="operator only"', "INC-1", "operator only"),
        ('// LESSONGUARD:ACCEPT INC-1 reason="operator only"', "INC-1", "operator only"),
        ('// lessonguard: ignore INC-1 reason="x y"', "INC-1", "x y"),
        ('// lessonguard: accepted INC-1 reason="x y"', "INC-1", "x y"),
        ('// lessonguard-accept: INC-1 reason="x y"', "INC-1", "x y"),
        ('// lessonguard: X reason="x y"', "X", "x y"),
        ("# lessonguard INC-1", "INC-1", "why it is safe"),
        ("# lessonguard: facebook-2010-feedback", "facebook-2010-feedback", "why it is safe"),
        ("# lessonguard", "INCIDENT", "why it is safe"),
    ],
)
def test_a_near_miss_gets_the_line_to_paste(text: str, incident: str, reason: str) -> None:
    assert read(text).fault == f'{MISSPELT}. Write: lessonguard: accept {incident} reason="{reason}"'


@pytest.mark.parametrize(
    "text", ["# see lessonguard", "# lessonguards", "x", "", "# install lessonguard: pip"]
)
def test_a_comment_that_only_mentions_lessonguard_is_none(text: str) -> None:
    assert read_accept(text, line=1, applies_to=2) is None


@pytest.mark.parametrize("begin", ["", "reason=", 'reason="', "until=", "x ", "lessonguard "])
@pytest.mark.parametrize("sign", ["a", " ", "=", "\u201c", "\u200b", "reason"])
def test_a_comment_of_any_length_takes_linear_time(begin: str, sign: str) -> None:
    text = f"lessonguard: accept INC-1 {begin}{sign * 300_000}"
    began = process_time()

    assert len(read(text).fault) < 800
    read_accept(text.replace("accept", "a"), line=1, applies_to=2)
    assert process_time() - began < 1


def test_a_date_is_the_last_day() -> None:
    assert read('# lessonguard: accept INC-1 until=2027-01-01 reason="a"').until == date(2027, 1, 1)
