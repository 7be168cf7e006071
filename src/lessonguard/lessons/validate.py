"""Compare the values of a lesson file with its schema; say what is wrong in an author's words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from lessonguard.lessons.dates import read_day
from lessonguard.lessons.diagnostic import Diagnostics, find_similar, join_words, suggest
from lessonguard.lessons.rule_schema import Schema
from lessonguard.lessons.yaml_tree import Entries, Items, Node, Scalar, json_value
from lessonguard.record import record

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FEW = 12  # more choices than that are not read


@record
class Validator:
    """Compare nodes with JSON Schemas, as far as lessons use that language.

    It knows `$ref`, `not: {}` (refused, and `description` says why), `anyOf` and `oneOf`, and for the
    types what `_check_…` below read. Patterns are anchored at both ends. Every difference is a fault.
    """

    definitions: Mapping[str, Schema]
    found: Diagnostics

    def check(self, node: Node, schema: Schema, *, name: str) -> bool:
        """Compare a node with a schema; tell whether it is sound.

        `name` is what messages call the node, with its quotes if it is a key.
        """
        before = len(self.found)
        self._check(node, self._choose(node, schema), name)
        return len(self.found) == before

    def check_keys(self, node: Entries, schema: Schema, *, name: str) -> None:
        """Compare only which keys there are, and how many of those that belong to each other.

        A key that is misspelt does not count as missing as well.
        """
        present = {key.text for key, _ in node.entries}
        present |= self._check_unknown(node, schema)
        properties = schema.get("properties", {})
        for key in schema.get("required", ()):
            if key not in present:
                hint = _advise("add it:", self._resolve(properties[key])) or "add it"
                self.found.add(node, f'{name} has no "{key}"', hint=hint)
        self._check_number(node, schema, name)
        self._check_choice(node, schema, name, present=present)

    def _check_unknown(self, node: Entries, schema: Schema) -> set[str]:
        """Record unknown keys; give those that were meant."""
        if schema.get("additionalProperties") is not False:
            return set()
        properties = schema["properties"]
        known = [key for key in properties if "not" not in properties[key]]
        unknown = [key for key, _ in node.entries if key.text not in properties]
        for key in unknown:
            hint = suggest(key.text, known, label="known here:")
            instead = _respelt(key.text, set(known) - {other.text for other, _ in node.entries})
            self.found.add_misspelt(key, f'unknown key "{key.text}"', hint=hint, instead=instead)
        return {similar for key in unknown if (similar := find_similar(key.text, known))}

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
            self.found.add(node, f"{name} is refused: {schema['description']}")
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
            self.found.add(node, f"{name} is empty", hint=_advise("write", schema) or "remove it")
        elif wanted is Items:
            hint = f"write [{node.text}]" if isinstance(node, Scalar) else "start every item with a hyphen"
            self.found.add(node, f"{name} must be a list, not {_form(node)}", hint=hint)
        elif wanted is Entries:
            hint = _advise_keys(node, schema.get("properties", {}))
            self.found.add(node, f"{name} must have keys, not be {_form(node)}", hint=hint)
        else:
            hint = "write it as text; put text that starts with [ or { in quotes"
            self.found.add(node, f"{name} must be text, not {_form(node)}", hint=hint)

    def _check_entries(self, node: Entries, schema: Schema, name: str) -> None:
        self.check_keys(node, schema, name=name)
        for key, value in node.entries:
            if key.text in schema.get("properties", {}):
                self.check(value, schema["properties"][key.text], name=f'"{key.text}"')

    def _check_number(self, node: Entries, schema: Schema, name: str) -> None:
        if len(node.entries) > schema.get("maxProperties", len(node.entries)):
            second = node.entries[1][0]
            hint = "put a hyphen before every key"
            self.found.add(second, f'"{second.text}" needs an item of its own', hint=hint)
        if len(node.entries) < schema.get("minProperties", 0):
            self.found.add(node, f"{name} is empty", hint="remove it")

    def _check_choice(self, node: Entries, schema: Schema, name: str, *, present: set[str]) -> None:
        """Check `oneOf` and `anyOf` over required keys."""
        bounds = (("oneOf", "exactly one", 1), ("anyOf", "at least one", len(present)))
        for keyword, words, most in bounds:
            keys = [form["required"][0] for form in schema.get(keyword, ()) if "required" in form]
            chosen = [key for key in keys if key in present]
            if keys and not 1 <= len(chosen) <= most:
                has = f"has {join_words(chosen, last='and')}" if chosen else "has none"
                self.found.add(node, f"{name} needs {words} of {join_words(keys)}, and {has}")

    def _check_items(self, node: Items, schema: Schema, name: str) -> None:
        least, most = schema.get("minItems", 0), schema.get("maxItems", len(node.items))
        if not node.items and least:
            self.found.add(node, f"{name} is empty", hint=_advise("write", schema) or "remove it")
        elif not least <= len(node.items) <= most:
            self.found.add(node, f"{name} has {len(node.items)} items", hint=f"write {least}")
        for item in node.items:
            self.check(item, schema.get("items", {}), name=f"an item of {name}")

    def _check_scalar(self, node: Scalar, schema: Schema, name: str) -> None:
        if "enum" in schema:
            self._check_enum(node, schema, name)
        elif schema.get("type") in ("boolean", "integer"):
            self._check_literal(node, schema["type"], name)
        elif node.kind == "nothing" or not node.text.strip():
            if schema.get("minLength") or "pattern" in schema or "format" in schema:
                self.found.add(node, f"{name} is empty", hint=_advise("write", schema) or "remove it")
        elif schema.get("format") == "date":
            self._check_day(node, name)
        elif not re.fullmatch(schema.get("pattern", "(?s:.*)"), node.text.rstrip("\n")):
            hint = f"for instance {schema['examples'][0]}" if "examples" in schema else ""
            message = f'{name} must be {schema["patternErrorMessage"]}, not "{_shorten(node.text)}"'
            self.found.add(node, message, hint=hint)
        elif node.kind in ("number", "boolean") and isinstance(schema.get("type"), str):
            message = f"{name} must be text, and without quotes {node.text} is a {node.kind}"
            self.found.add(node, message, hint=f'write "{node.text}"')

    def _check_enum(self, node: Scalar, schema: Schema, name: str) -> None:
        words = [word if isinstance(word, str) else json.dumps(word) for word in schema["enum"]]
        choices = f"one of {len(words)} words" if len(words) > _FEW else join_words(words)
        if not node.text:
            self.found.add(node, f"{name} is empty", hint=f"write {choices}")
        elif json_value(node) not in schema["enum"]:
            similar = find_similar(node.text, words)
            more = schema.get("description", "") if len(words) > _FEW else ""
            hint = f'did you mean "{similar}"?' if similar else more
            self.found.add(node, f'{name} must be {choices}, not "{_shorten(node.text)}"', hint=hint)

    def _check_literal(self, node: Scalar, wanted: str, name: str) -> None:
        value = json_value(node)
        if wanted == "boolean" and not isinstance(value, bool):
            self.found.add(node, f'{name} must be true or false, not "{_shorten(node.text)}"')
        if wanted == "integer" and (isinstance(value, bool) or not isinstance(value, int)):
            self.found.add(node, f'{name} must be a whole number, not "{_shorten(node.text)}"')

    def _check_day(self, node: Scalar, name: str) -> None:
        if _DAY.fullmatch(node.text):
            with suppress(ValueError):
                date.fromisoformat(node.text)
                return
        message = f'{name} must be a day that exists, as YYYY-MM-DD, not "{_shorten(node.text)}"'
        meant = read_day(node.text)
        hint = f"write {meant}" if meant else "for instance 2026-05-14"
        self.found.add_misspelt(node, message, hint=hint, instead=str(meant or ""))


def _respelt(key: str, free: Iterable[str]) -> str:
    """Give the one key that differs from this one in hyphens and underscores only, or nothing."""
    meant = [name for name in free if name.replace("_", "-") == key.replace("_", "-")]
    return meant[0] if len(meant) == 1 else ""


def _written_as(schema: Schema) -> type[Node]:
    """Give the form in which a value of this schema is written."""
    if not {"type", "enum"} & schema.keys():
        return Node
    forms: dict[Any, type[Node]] = {"object": Entries, "array": Items}
    kind = schema.get("type")
    return forms.get(kind, Scalar) if isinstance(kind, str) else Scalar


def _form(node: Node) -> str:
    if isinstance(node, Items):
        return "a list"
    return "text" if isinstance(node, Scalar) else "keys and values"


def _advise(verb: str, schema: Schema) -> str:
    """Make a remedy of what a key is for."""
    text = schema.get("description", "").rstrip(".")
    if re.match("[A-Z]([a-z]| )", text):
        text = text[0].lower() + text[1:]
    return f"{verb} {text}" if text else ""


def _advise_keys(node: Node, properties: Mapping[str, Schema]) -> str:
    """Make a remedy for something that has no keys."""
    if isinstance(node, Scalar) and "pattern" in properties:
        return f"write pattern: {_shorten(node.text)}"
    known = [key for key in properties if "not" not in properties[key]]
    return f"known here: {join_words(known, last='and')}" if known else 'write it as "key: value"'


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"  # noqa: PLR2004 - a line of a terminal holds it
