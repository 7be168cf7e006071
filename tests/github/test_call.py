"""Requests and responses without a server: targets, pages, and text that is safe to show."""

from __future__ import annotations

import pytest

from lessonguard.github.call import Call, Response, parse_document, plain


def _response(document: object = None, *, status: int = 200, link: str = "") -> Response:
    return Response(status=status, headers={"link": link} if link else {}, document=document)


def test_the_target_of_a_call_has_its_parameters_percent_encoded() -> None:
    call = Call(
        to="read", needs="contents: read", path="/pulls", parameters={"head": "acme:fix/ü&1", "page": 2}
    )

    assert call.target == "/pulls?head=acme%3Afix%2F%C3%BC%261&page=2"
    assert Call(to="read", needs="contents: read", path="/pulls").target == "/pulls"


@pytest.mark.parametrize(
    ("method", "is_write", "expected"),
    [
        ("GET", False, True),
        ("POST", False, True),  # a GraphQL query
        ("POST", True, False),
        ("PATCH", True, True),
        ("PUT", True, True),
    ],
)
def test_only_a_post_that_writes_is_not_repeatable(method: str, *, is_write: bool, expected: bool) -> None:
    call = Call(to="do it", needs="contents: read", path="/x", method=method, is_write=is_write)

    assert call.is_repeatable is expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("", None),
        ('<https://api.github.com/x?page=9>; rel="last"', None),
        ('<https://api.github.com/x?page=2>; rel="next"', "/x?page=2"),
        (
            '<https://other.example/x?a=1&page=2>; rel="next", <https://api.github.com/x>; rel="first"',
            "/x?a=1&page=2",
        ),
        (
            '<https://api.github.com/x>; rel="prev", <https://api.github.com/x?page=3>; rel="next"',
            "/x?page=3",
        ),
    ],
)
def test_the_next_page_is_a_path_without_a_host(link: str, expected: str | None) -> None:
    assert _response(link=link).next_page == expected


@pytest.mark.parametrize(("status", "expected"), [(199, False), (200, True), (299, True), (304, False)])
def test_a_status_between_200_and_299_is_a_success(status: int, *, expected: bool) -> None:
    assert _response(status=status).is_success is expected


@pytest.mark.parametrize("document", [None, [], {}, {"message": None}, {"message": ["x"]}, "message"])
def test_a_response_without_a_message_has_an_empty_one(document: object) -> None:
    assert _response(document).message == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Not Found", "Not Found"),
        (" two\nlines\t here ", "two lines here"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("a\u202eb\u200bc", "a b c"),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 299 + "…"),
    ],
)
def test_foreign_text_becomes_one_short_line(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize("text", ["", "<html>", '{"number": 7, ', "[" * 100_000])
def test_a_body_that_is_not_json_is_none(text: str) -> None:
    assert parse_document(text) is None


def test_a_body_of_json_is_parsed() -> None:
    assert parse_document('{"number": 7}') == {"number": 7}
