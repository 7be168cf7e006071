"""Build a `Lesson` from the values of a lesson file, and check whether they fit together."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lessonguard.lessons.checks import check_examples, check_names, check_parts, check_timeline
from lessonguard.lessons.diagnostic import Diagnostics
from lessonguard.lessons.model import Lesson
from lessonguard.lessons.rule_schema import LONE_LANGUAGES
from lessonguard.lessons.schema import lesson_schema
from lessonguard.lessons.serialize import decode_lesson
from lessonguard.lessons.validate import Validator
from lessonguard.lessons.wording import check_placeholders, check_wording
from lessonguard.lessons.yaml_tree import Entries, Items, Node, Scalar, json_value, text_value

# Code, in which space means something.
_VERBATIM = frozenset({"bad", "good"})
_SEVERITIES = {"P0": "ERROR", "P1": "ERROR", "P2": "WARNING", "P3": "INFO"}
# As Semgrep names metavariables: https://semgrep.dev/docs/writing-rules/pattern-syntax#metavariables
_METAVARIABLE = re.compile(r"\$(?:\.\.\.)?[A-Z_][A-Z_0-9]*")
_TAINT_KEYS = ("pattern-sources", "pattern-sinks", "pattern-sanitizers", "pattern-propagators")


def build_lesson(root: Node, *, path: str, found: Diagnostics) -> Lesson | None:
    """Build the lesson, or record its errors: all of them, as far as one does not hide another."""
    if not isinstance(root, Entries):
        hint = "start with `incident: ` and the ID of the incident"
        found.add(root, "a lesson must have keys and values", hint=hint)
        return None
    schema = lesson_schema()
    validator = Validator(definitions=schema["definitions"], found=found)
    validator.check_keys(root, schema, name="the lesson")
    properties = schema["properties"]
    sound = {  # the values that have no error in them, each by itself
        key.text: value
        for key, value in root.entries
        if key.text in properties and validator.check(value, properties[key.text], name=f'"{key.text}"')
    }
    _check(root, sound, found)
    return None if found else _make(root, sound, path)


def _check(root: Entries, sound: dict[str, Node], found: Diagnostics) -> None:
    check_parts(root, found)
    check_wording(root, found)
    check_placeholders(root, found)
    for rule in _items(sound.get("rules")):
        _check_rule(rule, found)
    if isinstance(timeline := sound.get("timeline"), Entries):
        check_timeline(timeline, found)
    if {"incident", "rules"} <= sound.keys() and ("examples" in sound or root.get("examples") is None):
        incident = text_value(sound["incident"])
        rules = []
        for number, rule in _numbered(sound["rules"]):
            own = rule.get("id")
            name = _rule_id(incident, number) if own is None else str(text_value(own))
            rules.append((name, rule))
        check_names(rules, found)
        check_examples(dict(rules), _items(sound.get("examples")), found)


def _make(root: Entries, sound: dict[str, Node], path: str) -> Lesson:
    texts = {key: _tidy(text_value(node)) for key, node in sound.items() if key != "rules"}
    numbered = _numbered(sound.get("rules"))
    rules = [_complete_rule(rule, lesson=texts, number=number) for number, rule in numbered]
    line = next(key.line for key, _ in root.entries if key.text == "incident")
    examples = [
        {**text, "line": node.line}
        for text, node in zip(texts.get("examples", ()), _items(sound.get("examples")), strict=True)
    ]
    proof = {"proof": {**texts["proof"], "line": sound["proof"].line}} if "proof" in sound else {}
    made = {**texts, **proof, "path": path, "line": line, "rules": rules, "examples": examples}
    return decode_lesson(made)


def _items(node: Node | None) -> list[Entries]:
    items = node.items if isinstance(node, Items) else ()
    return [item for item in items if isinstance(item, Entries)]


def _numbered(node: Node | None) -> list[tuple[int, Entries]]:
    return list(enumerate(_items(node), start=1))


def _tidy(value: Any) -> Any:  # noqa: ANN401 - a tree of JSON values
    """Return values without the space around texts; code stays as it is.

    A block of YAML (`|`) ends in a line feed, which would end up in comments and messages.
    """
    match value:
        case dict():
            return {key: item if key in _VERBATIM else _tidy(item) for key, item in value.items()}
        case list():
            return [_tidy(item) for item in value]
        case _:
            return value.strip()


def _check_rule(rule: Entries, found: Diagnostics) -> None:
    """Record what is wrong with a rule whose keys and values are sound each by itself."""
    sources, sinks, mode = rule.get("pattern-sources"), rule.get("pattern-sinks"), rule.get("mode")
    is_taint = isinstance(mode, Scalar) and mode.text == "taint"
    for key, _ in rule.entries:
        if key.text in _TAINT_KEYS and not is_taint:
            found.add(key, f'"{key.text}" needs "mode: taint" beside it', hint="add mode: taint")
            return
    if sources is not None and sinks is None:
        message = 'the rule has "pattern-sources" and no "pattern-sinks"'
        found.add(rule, message, hint="add what the data must not reach")
    if is_taint and mode is not None and sources is None and rule.get("taint") is None:
        message = 'the rule has "mode: taint" and no "pattern-sources"'
        found.add(mode, message, hint="add where the data comes from")
    languages = rule.get("languages")
    names = languages.items if isinstance(languages, Items) and len(languages.items) > 1 else ()
    for language in names:
        if isinstance(language, Scalar) and language.text in LONE_LANGUAGES:
            hint = "write a rule of its own for it"
            found.add(language, f'"{language.text}" cannot stand with other languages', hint=hint)


def _complete_rule(rule: Entries, *, lesson: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return the JSON form of a `Rule`, with `id`, `message` and `severity` filled in from the lesson.

    `lesson` holds the texts of the lesson by key; `number` counts its rules from 1. The first rule is
    named after the incident and the others `INC-245.2`, `INC-245.3`, …, also if others have IDs of their
    own: a rule that is added at the end renames none.
    """
    document = json_value(rule)
    defaults = {
        "id": _rule_id(lesson["incident"], number),
        "message": _message(lesson, document),
        "severity": _SEVERITIES[lesson["severity"]],
    }
    document = {**defaults, **document}
    return {
        "id": document["id"],
        "languages": document["languages"],
        "document": document,
        "line": rule.line,
    }


def _rule_id(incident: str, number: int) -> str:
    """Return the ID of a rule that has none of its own; `number` counts from 1."""
    return incident if number == 1 else f"{incident}.{number}"


def _message(lesson: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """Return what happened, on one line, as prose that Semgrep does not change.

    Semgrep puts what a metavariable matched wherever the message has its name, even inside a longer
    word, and has no way to quote it. So names that the rule binds lose their `$` a place: `$ HOME`.
    """
    text = " ".join(f"{lesson['title']}: {lesson['failure-mode']}".split())
    written = json.dumps(document)
    bound = set(_METAVARIABLE.findall(written))
    if "regex" in written:  # its groups are bound to $1, $2, …
        bound |= {f"${digit}" for digit in range(1, 10)}
    for name in sorted(bound):
        text = text.replace(name, f"$ {name[1:]}")
    return text
