"""Lessons to Semgrep rules: those an engine runs, and those other tools can run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lessonguard.lessons.model import Lesson, Library, Rule
from lessonguard.semgrep.interface import EngineRule
from lessonguard.semgrep.languages import Languages

_NOT_FOR_MATCHING = frozenset({"metadata", "validators", "version"})
"""Keys that change no match: left out of what the engine has to parse."""


def engine_rules(lessons: Iterable[Lesson], languages: Languages) -> tuple[EngineRule, ...]:
    """Make the rules that an engine runs, in the order of the lessons.

    A rule whose languages Semgrep does not all know has no analyzers (`unknown_languages` says so).
    """
    return tuple(engine_rule(rule, languages) for lesson in lessons for rule in lesson.rules)


def engine_rule(rule: Rule, languages: Languages) -> EngineRule:
    """Make one rule that an engine runs.

    With JavaScript its languages are spelled out in the order that `semgrep scan` gives them: the
    engine alone would not check TypeScript, and it reads patterns in the first language.
    """
    document = {key: value for key, value in rule.document.items() if key not in _NOT_FOR_MATCHING}
    analyzers = languages.analyzers_of_rule(rule.languages, generic=_generic_analyzer(rule.document))
    if "js" in analyzers:
        document["languages"] = sorted(analyzers)
    return EngineRule(id=rule.id, analyzers=analyzers, document=document)


def unknown_languages(rules: Iterable[EngineRule]) -> dict[str, str]:
    """List the rules that can never run because Semgrep does not know a language of theirs, and why."""
    return {
        rule.id: f"Semgrep does not know one of its languages: {_languages(rule)}."
        for rule in rules
        if not rule.analyzers
    }


def rules_document(rules: Iterable[EngineRule]) -> dict[str, Any]:
    """Make the one document that Semgrep reads; any other top-level key would make it refuse all."""
    return {"rules": [rule.document for rule in rules]}


def export_rules(library: Library) -> dict[str, Any]:
    """Make a Semgrep configuration of all rules, for editors and other tools that run Semgrep.

    What a lesson says travels along: the message ends in the incident, the metadata has
    `incident`, `failure-class`, `mitigation` and, if there is one, `postmortem`.
    """
    return {"rules": [_export_rule(rule, lesson) for lesson in library.lessons for rule in lesson.rules]}


def _export_rule(rule: Rule, lesson: Lesson) -> dict[str, Any]:
    metadata = {
        "incident": str(lesson.incident),
        "failure-class": lesson.failure_class,
        "mitigation": lesson.mitigation,
    }
    if lesson.postmortem:
        metadata["postmortem"] = lesson.postmortem
    message = str(rule.document["message"]).rstrip()
    mark = f"({lesson.incident})"
    return {
        **rule.document,
        "message": message if message.endswith(mark) else f"{message} {mark}",
        "metadata": {**_mapping(rule.document.get("metadata")), **metadata},
    }


def _generic_analyzer(document: Mapping[str, Any]) -> str:
    chosen = _mapping(document.get("options")).get("generic_engine")
    return "aliengrep" if chosen == "aliengrep" else "generic"


def _languages(rule: EngineRule) -> str:
    languages = rule.document.get("languages")
    return ", ".join(map(str, languages)) if isinstance(languages, list | tuple) else str(languages)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
