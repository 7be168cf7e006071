"""The documents show what their commands print: all of them are run, in the order of the document."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.console_sessions import replay
from tools.generated_parts import fill
from tools.tutorial import build_tutorial

ROOT = Path(__file__).parents[2]
LESSON = "mode: comment\nrules:\n  - languages: [python]\n\n# what must be found\nexamples:\n  - bad: a()\n"


def test_the_tutorial_shows_what_its_commands_print(tmp_path: Path) -> None:
    text = (ROOT / "docs/writing-lessons.md").read_text(encoding="utf-8")
    folder = tmp_path / "tutorial"
    folder.mkdir()
    build_tutorial(folder)

    assert replay(text, folder=folder) == text, "run: make generate"


def test_the_tutorial_ends_with_a_proven_lesson_and_an_incident_that_comes_back() -> None:
    text = (ROOT / "docs/writing-lessons.md").read_text(encoding="utf-8")

    assert "all good" in text
    assert "this change removes the protection of this line" in text
    assert "matches, must not match" in text


def test_what_a_command_prints_is_replaced(tmp_path: Path) -> None:
    text = (
        "Look:\n\n```console\n$ echo one\nnone\n\n$ echo two >&2\n```\n\nThen:\n\n```console\n$ true\n```\n"
    )

    shown = replay(text, folder=tmp_path)

    assert shown == text.replace("none\n", "one\n").replace(">&2\n", ">&2\ntwo\n")
    assert replay(shown, folder=tmp_path) == shown


def test_a_command_that_ends_otherwise_than_the_document_says_is_an_error(tmp_path: Path) -> None:
    replay("```console exit=3\n$ true\n$ exit 3\n```\n", folder=tmp_path)

    for text in ("```console\n$ exit 3\n```\n", "```console exit=3\n$ true\n```\n"):
        with pytest.raises(subprocess.CalledProcessError):
            replay(text, folder=tmp_path)


def test_keys_that_a_document_shows_are_replaced_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "lesson.yaml"
    path.write_text(LESSON, encoding="utf-8")
    rules = "<!-- keys of: lesson.yaml -->\n```yaml\nrules:\n  - languages: [go]\n```\n"
    examples = "<!-- more of: lesson.yaml -->\n```yaml\nexamples:\n  - good: b()\n```\n"

    assert replay(rules + examples, folder=tmp_path) == rules + examples
    assert path.read_text(encoding="utf-8") == (
        "mode: comment\nrules:\n  - languages: [go]\n# what must be found\nexamples:\n"
        "  - bad: a()\n  - good: b()\n"
    )


def test_parts_are_put_in_their_places() -> None:
    text = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n"

    assert fill(text, {"x": "new\n"}) == text.replace("old", "new")
    for parts in ({}, {"y": ""}, {"x": "", "y": ""}):
        with pytest.raises(ValueError, match="places"):
            fill(text, parts)
