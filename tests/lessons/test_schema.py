"""The JSON Schema of lessons agrees with the model, with the parser and with editors."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from lessonguard.lessons.model import Lesson
from lessonguard.lessons.parse import parse_lesson
from lessonguard.lessons.schema import lesson_schema, render_schema

_ROOT = Path(__file__).parents[2]
_CASES = Path(__file__).parents[1] / "cases"
_EXAMPLE = (_CASES / "lesson_example.yaml").read_text(encoding="utf-8")


class _EditorLoader(yaml.SafeLoader):
    """Read YAML as editors do, for which a date is text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's way
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _validator() -> jsonschema.Draft7Validator:
    schema = json.loads((_ROOT / "schema" / "lesson.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


def _is_valid(text: str) -> bool:
    return bool(_validator().is_valid(yaml.load(text, Loader=_EditorLoader)))  # noqa: S506 - a safe loader


def test_the_committed_schema_is_up_to_date() -> None:
    committed = (_ROOT / "schema" / "lesson.schema.json").read_text(encoding="utf-8")
    assert committed == render_schema(), "run: make generate"


def test_the_documented_example_is_valid_for_editors_and_for_the_parser() -> None:
    assert _is_valid(_EXAMPLE)
    assert isinstance(parse_lesson(_EXAMPLE.encode(), path="lessons/INC-245.yaml"), Lesson)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mitigation:", "mitigaton:"),
        ("severity: P1", "severity: P5"),
        ("date: 2026-05-14", "date: 2026-13-01"),
        ("failure-class: missing-timeout", "failure-class: Missing timeout"),
        ("began: 2026-05-14T09:12:00Z", "began: yesterday"),
        ("owner:", "onwer:"),
        ("pattern-not:", "patern-not:"),
        ("languages: [python]", "languages: [pyhton]"),
        ("languages: [python]", "languages: [python]\n    pattern: f()"),
        ("languages: [python]", "languages: [python]\n    validators: []"),
        ("paths: {exclude: [tests/]}", "paths: {exclude: tests/}"),
        ("paths: [billing/gateway/**]", "paths: []"),
        ("broken: 4f1c2d9", "broken: main"),
    ],
)
def test_editors_refuse_what_the_parser_refuses(old: str, new: str) -> None:
    assert _EXAMPLE.count(old) == 1
    text = _EXAMPLE.replace(old, new)
    assert not _is_valid(text)
    assert isinstance(parse_lesson(text.encode(), path="lessons/INC-245.yaml"), tuple)


def test_editors_accept_ids_and_hashes_that_look_like_numbers() -> None:
    text = _EXAMPLE.replace("incident: INC-245", "incident: 20260514").replace("4f1c2d9", "1234567")
    assert _is_valid(text)
    assert isinstance(parse_lesson(text.encode(), path="x.yaml"), Lesson)


@pytest.mark.parametrize("path", sorted((_ROOT / "lessons").glob("*.yaml")), ids=lambda path: path.name)
def test_every_shipped_lesson_is_valid_for_editors(path: Path) -> None:
    assert _is_valid(path.read_text(encoding="utf-8"))


def test_every_key_says_what_it_is_for() -> None:
    schema = lesson_schema()
    nested = [schema, *(item for item in schema["properties"].values() if "properties" in item)]
    lists = [item["items"] for item in schema["properties"].values() if "properties" in item.get("items", {})]
    for holder in [*nested, *lists]:
        assert [key for key, value in holder["properties"].items() if not value.get("description")] == []
