"""Lessons become rules that Semgrep's engine runs, and a configuration that other tools can run."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lessonguard.lessons.model import Lesson, Library, Rule, RuleId
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.languages import load_languages
from lessonguard.semgrep.rules import engine_rules, export_rules, rules_document, unknown_languages
from tests.support.report import LOCK, TIMEOUT

LANGUAGES = load_languages(find_semgrep().package)


def lesson(template: Lesson, *rules: dict[str, Any]) -> Lesson:
    made = []
    for number, keys in enumerate(rules, 1):
        id_ = RuleId(f"{template.incident}.{number}")
        document = {
            "id": id_,
            "languages": ["python"],
            "severity": "WARNING",
            "message": template.failure_mode,
        }
        document |= keys
        made.append(Rule(id=id_, languages=tuple(document["languages"]), document=document, line=9))
    return replace(template, rules=tuple(made))


def library(*lessons: Lesson) -> Library:
    return Library(lessons=lessons, folder="lessons")


def test_rules_keep_what_matching_needs_and_drop_the_rest() -> None:
    keys = {
        "pattern": "f($X)",
        "fix": "g($X)",
        "paths": {"include": ["a/"]},
        "options": {"ac_matching": False},
    }
    made = lesson(TIMEOUT, {**keys, "metadata": {"cwe": "CWE-400"}, "min-version": "1.0.0"})

    (rule,) = engine_rules([made], LANGUAGES)

    assert rule.document == {
        "id": "INC-245.1",
        "languages": ["python"],
        "severity": "WARNING",
        "message": TIMEOUT.failure_mode,
        "min-version": "1.0.0",
        **keys,
    }
    assert rule.analyzers == {"python"}


def test_the_document_has_no_other_key_than_rules() -> None:
    rules = engine_rules([lesson(TIMEOUT, {"pattern": "a"}), lesson(LOCK, {"pattern": "b"})], LANGUAGES)

    document = rules_document(rules)

    assert list(document) == ["rules"]
    assert [rule["id"] for rule in document["rules"]] == ["INC-245.1", "INC-231.1"]


def test_javascript_rules_are_for_typescript_too() -> None:
    (rule,) = engine_rules(
        [lesson(TIMEOUT, {"languages": ["python", "javascript"], "pattern": "a"})], LANGUAGES
    )

    assert rule.analyzers == {"python", "js", "ts"}
    assert rule.document["languages"] == ["js", "python", "ts"]


def test_the_order_of_other_languages_is_the_authors() -> None:
    (rule,) = engine_rules([lesson(TIMEOUT, {"languages": ["ts", "go"], "pattern": "a"})], LANGUAGES)

    assert rule.document["languages"] == ["ts", "go"]


def test_generic_rules_may_choose_another_engine() -> None:
    keys = {"languages": ["generic"], "pattern": "a", "options": {"generic_engine": "aliengrep"}}

    (rule,) = engine_rules([lesson(TIMEOUT, keys)], LANGUAGES)

    assert rule.analyzers == {"aliengrep"}


def test_a_language_that_semgrep_does_not_know_is_named() -> None:
    rules = engine_rules(
        [lesson(TIMEOUT, {"languages": ["cobol"], "pattern": "a"}, {"pattern": "b"})], LANGUAGES
    )

    unknown = unknown_languages(rules)

    assert list(unknown) == ["INC-245.1"]
    assert "cobol" in unknown["INC-245.1"]


def test_exported_rules_have_the_story_of_the_lesson() -> None:
    made = lesson(TIMEOUT, {"pattern": "f()", "metadata": {"cwe": "CWE-400", "incident": "forged"}})

    (rule,) = export_rules(library(made))["rules"]

    assert rule["message"] == f"{TIMEOUT.failure_mode} (INC-245)"
    assert rule["metadata"] == {
        "cwe": "CWE-400",
        "incident": "INC-245",
        "failure-class": "missing-timeout",
        "mitigation": TIMEOUT.mitigation,
        "postmortem": TIMEOUT.postmortem,
    }


def test_a_message_that_names_the_incident_is_left_alone() -> None:
    made = lesson(LOCK, {"pattern": "f()", "message": "No lock (INC-231)\n"})

    (rule,) = export_rules(library(made))["rules"]

    assert rule["message"] == "No lock (INC-231)"
    assert "postmortem" not in rule["metadata"]


@pytest.mark.parametrize("ending", ["json", "yaml"])
def test_semgrep_scan_runs_the_exported_rules(tmp_path: Path, ending: str) -> None:
    made = [
        lesson(TIMEOUT, {"pattern": "get(...)", "fix-regex": {"regex": "get", "replacement": "fetch"}}),
        lesson(LOCK, {"languages": ["regex"], "pattern-regex": "charge", "paths": {"include": ["*.py"]}}),
    ]
    (tmp_path / f"rules.{ending}").write_text(json.dumps(export_rules(library(*made))), encoding="utf-8")
    (tmp_path / "a.py").write_text("get(url)\ncharge(user)\n", encoding="utf-8")
    program = Path(sysconfig.get_path("scripts")) / "semgrep"

    completed = subprocess.run(
        [
            program,
            "scan",
            f"--config=rules.{ending}",
            "--json",
            "--metrics=off",
            "--disable-version-check",
            "a.py",
        ],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )

    answer = json.loads(completed.stdout)
    messages = {found["check_id"]: found["extra"]["message"] for found in answer["results"]}
    assert answer["errors"] == []
    assert messages == {
        "INC-245.1": f"{TIMEOUT.failure_mode} (INC-245)",
        "INC-231.1": f"{LOCK.failure_mode} (INC-231)",
    }
