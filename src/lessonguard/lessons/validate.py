"""Compare the values of a lesson file with its schema; say what is wrong in an author's words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from lessonguard.lessons.fault import Faults, find_similar, join_words, suggest
from lessonguard.lessons.node import Entries, Items, Node, Scalar, json_value
from lessonguard.lessons.rule_schema import Schema

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FEW = 12  # more choices than that are not read


@dataclass(frozen=True, kw_only=True)
class Validator:
    """Compare nodes with JSON Schemas, as far as lessons use that language.

    It knows `$ref`, `not: {}` (refused, and `description` says why), `anyOf` and `oneOf`, and for the
    types what `_check_…` below read. Patterns are anchored at both ends. Every difference is a fault.
    """

    definitions: Mapping[str, Schema]
    faults: Faults

    def check(self, node: Node, schema: Schema, *, name: str) -> bool:
        """Compare a node with a schema; tell whether it is sound.

        `name` is what messages call the node, with its quotes if it is a key.
        """
        before = len(self.faults)
        self._check(node, self._choose(node, schema), name)
        return len(self.faults) == before

    def check_keys(self, node: Entries, schema: Schema, *, name: str) -> None:
        """Compare only which keys there are, and how many of those that belong to each other."""
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is False:
            for key, _ in node.entries:
                if key.text not in properties:
                    hint = suggest(key.text, properties, label="known here:")
                    self.faults.add(key, f'unknown key "{key.text}"', hint=hint)
        for key in schema.get("required", ()):
            if node.get(key) is None:
                hint = _description("add it:", self._resolve(properties[key]))
                self.faults.add(node, f'{name} has no "{key}"', hint=hint)
        self._check_choice(node, schema, name)

    def _resolve(self, schema: Schema) -> Schema:
        if "$ref" not in schema:
            return schema
        return {**self.definitions[schema["$ref"].rpartition("/")[2]], **schema}

    def _choose(self, node: Node, schema: Schema) -> Schema:
        """Follow references, and of several forms take the one that is written as the node is."""
        schema = self._resolve(schema)
        forms = [self._resolve(form) for form in schema.get("anyOf", ()) if "required" not in form]
        for form in forms:
            if _written_as(form) is type(node):
                return form
        return forms[0] if forms else schema

    def _check(self, node: Node, schema: Schema, name: str) -> None:
        if schema.get("not") == {}:
            self.faults.add(node, f"{name} is refused: {schema['description']}", hint="remove it")
        elif not isinstance(node, _written_as(schema)):
            self._add_misshapen(node, schema, name)
        elif isinstance(node, Scalar):
            self._check_scalar(node, schema, name)
        elif isinstance(node, Items):
            self._check_items(node, schema, name)
        elif isinstance(node, Entries):
            self._check_entries(node, schema, name)

    def _add_misshapen(self, node: Node, schema: Schema, name: str) -> None:
        wanted = _written_as(schema)
        if isinstance(node, Scalar) and node.kind == "nothing":
            self.faults.add(node, f"{name} is empty", hint=_description("write", schema) or "remove it")
        elif wanted is Items:
            hint = f"write [{node.text}]" if isinstance(node, Scalar) else "start every item with a hyphen"
            self.faults.add(node, f"{name} must be a list, not {_form(node)}", hint=hint)
        elif wanted is Entries:
            keys = join_words(list(schema.get("properties", ["any"]))[:_FEW], last="and")
            self.faults.add(node, f"{name} must have keys, not be {_form(node)}", hint=f"known here: {keys}")
        else:
            hint = "write it as text; put text that starts with [ or { in quotes"
            self.faults.add(node, f"{name} must be text, not {_form(node)}", hint=hint)

    def _check_entries(self, node: Entries, schema: Schema, name: str) -> None:
        self.check_keys(node, schema, name=name)
        for key, value in node.entries:
            if key.text in schema.get("properties", {}):
                self.check(value, schema["properties"][key.text], name=f'"{key.text}"')

    def _check_choice(self, node: Entries, schema: Schema, name: str) -> None:
        """Check `oneOf` and `anyOf` over required keys, and the number of keys."""
        if len(node.entries) > schema.get("maxProperties", len(node.entries)):
            second = node.entries[1][0]
            hint = "put a hyphen before every key"
            self.faults.add(second, f'"{second.text}" needs an item of its own', hint=hint)
        if len(node.entries) < schema.get("minProperties", 0):
            self.faults.add(node, f"{name} is empty", hint="remove it")
        bounds = (("oneOf", "exactly one", 1), ("anyOf", "at least one", len(node.entries)))
        for keyword, words, most in bounds:
            keys = [form["required"][0] for form in schema.get(keyword, ()) if "required" in form]
            present = [key for key in keys if node.get(key) is not None]
            if keys and not 1 <= len(present) <= most:
                has = f"has {join_words(present, last='and')}" if present else "has none"
                self.faults.add(node, f"{name} needs {words} of {join_words(keys)}, and {has}")

    def _check_items(self, node: Items, schema: Schema, name: str) -> None:
        least, most = schema.get("minItems", 0), schema.get("maxItems", len(node.items))
        if not node.items and least:
            self.faults.add(node, f"{name} is empty", hint=_description("write", schema) or "remove it")
        elif not least <= len(node.items) <= most:
            self.faults.add(node, f"{name} has {len(node.items)} items", hint=f"write {least}")
        for item in node.items:
            self.check(item, schema.get("items", {}), name=f"an item of {name}")

    def _check_scalar(self, node: Scalar, schema: Schema, name: str) -> None:
        if "enum" in schema:
            self._check_enum(node, schema, name)
        elif schema.get("type") in ("boolean", "integer"):
            self._check_literal(node, schema["type"], name)
        elif not node.text.strip() or node.kind == "nothing":
            if schema.get("minLength") or "pattern" in schema or "format" in schema:
                self.faults.add(node, f"{name} is empty", hint=_description("write", schema) or "remove it")
        elif schema.get("format") == "date":
            self._check_day(node, name)
        elif node.kind != "text" and not _is_taken_as_written(node, schema):
            message = f"{name} must be text, and without quotes {node.text} is a {node.kind}"
            self.faults.add(node, message, hint=f'write "{node.text}"')
        elif "pattern" in schema and not re.fullmatch(schema["pattern"], node.text.rstrip("\n")):
            hint = f"for instance {schema['examples'][0]}" if "examples" in schema else ""
            message = f'{name} must be {schema["patternErrorMessage"]}, not "{_shorten(node.text)}"'
            self.faults.add(node, message, hint=hint)

    def _check_enum(self, node: Scalar, schema: Schema, name: str) -> None:
        if json_value(node) in schema["enum"]:
            return
        words = [word if isinstance(word, str) else json.dumps(word) for word in schema["enum"]]
        choices = f"one of {len(words)} words" if len(words) > _FEW else join_words(words)
        similar = find_similar(node.text, words)
        hint = f'did you mean "{similar}"?' if similar else schema.get("description", "")
        self.faults.add(node, f'{name} must be {choices}, not "{_shorten(node.text)}"', hint=hint)

    def _check_literal(self, node: Scalar, wanted: str, name: str) -> None:
        value = json_value(node)
        if wanted == "boolean" and not isinstance(value, bool):
            self.faults.add(node, f'{name} must be true or false, not "{_shorten(node.text)}"')
        if wanted == "integer" and (isinstance(value, bool) or not isinstance(value, int)):
            self.faults.add(node, f'{name} must be a whole number, not "{_shorten(node.text)}"')

    def _check_day(self, node: Scalar, name: str) -> None:
        if _DAY.fullmatch(node.text):
            with suppress(ValueError):
                date.fromisoformat(node.text)
                return
        message = f'{name} must be a day that exists, as YYYY-MM-DD, not "{_shorten(node.text)}"'
        self.faults.add(node, message, hint="for instance 2026-05-14")


def _written_as(schema: Schema) -> type[Node]:
    """Give the form in which a value of this schema is written."""
    if not {"type", "enum"} & schema.keys():
        return Node
    forms: dict[Any, type[Node]] = {"object": Entries, "array": Items}
    kind = schema.get("type")
    return forms.get(kind, Scalar) if isinstance(kind, str) else Scalar


def _is_taken_as_written(node: Scalar, schema: Schema) -> bool:
    """Tell whether YAML's reading of a scalar as a number or a date does not matter.

    Commit hashes such as 1234567 and 12e4567 and IDs such as 20260514 look like numbers, and a
    date and time is one.
    """
    is_written = isinstance(schema.get("type"), list) or node.kind == "date"
    return is_written and re.fullmatch(schema.get("pattern", ""), node.text) is not None


def _form(node: Node) -> str:
    if isinstance(node, Items):
        return "a list"
    return "text" if isinstance(node, Scalar) else "keys and values"


def _description(verb: str, schema: Schema) -> str:
    """Make a remedy of what a key is for."""
    text = schema.get("description", "").rstrip(".")
    return f"{verb} {text[0].lower()}{text[1:]}" if text else ""


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"  # noqa: PLR2004 - a line of a terminal holds it
