"""The comment that tells editors where the schema of lessons is."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.lessons.header import (
    SCHEMA_URL,
    find_schema,
    has_schema_header,
    replace_schema_header,
    schema_header,
    with_schema_header,
)
from lessonguard.lessons.model import is_lesson_path
from lessonguard.lessons.schema import render_schema

_ROOT = Path(__file__).parents[2]
_LESSONS = [path for path in sorted((_ROOT / "lessons").iterdir()) if is_lesson_path(path.name)]


@pytest.mark.parametrize("path", _LESSONS, ids=lambda path: path.stem)
def test_every_shipped_lesson_has_the_header_that_its_place_asks_for(path: Path) -> None:
    header = schema_header(find_schema(path.parent, top=_ROOT))

    assert path.read_text(encoding="utf-8").startswith(f"{header}\n")


@pytest.mark.parametrize(
    "text",
    [
        f"{schema_header()}\nincident: INC-1\n",
        f"\ufeff{schema_header()}\r\nincident: INC-1\r\n",
        "# Our lesson\n\n# yaml-language-server: $schema=other.json\nincident: INC-1\n",
        "#yaml-language-server:$schema=other.json\nincident: INC-1\n",
        "# $schema: other.json\nincident: INC-1\n",  # as JetBrains writes it
    ],
)
def test_a_header_that_is_there_stays_as_it_is(text: str) -> None:
    assert has_schema_header(text)
    assert with_schema_header(text) == text


@pytest.mark.parametrize(
    "text", ["incident: INC-1\n# yaml-language-server: $schema=late.json\n", "# A comment\nincident: x\n", ""]
)
def test_a_missing_header_becomes_the_first_line(text: str) -> None:
    assert with_schema_header(text, "a.json") == f"# yaml-language-server: $schema=a.json\n{text}"


def test_the_header_takes_the_byte_order_mark_and_the_line_ends_of_the_file() -> None:
    assert with_schema_header("\ufeffincident: x\r\n") == f"\ufeff{schema_header()}\r\nincident: x\r\n"


def test_a_repository_with_a_copy_of_the_schema_has_its_lessons_name_that(tmp_path: Path) -> None:
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema/lesson.schema.json").write_text(render_schema(), encoding="utf-8")

    assert find_schema(tmp_path / "lessons", top=tmp_path) == "../schema/lesson.schema.json"
    assert find_schema(tmp_path / "docs/lessons", top=tmp_path) == "../../schema/lesson.schema.json"


def test_a_schema_of_something_else_is_not_named(tmp_path: Path) -> None:
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema/lesson.schema.json").write_text('{"$id": "urn:school:lesson:1"}', encoding="utf-8")

    assert find_schema(tmp_path / "lessons", top=tmp_path) == SCHEMA_URL
    assert find_schema(tmp_path / "lessons", top=None) == SCHEMA_URL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{schema_header('a.json')}\nincident: INC-1\n", f"{schema_header('b.json')}\nincident: INC-1\n"),
        ("# Ours\r\n# $schema: a.json # old\r\n", f"# Ours\r\n{schema_header('b.json')}\r\n"),
        ("incident: INC-1\n", f"{schema_header('b.json')}\nincident: INC-1\n"),
        (
            f"incident: INC-1\n{schema_header('a.json')}\n",
            f"{schema_header('b.json')}\nincident: INC-1\n{schema_header('a.json')}\n",
        ),
    ],
)
def test_a_header_is_replaced_where_a_file_goes_elsewhere(text: str, expected: str) -> None:
    assert replace_schema_header(text, "b.json") == expected
