"""The headings and blocks of a Markdown document, as plain text."""

from __future__ import annotations

import pytest

from lessonguard.authoring.new.postmortem.outline import Block, Heading, Line, cleaned, read_outline


def test_headings_have_their_line_and_level_also_those_in_bold() -> None:
    outline = read_outline("# Checkout hung\n\nSummary\n-------\n\n**Root cause**\n")

    assert outline == (
        Heading(title="Checkout hung", line=1, level=1),
        Heading(title="Summary", line=3, level=2),
        Heading(title="Root cause", line=6, level=7),
    )


@pytest.mark.parametrize("text", ["Owner: Ida", "**Owner**: Ida", "**Owner:** Ida", "*Owner:* Ida"])
def test_a_line_has_a_label_up_to_its_colon(text: str) -> None:
    [block] = read_outline(text)

    assert isinstance(block, Block)
    assert block.lines == (Line(number=1, text="Owner: Ida", label="Owner", value="Ida"),)


def test_a_line_with_several_labels_is_several_lines() -> None:
    [block] = read_outline("**Date:** 2026-05-14 | **Severity:** P1")

    assert isinstance(block, Block)
    assert [(line.label, line.value) for line in block.lines] == [("Date", "2026-05-14"), ("Severity", "P1")]


def test_items_have_a_depth_and_a_box() -> None:
    outline = read_outline("- [x] one\n  - [ ] two\n- three\n")

    blocks = [block for block in outline if isinstance(block, Block)]
    assert [(block.text, block.depth, block.is_ticked) for block in blocks] == [
        ("one", 1, True),
        ("two", 2, False),
        ("three", 1, None),
    ]


def test_rows_have_cells_and_the_columns_of_their_table() -> None:
    outline = read_outline("| Task | Who |\n|---|---|\n| Fix it | `Ida` |\n")

    blocks = [block for block in outline if isinstance(block, Block)]
    assert [block.cells for block in blocks] == [("Task", "Who"), ("Fix it", "`Ida`")]
    assert {block.columns for block in blocks} == {("Task", "Who")}


def test_links_leave_their_text_and_images_code_blocks_and_html_nothing() -> None:
    [block] = read_outline("A [link](https://x.example) ![image](a.png)<br>and `code`\n\n```\nno\n```\n")

    assert block == Block(
        kind="prose",
        line=1,
        lines=(Line(number=1, text="A link and `code`", label="", value="A link and `code`"),),
    )


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[2Ja\x1b]0;title\x07b", "ab"),
        ("a\u200bb\xa0c\u2011d", "ab c-d"),
        ("a\tb\x00", "a\tb"),
    ],
)
def test_characters_that_nobody_sees_are_dropped(text: str, clean: str) -> None:
    assert cleaned(text) == clean
