"""Text as YAML: it reads back as the same text, and people can read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.authoring.new.skeleton.yaml_text import code_lines, prose_lines
from lessonguard.lessons.yaml_tree import Scalar, text_value
from lessonguard.output.escape import visible
from tests.support.drafts import tree, under, without_surrogates, yaml_text


@given(yaml_text, st.sampled_from([0, 2, 4]))
def test_code_reads_back_character_by_character(text: str, indent: int) -> None:
    before = ["a:", "  -", "    b: 1"][: indent // 2 + bool(indent == 4)] if indent else []
    lines = code_lines("k", text, indent=indent)

    root = tree("\n".join([*before, *lines, "z: 1", ""]))

    keys = {0: ("k",), 2: ("a", "k"), 4: ("a", 0, "k")}[indent]
    found = under(root, *keys)
    assert isinstance(found, Scalar)
    assert found.text == without_surrogates(text)
    assert found.kind == "text"
    assert text_value(under(root, "z")) == "1"


@given(yaml_text, st.sampled_from([0, 4]))
def test_prose_reads_back_word_by_word(text: str, indent: int) -> None:
    before = ["a:", "  - b: 1"] if indent else []
    root = tree("\n".join([*before, *prose_lines("k", text, indent=indent), "z: 1", ""]))

    found = under(root, *(("a", 0, "k") if indent else ("k",)))
    assert isinstance(found, Scalar)
    assert found.text == visible(" ".join(text.split()))
    assert found.kind == "text"
    assert text_value(under(root, "z")) == "1"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("A call had no timeout.", ["k: A call had no timeout."]),
        ("Calls to https://x.example, 3 of 4, have (no) `timeout`!", None),
        ("503", ['k: "503"']),
        ("Yes", ['k: "Yes"']),
        ("It was: gone", ['k: "It was: gone"']),
        ("It was #1", ['k: "It was #1"']),
        ("- a dash", ['k: "- a dash"']),
        ("word " * 30, ["k: >-", f"  {'word ' * 18}word", f"  {'word ' * 10}word"]),
        ("", ['k: ""']),
    ],
)
def test_prose_is_written_as_a_person_would(text: str, lines: list[str] | None) -> None:
    assert prose_lines("k", text, indent=0) == (lines or [f"k: {text}"])


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("f(x)\n", ["k: |", "  f(x)"]),
        ("f(x)", ["k: |-", "  f(x)"]),
        ("if x:\n    f(x)\n\ny\n", ["k: |", "  if x:", "      f(x)", "", "  y"]),
        ("  f(x)\n", ["k: |2", "    f(x)"]),
        ("f(x)\n\n", ["k: |+", "  f(x)", ""]),
        ("\x1b[0m\n", ['k: "\\u001b[0m\\n"']),
        ("a = '\u202e'\n", ["k: \"a = '\\u202e'\\n\""]),
        ("", ['k: ""']),
    ],
)
def test_code_is_a_block_unless_it_hides_something(text: str, lines: list[str]) -> None:
    assert code_lines("k", text, indent=0) == lines
