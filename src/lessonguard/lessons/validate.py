"""Compare the values of a lesson file with its schema, and report differences in an author's words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from lessonguard.lessons.dates import read_day
from lessonguard.lessons.diagnostic import Diagnostics, find_similar, join_words, suggest
from lessonguard.lessons.rule_schema import Schema
from lessonguard.lessons.yaml_tree import Entries, Items, Node, Scalar, json_value
from lessonguard.record import record

# `date.fromisoformat` also takes 20260514 and 2026-W20-4 since Python 3.11; a lesson has one form on all.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FEW = 12  # choices that a message lists; the 68 languages of rules would fill a terminal
_WIDEST = 60  # characters of a value that a message repeats, so that it stays on a line of a terminal


@record
class Validator:
    """Compare nodes with JSON Schemas, as far as lessons use that language.

    It knows `$ref`, `not: {}` (refused, and `description` says why), `anyOf` and `oneOf`, and for the
    types what the methods below read. Patterns are anchored at both ends. Every difference is an error.
    """

    definitions: Mapping[str, Schema]
    found: Diagnostics

    def check(self, node: Node, schema: Schema, *, name: str) -> bool:
        """Compare a node with a schema; return whether nothing is wrong with it.

        `name` is what messages call the node, with its quotes if it is a key.
        """
        before = len(self.found)
        schema = self._resolve(schema)
        # Of several forms the one counts that is written as the node is.
        forms = [self._resolve(form) for form in schema.get("anyOf", ()) if "required" not in form]
        same = (form for form in forms if _written_as(form) is type(node))
        schema = next(same, forms[0] if forms else schema)
        if schema.get("not") == {}:
            self.found.add(node, f"{name} is refused: {schema['description']}")
        elif not isinstance(node, _written_as(schema)):
            self._add_misshapen(node, schema, name)
        elif isinstance(node, Scalar):
            self._check_scalar(node, schema, name)
        elif isinstance(node, Items):
            self._check_items(node, schema, name)
        elif isinstance(node, Entries):
            self.check_keys(node, schema, name=name)
            for key, value in node.entries:
                if key.text in schema.get("properties", {}):
                    self.check(value, schema["properties"][key.text], name=f'"{key.text}"')
        return len(self.found) == before

    def check_keys(self, node: Entries, schema: Schema, *, name: str) -> None:
        """Compare only which keys there are, and how many of those that belong to each other.

        A key that is misspelt does not count as missing as well.
        """
        present = {key.text for key, _ in node.entries}
        if schema.get("additionalProperties") is False:
            present |= self._check_unknown(node, schema["properties"])
        for key in schema.get("required", ()):
            if key not in present:
                hint = _advise("add it:", self._resolve(schema["properties"][key])) or "add it"
                self.found.add(node, f'{name} has no "{key}"', hint=hint)
        if len(node.entries) > schema.get("maxProperties", len(node.entries)):
            second = node.entries[1][0]
            hint = "put a hyphen before every key"
            self.found.add(second, f'"{second.text}" needs an item of its own', hint=hint)
        if len(node.entries) < schema.get("minProperties", 0):
            self.found.add(node, f"{name} is empty", hint="remove it")
        for keyword, words, most in (("oneOf", "exactly one", 1), ("anyOf", "at least one", len(present))):
            keys = [form["required"][0] for form in schema.get(keyword, ()) if "required" in form]
            chosen = [key for key in keys if key in present]
            if keys and not 1 <= len(chosen) <= most:
                has = f"has {join_words(chosen, last='and')}" if chosen else "has none"
                self.found.add(node, f"{name} needs {words} of {join_words(keys)}, and {has}")

    def _check_unknown(self, node: Entries, properties: Schema) -> set[str]:
        """Record unknown keys; return the keys that they were probably meant to be."""
        names = _allowed(properties)
        free = set(names) - {key.text for key, _ in node.entries}
        similar = set()
        for key, _ in node.entries:
            if key.text not in properties:
                # A program may replace a key only by one that differs in hyphens and underscores.
                meant = [name for name in free if name.replace("_", "-") == key.text.replace("_", "-")]
                hint = suggest(key.text, names, label="known here:")
                instead = meant[0] if len(meant) == 1 else ""
                self.found.add_misspelt(key, f'unknown key "{key.text}"', hint=hint, instead=instead)
                similar.add(find_similar(key.text, names) or "")
        return similar - {""}

    def _resolve(self, schema: Schema) -> Schema:
        if "$ref" not in schema:
            return schema
        return {**self.definitions[schema["$ref"].removeprefix("#/definitions/")], **schema}

    def _add_misshapen(self, node: Node, schema: Schema, name: str) -> None:
        wanted = _written_as(schema)
        form = (
            "text" if isinstance(node, Scalar) else "a list" if isinstance(node, Items) else "keys and values"
        )
        if isinstance(node, Scalar) and node.kind == "nothing":
            self.found.add(node, f"{name} is empty", hint=_advise("write", schema) or "remove it")
        elif wanted is Items:
            hint = f"write [{node.text}]" if isinstance(node, Scalar) else "start every item with a hyphen"
            self.found.add(node, f"{name} must be a list, not {form}", hint=hint)
        elif wanted is Entries:
            names = _allowed(schema.get("properties", {}))
            hint = f"known here: {join_words(names, last='and')}" if names else 'write it as "key: value"'
            if isinstance(node, Scalar) and "pattern" in names:
                hint = f"write pattern: {_shorten(node.text)}"
            self.found.add(node, f"{name} must have keys, not be {form}", hint=hint)
        else:
            hint = "write it as text; put text that starts with [ or { in quotes"
            self.found.add(node, f"{name} must be text, not {form}", hint=hint)

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


def _allowed(properties: Schema) -> list[str]:
    """List the keys that are not refused."""
    return [key for key in properties if "not" not in properties[key]]


def _written_as(schema: Schema) -> type[Node]:
    """Return the form in which a value of this schema is written."""
    if not {"type", "enum"} & schema.keys():
        return Node
    forms: dict[Any, type[Node]] = {"object": Entries, "array": Items}
    kind = schema.get("type")
    return forms.get(kind, Scalar) if isinstance(kind, str) else Scalar


def _advise(verb: str, schema: Schema) -> str:
    """Return as a hint what a key is for."""
    text = schema.get("description", "").rstrip(".")
    if re.match("[A-Z]([a-z]| )", text):  # not an abbreviation, such as URL
        text = text[0].lower() + text[1:]
    return f"{verb} {text}" if text else ""


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…"
