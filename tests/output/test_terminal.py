"""Text for a terminal: widths in columns, wrapping, and tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.output.terminal import (
    Screen,
    Style,
    clipped,
    column_width,
    fact_lines,
    fitting,
    titled_table,
    wrapped,
)

PLAIN = Screen(colour=False, width=40)


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0)])
def test_wide_characters_take_two_columns_and_combining_ones_none(text: str, columns: int) -> None:
    assert column_width(text) == columns


def test_clipped_text_ends_in_an_ellipsis() -> None:
    assert [clipped("abcdef", width=width) for width in (6, 5, 1)] == ["abcdef", "abcd…", "…"]


def test_a_wide_character_is_not_cut_in_half() -> None:
    assert fitting("日本", width=3) == "日"


def test_a_web_address_is_never_broken() -> None:
    address = "https://example.com/a/very/long/path"

    assert wrapped(f"See {address} for more", width=20) == ["See", address, "for more"]


@given(text=st.text(st.characters(codec="ascii", categories=["L", "Zs"])), width=st.integers(1, 30))
def test_wrapped_prose_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = wrapped(text, width=width)

    assert all(column_width(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_without_colour_nothing_is_styled() -> None:
    assert PLAIN.write("text", Style.BOLD, Style.RED) == "text"
    assert Screen(colour=True, width=40).write("text", Style.BOLD) == "\x1b[1mtext\x1b[0m"
    assert Screen(colour=True, width=40).write("", Style.BOLD) == ""


def test_further_lines_of_a_fact_stand_below_its_text() -> None:
    assert fact_lines(PLAIN, "Why", "one two three four five six") == [
        "  Why            one two three four five",
        "                 six",
    ]


def test_a_table_has_its_title_and_wraps_its_second_column() -> None:
    rows = [("a", "short"), ("a long name", "words that do not fit on the line")]

    assert titled_table(PLAIN, "Taken", rows, least=20) == [
        "Taken:",
        "  a            short",
        "  a long name  words that do not fit on",
        "               the line",
    ]
    assert titled_table(PLAIN, "Taken", []) == []
