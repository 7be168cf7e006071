"""Lessons to Semgrep rules: those an engine runs, and those other tools can run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lessonguard.lessons.model import Lesson, Library, Rule
from lessonguard.semgrep.interface import EngineRule
from lessonguard.semgrep.languages import Languages

# Keys that change no match, and are left out so that the engine has less to parse.
_NOT_FOR_MATCHING = frozenset({"metadata", "validators", "version"})


def engine_rules(lessons: Iterable[Lesson], languages: Languages) -> tuple[EngineRule, ...]:
    """Return the rules that an engine runs, in the order of the lessons.

    A rule whose languages Semgrep does not all know has no analyzers (`unknown_languages` says so).
    """
    return tuple(engine_rule(rule, languages) for lesson in lessons for rule in lesson.rules)


def engine_rule(rule: Rule, languages: Languages) -> EngineRule:
    """Return one rule as an engine runs it.

    With JavaScript its languages are spelled out in the order that `semgrep scan` gives them: the
    engine alone would not check TypeScript, and it reads patterns in the first language.
    """
    document = {key: value for key, value in rule.document.items() if key not in _NOT_FOR_MATCHING}
    is_aliengrep = _mapping(rule.document.get("options")).get("generic_engine") == "aliengrep"
    generic = "aliengrep" if is_aliengrep else "generic"
    analyzers = languages.analyzers_of_rule(rule.languages, generic=generic)
    if "js" in analyzers:
        document["languages"] = sorted(analyzers)
    return EngineRule(id=rule.id, analyzers=analyzers, document=document)


def unknown_languages(rules: Iterable[EngineRule]) -> dict[str, str]:
    """List the rules that can never run because Semgrep does not know a language of theirs, and why."""
    unknown = {}
    for rule in rules:
        if not rule.analyzers:
            languages = rule.document.get("languages")
            names = languages if isinstance(languages, list | tuple) else [languages]
            reason = f"Semgrep does not know one of its languages: {', '.join(map(str, names))}."
            unknown[rule.id] = reason
    return unknown


def rules_document(rules: Iterable[EngineRule]) -> dict[str, Any]:
    """Return the one document that Semgrep reads; any other top-level key would make it refuse all."""
    return {"rules": [rule.document for rule in rules]}


def export_rules(library: Library) -> dict[str, Any]:
    """Return a Semgrep configuration of all rules, for editors and other tools that run Semgrep.

    It has what a lesson says: the message ends in the incident, the metadata has
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


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
