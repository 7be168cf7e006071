"""The addresses of lessons, places and commits on GitHub."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lessonguard.review.links import Links
from lessonguard.scan.finding import Position, State
from tests.support.report import TIMEOUT, make_finding

LINKS = Links(server="https://github.com", repository="acme/shop", tip="b" * 40, head="a" * 40)
BLOB = f"https://github.com/acme/shop/blob/{'a' * 40}"


def test_a_lesson_is_linked_as_it_judged() -> None:
    assert LINKS.lesson(TIMEOUT) == f"https://github.com/acme/shop/blob/{'b' * 40}/lessons/INC-245.yaml"


@pytest.mark.parametrize("path", ["/srv/lessons/INC-245.yaml", "../lessons/INC-245.yaml"])
def test_a_lesson_of_elsewhere_has_no_address(path: str) -> None:
    assert LINKS.lesson(replace(TIMEOUT, path=path)) == ""


@pytest.mark.parametrize(
    ("end", "lines"),
    [
        (Position(line=42, column=50), "#L42"),
        (Position(line=44, column=2), "#L42-L44"),
        (Position(line=43, column=1), "#L42"),
    ],
)
def test_a_place_is_its_matched_lines(end: Position, lines: str) -> None:
    assert LINKS.place(replace(make_finding(), end=end)) == f"{BLOB}/billing/client.py{lines}"


def test_what_is_fixed_is_nowhere() -> None:
    assert LINKS.place(make_finding(state=State.FIXED)) == ""


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("a b/c#d?e%f.py", "a%20b/c%23d%3Fe%25f.py"),
        ("é\udcff.py", "%C3%A9%FF.py"),
        ("](https://evil.example).py", "%5D%28https%3A//evil.example%29.py"),
    ],
)
def test_a_path_says_nothing_but_its_name(path: str, written: str) -> None:
    assert LINKS.place(make_finding(path=path)) == f"{BLOB}/{written}#L42"


def test_another_server_is_linked_as_itself() -> None:
    links = replace(LINKS, server="https://git.example.com/")

    assert links.commit() == f"https://git.example.com/acme/shop/commit/{'a' * 40}"
