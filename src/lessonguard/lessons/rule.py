"""A rule of a lesson: what its schema cannot say, and what it leaves to the lesson."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lessonguard.lessons.diagnostic import Diagnostics
from lessonguard.lessons.rule_schema import LONE_LANGUAGES
from lessonguard.lessons.yaml_tree import Entries, Items, Node, Scalar, json_value

_SEVERITIES = {"P0": "ERROR", "P1": "ERROR", "P2": "WARNING", "P3": "INFO"}
_METAVARIABLE = re.compile(r"\$(?:\.\.\.)?[A-Z_][A-Z_0-9]*")
_TAINT_KEYS = ("pattern-sources", "pattern-sinks", "pattern-sanitizers", "pattern-propagators")


def judge_rule(rule: Entries, found: Diagnostics) -> None:
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
    _judge_languages(rule.get("languages"), found)


def _judge_languages(languages: Node | None, found: Diagnostics) -> None:
    if not isinstance(languages, Items) or len(languages.items) == 1:
        return
    for language in languages.items:
        if isinstance(language, Scalar) and language.text in LONE_LANGUAGES:
            hint = "write a rule of its own for it"
            found.add(language, f'"{language.text}" cannot stand with other languages', hint=hint)


def complete_rule(rule: Entries, *, lesson: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Give the JSON form of a `Rule`, with `id`, `message` and `severity` filled in from the lesson.

    `lesson` holds the texts of the lesson by key; `number` counts its rules from 1. The first rule is
    named after the incident and the others `INC-245.2`, `INC-245.3`, …, also if others have IDs of their
    own: a rule that is added at the end renames none.
    """
    document = json_value(rule)
    defaults = {
        "id": rule_id(lesson["incident"], number),
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


def rule_id(incident: str, number: int) -> str:
    """Name the rule of an incident that has no ID of its own; `number` counts from 1."""
    return incident if number == 1 else f"{incident}.{number}"


def _message(lesson: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """Say what happened, on one line, as prose that Semgrep does not change.

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
