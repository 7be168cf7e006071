"""Days are understood as people write them, and never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.lessons.dates import read_day

_DAY = date(2026, 5, 14)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-14",
        "2026-5-14",
        "2026/05/14",
        "2026.05.14",
        "20260514",
        "14 May 2026",
        "14. May 2026",
        "14-May-2026",
        "14th of May 2026",
        "Thursday, 14 May 2026",
        "May 14, 2026",
        "may 14th 2026",
        "14/05/2026",
        "05/14/2026",
        "14.05.2026",
        "  14   MAY 2026 ",
    ],
)
def test_a_day_that_can_only_be_one_is_read(text: str) -> None:
    assert read_day(text) == _DAY


@pytest.mark.parametrize(
    "text",
    [
        "05/06/2026",  # in May or in June
        "14/05/26",  # of which century
        "May 2026",
        "14 Ma 2026",  # March or May
        "14 Maybe 2026",
        "30 February 2026",
        "2026-02-30",
        "2026-13-01",
        "2026/05-14",
        "2026-05-14T10:00:00Z",
        "٢٠٢٦-٠٥-١٤",
        "14 May 2026 14",
        "soon",
        "",
    ],
)
def test_what_may_be_another_day_or_none_is_not_read(text: str) -> None:
    assert read_day(text) is None


def test_short_names_of_months_are_known() -> None:
    written = ("Jan", "Feb", "Mar", "Apr.", "Jun", "Jul", "Aug", "Sep", "Sept.", "Oct", "Nov", "Dec")
    months = [day.month for name in written if (day := read_day(f"3 {name} 2026"))]
    assert months == [1, 2, 3, 4, 6, 7, 8, 9, 9, 10, 11, 12]


def test_the_same_day_either_way_round_is_no_doubt() -> None:
    assert read_day("05/05/2026") == date(2026, 5, 5)


@given(
    st.dates(min_value=date(1900, 1, 1)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %B %Y", "%B %d, %Y"]),
)
def test_every_day_is_read_as_it_was_written(day: date, form: str) -> None:
    assert read_day(day.strftime(form)) == day


@given(st.text(max_size=30))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    assert read_day(text) is None or any(character.isdigit() for character in text)
