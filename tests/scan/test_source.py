"""A source by byte, line and token; and which code survives in other code."""

from __future__ import annotations

import pytest

from lessonguard.scan.finding import Position, SourceLine
from lessonguard.scan.source import Source, survives, tokenize


@pytest.mark.parametrize(("content", "count"), [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2), (b"\n\n", 2)])
def test_an_end_without_a_line_feed_still_ends_a_line(content: bytes, count: int) -> None:
    assert Source(content).line_count == count


def test_only_a_line_feed_ends_a_line() -> None:
    """`str.splitlines` would end it at a form feed and at U+2028, where Git does not."""
    source = Source("a\x0cb\u2028c\r\nd".encode())

    assert source.line_count == 2
    assert source.line(1).text == "a\x0cb\u2028c"


def test_columns_count_characters() -> None:
    assert Source("é = pay()".encode()).position(len("é = ".encode())) == Position(line=1, column=5)


def test_a_byte_that_is_not_utf8_counts_as_one_character_and_is_shown_as_replaced() -> None:
    source = Source(b"\xffpay()\n")

    assert source.position(1) == Position(line=1, column=2)
    assert source.line(1).text == "\N{REPLACEMENT CHARACTER}pay()"


def test_a_match_that_ends_at_a_line_feed_is_on_the_lines_before_it() -> None:
    source = Source(b"a\nb\nc\n")

    assert source.lines_of(0, 4) == range(1, 3)
    assert source.lines_of(2, 2) == range(2, 3)


def test_a_line_beyond_the_end_is_empty() -> None:
    assert Source(b"a\n").line(9) == SourceLine(number=9, text="")


def test_the_same_lines_are_the_same_objects() -> None:
    source = Source(b"a\nb\n")

    assert source.excerpt([1, 2])[0] is source.excerpt([1])[0]


def test_lines_as_they_are_keep_all_but_the_last_line_feed() -> None:
    source = Source(b"a\r\n b\nc")

    assert source.raw_lines(range(1, 3)) == b"a\r\n b"
    assert source.byte_count(range(1, 3)) == len(b"a\r\n b\n")


def test_bytes_that_are_left_out_count_as_signs() -> None:
    source = Source(b"get(u)\nget(u)\n")

    assert source.tokens(range(1, 3), without=[(0, 6)]).count("get") == 1


@pytest.mark.parametrize(
    ("code", "within", "expected"),
    [
        ("get(url)", "get(url, timeout=5)", True),
        ("get(url)", "get(url, timeout=Wait(connect=1))", True),
        ("get(url)", "x = get(url)", True),
        ("get(url)", "get(other); log(url)", False),
        ("get(url)", "get(" + "a, " * 40 + "url)", False),
        ("", "get(url)", False),
    ],
)
def test_code_survives_where_only_whole_pieces_are_missing(code: str, within: str, *, expected: bool) -> None:
    assert survives(tokenize(code), within=tokenize(within)) is expected
