"""The schema of rules has the keys of Semgrep's own, and of its engine."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from lessonguard.lessons.parse import parse_lesson
from lessonguard.lessons.rule_schema import DEFINITIONS, LANGUAGES, RULE, SEVERITIES

_CASES = Path(__file__).parents[1] / "cases"
_SPEC = importlib.util.find_spec("semgrep")
assert _SPEC is not None
assert _SPEC.origin is not None
_SEMGREP = Path(_SPEC.origin).parent
_THEIRS: dict[str, Any] = yaml.safe_load(
    (_SEMGREP / "semgrep_interfaces" / "rule_schema_v1.yaml").read_text(encoding="utf-8")
)


def _keys(schema: dict[str, Any]) -> set[str]:
    """Give the keys of one of Semgrep's definitions: its own, and those of the forms an item may have."""
    keys = set(schema.get("properties", ()))
    forms = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    for part in (schema.get("then"), schema.get("items"), *forms):
        keys |= _keys(_resolved(part)) if part else set()
    return keys


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, as far as it names one operator; a formula would bring all keys."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return {**_THEIRS["$defs"].get(name, {}), **schema}


def _ours(name: str) -> set[str]:
    schema = DEFINITIONS[name]
    forms = [schema.get("items", schema), *schema.get("anyOf", ())]
    return {key for form in forms for key, value in form.get("properties", {}).items() if _is_offered(value)}


def _is_offered(schema: dict[str, Any]) -> bool:
    """Tell whether a key belongs here, if only to be refused for what it does; misplaced ones do not."""
    return "narrows other patterns" not in schema.get("description", "")


def test_the_keys_of_rules_are_those_of_semgrep() -> None:
    assert set(RULE["properties"]) == _keys(_THEIRS["properties"]["rules"]["items"])


_ONLY_THE_PARSER_KNOWS = {"fix", "as"}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("patterns", "patterns-content"),
        ("pattern-either", "pattern-either-content"),
        ("nested", "general-pattern-content"),
        ("taint", "new-taint-content"),
    ],
)
def test_the_keys_of_patterns_are_those_of_semgrep(ours: str, theirs: str) -> None:
    assert _ours(ours) == _keys(_THEIRS["$defs"][theirs])


def test_the_keys_of_the_newer_syntax_are_those_of_semgrep() -> None:
    [formula] = [form for form in _THEIRS["$defs"]["new-pattern"]["oneOf"] if form.get("type") == "object"]
    assert _ours("formula") - _ONLY_THE_PARSER_KNOWS == set(formula["properties"])
    conditions = formula["properties"]["where"]["items"]["oneOf"]
    assert {key for form in conditions for key in form["properties"]} <= _ours("where")


@pytest.mark.parametrize(
    "name",
    [
        "metavariable-regex",
        "metavariable-pattern",
        "metavariable-type",
        "metavariable-comparison",
        "metavariable-analysis",
    ],
)
def test_the_keys_of_conditions_are_those_of_semgrep(name: str) -> None:
    ours = DEFINITIONS["patterns"]["items"]["properties"][name]
    theirs = _THEIRS["$defs"][name]["properties"][name]
    assert set(ours["properties"]) == set(theirs["properties"])
    # Semgrep's schema leaves out that a metavariable is needed for its type; its parser insists.
    assert set(ours["required"]) - {"metavariable"} == set(theirs.get("required", ())) - {"metavariable"}


@pytest.mark.parametrize("name", ["paths", "fix-regex"])
def test_the_keys_of_objects_in_rules_are_those_of_semgrep(name: str) -> None:
    theirs = _THEIRS["properties"]["rules"]["items"]["properties"][name]
    assert set(RULE["properties"][name]["properties"]) == set(theirs["properties"])


def test_the_severities_are_those_of_semgrep() -> None:
    theirs = _THEIRS["properties"]["rules"]["items"]["properties"]["severity"]
    assert set(SEVERITIES) == set(theirs["enum"])


def test_the_languages_are_those_of_semgrep_but_for_the_engines_it_chooses_itself() -> None:
    languages = json.loads((_SEMGREP / "semgrep_interfaces" / "lang.json").read_text(encoding="utf-8"))
    theirs = {key for language in languages for key in language["keys"]}
    assert set(LANGUAGES) == theirs - {"spacegrep", "aliengrep"}


def _ask_semgrep(rules: list[dict[str, Any]], folder: Path) -> tuple[list[str], str]:
    """Let the installed engine read rules; give its errors, and what it says on standard error."""
    (folder / "rules.json").write_text(json.dumps({"rules": rules}))
    (folder / "targets.json").write_text('["Targets", []]')
    core = _SEMGREP / "bin" / "semgrep-core"
    argv = [str(core), "-json", "-rules", "rules.json", "-targets", "targets.json", "-j", "1"]
    result = subprocess.run(argv, cwd=folder, capture_output=True, check=False, text=True)
    answer = json.loads(result.stdout[result.stdout.index("{") :])
    return [error["message"] for error in answer["errors"]], result.stderr


def _rule(**keys: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values
    return {"id": "x", "languages": ["python"], "severity": "ERROR", "message": "m", "pattern": "f()", **keys}


def _option_values(schema: dict[str, Any]) -> list[Any]:
    values = {"boolean": [True], "integer": [3], "array": [[["(", ")"]], ["x"]]}
    return list(schema.get("enum", values.get(schema.get("type", ""), [])))


def test_semgrep_knows_every_option_and_every_value(tmp_path: Path) -> None:
    options = DEFINITIONS["options"]["properties"]
    rules = [
        _rule(id=f"{name}-{number}", options={name: value})
        for name, schema in options.items()
        for number, value in enumerate(_option_values(schema))
        if not ("braces" in name and value == ["x"]) and not ("word" in name and value != ["x"])
    ]
    errors, stderr = _ask_semgrep(rules, tmp_path)
    assert errors == []
    assert re.findall("unknown rule option: (.*)", stderr) == []


def test_semgrep_says_which_options_it_does_not_know(tmp_path: Path) -> None:
    errors, stderr = _ask_semgrep([_rule(options={"no_such_option": True})], tmp_path)
    assert errors == []
    assert re.findall("unknown rule option: (.*)", stderr) == ["no_such_option"]


@pytest.mark.parametrize(
    "keys",
    [
        {"id": "not an id"},
        {"languages": "python"},
        {"languages": [1]},
        {"min-version": "1.x"},
        {"mode": 1},
        {"options": {"symbolic_propagation": "maybe"}},
        {"options": {"generic_engine": "other"}},
    ],
    ids=str,
)
def test_what_would_stop_all_rules_of_a_run_never_leaves_the_parser(
    keys: dict[str, Any], tmp_path: Path
) -> None:
    [error], _ = _ask_semgrep([_rule(id="sound"), _rule(**keys)], tmp_path)
    assert error
    base = (_CASES / "lesson_faults" / "base.yaml").read_text(encoding="utf-8")
    document = {"languages": ["python"], "pattern": "f()", **keys}
    start, end = base.index("  - languages"), base.index("examples:")
    text = f"{base[:start]}  - {json.dumps(document)}\n{base[end:]}"
    faults = parse_lesson(text.encode(), path="x.yaml")
    assert isinstance(faults, tuple)
    assert [fault.line for fault in faults] == [15]
