"""Describe the keys of a lesson file in Markdown, from its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from lessonguard.lessons.header import schema_header
from lessonguard.lessons.model import Lesson, Remediation
from lessonguard.lessons.schema import key_fields, key_of, lesson_schema
from lessonguard.lessons.wording import find_vague, vague_hint

EXAMPLE = "docs/examples/INC-245.yaml"
"""A lesson that uses nearly every key; the examples in the tables come from it."""

_VAGUE_TEXTS = (
    *("a mistake was made", "human error", "somebody forgot", "be more careful"),
    *("it should have been tested", "follow-up cleanup", "bad deploy", "race condition"),
    *("fix it", "rolled back", "more tests", "TODO"),
)
"""Examples of texts that are rejected, one or two of each kind; the full list is in `lessons/vague.py`."""

_LISTED = {
    **dict.fromkeys(("rules", "examples", "remediation"), "[items](#{})"),
    "sources": "URLs",
    "languages": "[names](https://semgrep.dev/docs/supported-languages)",
    **dict.fromkeys(
        ("pattern-sources", "pattern-sinks", "pattern-sanitizers", "pattern-propagators"), "patterns"
    ),
}
"""The items of a list, in the plural."""

_LONGEST = 90  # characters; longer values make a table hard to read


def blocks(root: Path) -> Mapping[str, str]:
    """Return the generated parts of the document, by the names of their places."""
    text = (root / EXAMPLE).read_text(encoding="utf-8")
    example = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - safe too, and it leaves dates as they stand
    schema = lesson_schema()
    tables = {
        "lesson": _table(schema, example),
        "rules": _table(schema["definitions"]["rule"], _first(example["rules"])),
        **{key: _table(_inner(schema["properties"][key]), _first(example[key])) for key in _nested(schema)},
    }
    return {
        "example": f"```yaml\n{schema_header()}\n{text.partition(chr(10))[2]}```\n",
        **{f"keys-{name}": table for name, table in tables.items()},
        "vague": _vague(),
        "instead": _instead(),
    }


def _nested(schema: Mapping[str, Any]) -> Iterator[str]:
    """List the keys that contain keys of ours, in the order of the file; rules have keys of Semgrep."""
    yield from (key for key, value in schema["properties"].items() if "properties" in _inner(value))


def _inner(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of the items of a list, or else the schema itself."""
    inner: Mapping[str, Any] = schema.get("items", schema)
    return inner


def _first(value: object) -> Mapping[str, Any]:
    """Return the keys of all items of a list, each with the value of the first item that has it."""
    items = value if isinstance(value, list) else [value]
    return {key: found for item in reversed(items) for key, found in item.items()}


def _table(schema: Mapping[str, Any], example: Mapping[str, Any]) -> str:
    titles = ("key", "value", "required", "meaning", "example")
    rows = [
        _row(f"`{key}`", _value(key, value), _need(key, schema), *_purpose(value, example.get(key)))
        for key, value in schema["properties"].items()
        if "not" not in value
    ]
    return "".join([_row(*titles), _row(*["---"] * len(titles)), *rows])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _need(key: str, schema: Mapping[str, Any]) -> str:
    if key in schema.get("required", ()):
        return "yes"
    choices = [form["required"][0] for form in schema.get("anyOf", schema.get("oneOf", ()))]
    if key not in choices:
        return ""
    others = [f"`{choice}`" for choice in choices if choice != key]
    return "one of these" if len(others) > 1 else f"this or {others[0]}"


def _value(key: str, schema: Mapping[str, Any]) -> str:
    """Describe the values of a key in a few words; keys that contain keys of ours have their own section."""
    if "$ref" in schema and schema["$ref"] != "#/definitions/rule":
        return "as in Semgrep"
    if "enum" in schema:
        return " · ".join(f"`{choice}`" for choice in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_LISTED.get(key, _value(key, schema['items'])).format(key)}"
    if properties := schema.get("properties"):
        return (
            f"[keys](#{key})"
            if key in _nested(lesson_schema())
            else ", ".join(f"`{name}`" for name in properties)
        )
    kinds = {"boolean": "`true` or `false`", "integer": "a whole number", "object": "any keys"}
    is_day = schema.get("format") == "date"
    words = "a day: YYYY-MM-DD" if is_day else schema.get("patternErrorMessage")
    return str(words or kinds.get(str(schema.get("type")), "text"))


def _purpose(schema: Mapping[str, Any], example: object) -> tuple[str, str]:
    """Return what a key means, and an example unless the meaning contains one."""
    text = str(schema["description"])
    if "default" in schema:
        text += f" Default: `{schema['default']}`."
    shown = next(filter(None, map(_shown, (example, *schema.get("examples", ())))), "")
    return text, "" if shown in text or "for instance" in text else shown


def _shown(value: object) -> str:
    """Return a value, or the first of a list, as a code span; empty if it is not a short text."""
    if isinstance(value, list):
        value = value[0] if value else None
    text = "" if value is None or isinstance(value, dict) else str(value).strip()
    return f"`{text}`" if 0 < len(text) <= _LONGEST and "\n" not in text else ""


def _vague() -> str:
    found = {text: find_vague(text) for text in _VAGUE_TEXTS}
    rows = [_row(f"“{text}”", vague[1]) for text, vague in found.items() if vague]
    if len(rows) != len(found):
        raise ValueError("A text that the document calls rejected is accepted.")
    return "".join([_row("text", "why it is rejected: it…"), _row("---", "---"), *rows])


def _instead() -> str:
    remedies = {
        key_of(field): vague_hint(field.metadata)
        for kind in (Remediation, Lesson)  # what the lesson says of `failure-mode` stands
        for field in key_fields(kind)
        if "instead" in field.metadata
    }
    rows = [_row(f"`{key}`", remedy) for key, remedy in remedies.items()]
    return "".join([_row("key", "instead"), _row("---", "---"), *rows])
