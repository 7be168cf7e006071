"""The values of a lesson file → `Lesson`: what the keys hold, and whether it fits together."""

from __future__ import annotations

from typing import Any

from lessonguard.lessons.checks import judge_examples, judge_names, judge_parts, judge_timeline, judge_wording
from lessonguard.lessons.diagnostic import Diagnostics
from lessonguard.lessons.model import Lesson
from lessonguard.lessons.placeholder import judge_placeholders
from lessonguard.lessons.rule import complete_rule, judge_rule, rule_id
from lessonguard.lessons.schema import lesson_schema
from lessonguard.lessons.serialize import decode_lesson
from lessonguard.lessons.validate import Validator
from lessonguard.lessons.yaml_tree import Entries, Items, Node, text_value

_VERBATIM = frozenset({"bad", "good"})


def build_lesson(root: Node, *, path: str, found: Diagnostics) -> Lesson | None:
    """Make the lesson, or record its diagnostics: all of them, as far as one does not hide another."""
    if not isinstance(root, Entries):
        hint = "start with `incident: ` and the ID of the incident"
        found.add(root, "a lesson must have keys and values", hint=hint)
        return None
    sound = _find_sound(root, found)
    _judge(root, sound, found)
    return None if found else _make(root, sound, path)


def _find_sound(root: Entries, found: Diagnostics) -> dict[str, Node]:
    """Compare a lesson with the schema; give the values by key that have no fault in them."""
    schema = lesson_schema()
    validator = Validator(definitions=schema["definitions"], found=found)
    validator.check_keys(root, schema, name="the lesson")
    properties = schema["properties"]
    return {
        key.text: value
        for key, value in root.entries
        if key.text in properties and validator.check(value, properties[key.text], name=f'"{key.text}"')
    }


def _judge(root: Entries, sound: dict[str, Node], found: Diagnostics) -> None:
    judge_parts(root, found)
    judge_wording(root, found)
    judge_placeholders(root, found)
    for rule in _items(sound.get("rules")):
        judge_rule(rule, found)
    if isinstance(timeline := sound.get("timeline"), Entries):
        judge_timeline(timeline, found)
    if {"incident", "rules"} <= sound.keys() and ("examples" in sound or root.get("examples") is None):
        incident = text_value(sound["incident"])
        rules = [(_name(rule, incident, number), rule) for number, rule in _numbered(sound["rules"])]
        judge_names(rules, found)
        judge_examples(dict(rules), _items(sound.get("examples")), found)


def _make(root: Entries, sound: dict[str, Node], path: str) -> Lesson:
    texts = {key: _tidy(text_value(node)) for key, node in sound.items() if key != "rules"}
    numbered = _numbered(sound.get("rules"))
    rules = [complete_rule(rule, lesson=texts, number=number) for number, rule in numbered]
    line = next(key.line for key, _ in root.entries if key.text == "incident")
    examples = [
        {**text, "line": node.line}
        for text, node in zip(texts.get("examples", ()), _items(sound.get("examples")), strict=True)
    ]
    proof = {"proof": {**texts["proof"], "line": sound["proof"].line}} if "proof" in sound else {}
    made = {**texts, **proof, "path": path, "line": line, "rules": rules, "examples": examples}
    return decode_lesson(made)


def _name(rule: Entries, incident: str, number: int) -> str:
    given = rule.get("id")
    return rule_id(incident, number) if given is None else str(text_value(given))


def _items(node: Node | None) -> list[Entries]:
    items = node.items if isinstance(node, Items) else ()
    return [item for item in items if isinstance(item, Entries)]


def _numbered(node: Node | None) -> list[tuple[int, Entries]]:
    return list(enumerate(_items(node), start=1))


def _tidy(value: Any) -> Any:  # noqa: ANN401 - a tree of JSON values
    """Drop the space around texts, such as the end of line that a block leaves; code stays as it is."""
    match value:
        case dict():
            return {key: item if key in _VERBATIM else _tidy(item) for key, item in value.items()}
        case list():
            return [_tidy(item) for item in value]
        case _:
            return value.strip()
