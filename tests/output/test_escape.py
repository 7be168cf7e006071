"""Escaping: text from a change is shown as it is, and makes no markup, link or mention."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from lessonguard.output.escape import code_span, html_text, link, markdown_prose, markdown_text
from tests.support.gfm import github_html
from tests.support.report import (
    HOSTILE,
    hostile_text,
)

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def shown_text(text: str) -> str:
    """Give what a reader sees of one paragraph."""
    page = GITHUB.render(text)
    return html.unescape(re.sub(r"</?(p|code)>", "", page)).replace("\u200b", "").strip()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", "a|b"),
        ("a\\|b", "a\\|b"),
        ("`tick`", "`tick`"),
        (" spaces ", "spaces"),
        ("a\nb\udcff", "a\\nb\\xff"),
        ("my_file.py", "my_file.py"),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_a_name_is_shown_as_it_is(text: str, shown: str) -> None:
    assert shown_text(code_span(text)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. one", "1. one"),
        ("- one", "- one"),
        ("+ one", "+ one"),
        ("=== one", "=== one"),
        ("5 * 3 < 20 & x_y_z", "5 * 3 < 20 & x_y_z"),
        ("ask @acme/payments about #12", "ask @acme/payments about #12"),
        ("a.py:7:1: since 4f1c2d9 :tada:", "a.py:7:1: since 4f1c2d9 :tada:"),
    ],
)
def test_text_is_shown_as_it_is(text: str, shown: str) -> None:
    assert shown_text(markdown_text(text)) == shown


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("on `except OSError` it *ends*", r"on `except OSError` it \*ends\*"),
        ("`a|b` and `", r"<code>a&#124;b</code> and \`"),
        ("- `#1` #1", "\\- `#1` \\#\u200b1"),
        ("a `` b", r"a \`\` b"),
    ],
)
def test_prose_keeps_its_code(text: str, written: str) -> None:
    assert markdown_prose(text) == written


def test_a_place_can_be_copied() -> None:
    assert markdown_text("lessons/a.yaml:40:12: odd") == "lessons/a.yaml:40:12: odd"


@pytest.mark.parametrize("text", HOSTILE)
def test_github_makes_nothing_of_hostile_text(text: str) -> None:
    assert "<a" not in github_html(f"{markdown_text(text)}\n\n{code_span(text)}")


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://w.example/a_(b)?c=d&e", "[P](<https://w.example/a_(b)?c=d&e>)"),
        ("https://w.example/a b>c|d", "[P](<https://w.example/a%20b%3Ec%7Cd>)"),
        ("javascript:alert(1)", "P (javascript:alert(1))"),
    ],
)
def test_only_web_addresses_are_linked(url: str, written: str) -> None:
    assert link("P", url) == written


@given(text=hostile_text)
def test_escaped_text_never_spans_lines(text: str) -> None:
    assert len(markdown_text(text).splitlines()) <= 1
    assert len(code_span(text).splitlines()) == 1


@pytest.mark.parametrize(
    "name", ["INC-20260514", "GH-12", "deadbeef", "fb-2010-cache-feedback", "INC_1234567.a"]
)
def test_a_name_that_the_base_branch_vouches_for_can_be_copied(name: str) -> None:
    text = f"accepts {name}: see deadbeef1 and {name}7654321, @x"

    page = html.unescape(re.sub("<[^>]*>", "", GITHUB.render(markdown_text(text, names=[name])))).strip()

    assert page == f"accepts {name}: see deadbe\u200bef1 and {broken_apart(name)}, @\u200bx"
    assert html_text(name, names=[name]) == name


def broken_apart(name: str) -> str:
    """Return what becomes of the name with digits behind it, which is no name that anybody vouches for."""
    return re.sub("<[^>]*>", "", GITHUB.render(markdown_text(f"{name}7654321"))).strip()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("cache-feedback", "cache-feedback"),
        ("effaces", "effaces"),
        ("at 4f1c2d9", "at 4f1c2d\u200b9"),
        ("b" * 14, f"{'b' * 6}\u200b{'b' * 6}\u200bbb"),
        ("INC-20260514", "INC-202605\u200b14"),
    ],
)
def test_only_a_word_of_seven_hexadecimal_digits_is_broken(text: str, written: str) -> None:
    assert markdown_text(text) == written
