"""The JSON Schema of a lesson file, built from the model; editors and `validate` read it."""

from __future__ import annotations

import json
from dataclasses import MISSING, Field, fields
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from lessonguard.lessons.model import Lesson, Rule
from lessonguard.lessons.rule_schema import DEFINITIONS, RULE, TEXT, Schema

# The order of docs/lesson-format.md, because people read it so: what happened, what to do, how it is checked.
KEY_ORDER = (
    *("incident", "title", "date", "severity", "postmortem", "sources"),
    *("failure-class", "failure-mode", "root-cause", "mitigation", "invariant"),
    *("mode", "timeline", "rules", "examples", "proof", "watch", "remediation"),
)

_INSTANT: Schema = {  # ISO 8601, extended format, with an offset
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{3}|\.\d{6})?)?(Z|[+-]\d\d:\d\d)$",
    "patternErrorMessage": "a date and time with its UTC offset",
    "examples": ["2026-05-14T09:12:00Z"],
}
_SCHEMAS: dict[type, Schema] = {
    Rule: {"$ref": "#/definitions/rule"},
    str: TEXT,
    datetime: _INSTANT,
    date: {"type": "string", "format": "date"},
}


@cache
def lesson_schema() -> Schema:
    """Return the JSON Schema (draft-07) of a lesson file.

    Draft-07 is what the YAML extensions of editors support best; `patternErrorMessage` is what they show
    where a value does not match `pattern`. The result is shared: do not change it.
    """
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "urn:lessonguard:lesson:1",
        "title": "A lesson of lessonguard",
        **_object_schema(Lesson),
        "anyOf": [{"required": ["rules"]}, {"required": ["watch"]}],
        "definitions": {"rule": RULE, **DEFINITIONS},
    }


def render_schema() -> str:
    """Return the JSON Schema as the text of the committed file."""
    return json.dumps(lesson_schema(), indent=2, ensure_ascii=False) + "\n"


def key_of(field: Field[Any]) -> str:
    """Return the key of a field in a lesson file."""
    return field.name.replace("_", "-")


def key_fields(kind: type) -> tuple[Field[Any], ...]:
    """List the fields of a class of the model that are keys of a lesson file: those with `doc`."""
    return tuple(field for field in fields(kind) if "doc" in field.metadata)


def _object_schema(kind: type) -> Schema:
    hints = get_type_hints(kind)
    keys = key_fields(kind)
    properties: dict[str, Schema] = {}
    for field in keys:
        schema = _annotate(_kind_schema(hints[field.name]), field)
        schema["description"] = field.metadata["doc"]
        if schema.get("type") == "array" and _is_required(field):
            schema["minItems"] = 1
        if isinstance(field.default, Enum):
            schema["default"] = field.default.value
        properties[key_of(field)] = schema
    return {
        "type": "object",
        "description": (kind.__doc__ or "").partition("\n")[0],
        "properties": properties,
        "required": [key_of(field) for field in keys if _is_required(field)],
        "additionalProperties": False,
    }


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING


def _kind_schema(hint: Any) -> Schema:  # noqa: ANN401 - any annotation
    """Return what a field of this type may hold; None means that the key is absent."""
    hint = getattr(hint, "__supertype__", hint)
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _kind_schema(get_args(hint)[0])}
    if choices := [choice for choice in get_args(hint) if choice is not type(None)]:
        return _kind_schema(choices[0])
    if hint in _SCHEMAS:
        return dict(_SCHEMAS[hint])
    if issubclass(hint, Enum):
        return {"enum": [choice.value for choice in hint]}
    return _object_schema(hint)


def _annotate(schema: Schema, field: Field[Any]) -> Schema:
    """Return a schema with the constraints of a field; those of a list are about its items."""
    if schema.get("type") == "array":
        return {**schema, "items": _annotate(schema["items"], field)}
    names = {"pattern": "pattern", "format": "format", "shape": "patternErrorMessage"}
    constraints = {new: field.metadata[old] for old, new in names.items() if old in field.metadata}
    examples = {"examples": [field.metadata["example"]]} if "example" in field.metadata else {}
    written = {"type": ["string", "number"]} if "written" in field.metadata else {}
    return {**schema, **constraints, **examples, **written}
