"""Matching explanations: each part of a rule, as it is written there, with what it found or removed."""

from __future__ import annotations

from typing import Any

import pytest

from lessonguard.semgrep.batches import RuleTargets
from lessonguard.semgrep.explanations import Step, numbered_document, read_steps
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import EngineRule, Limits, Target

PYTHON = frozenset({"python"})
CODE = b"pay(1)\npay(2, timeout=5)\n"


def explain(**keys: Any) -> list[Step]:  # noqa: ANN401 - JSON values
    document = {"id": "r", "languages": ["python"], "message": "m", "severity": "ERROR", **keys}
    rule = EngineRule(id="r", analyzers=PYTHON, document=document)
    target = Target(key=3, path="a.py", content=CODE, analyzers=PYTHON)
    return list(find_semgrep().explain([RuleTargets(rule=rule, targets=(target,))], limits=Limits())[3])


def test_a_part_that_finds_and_a_part_that_removes_are_steps() -> None:
    steps = explain(patterns=[{"pattern": "pay(...)"}, {"pattern-not": "pay(..., timeout=$T)"}])

    assert [(step.depth, step.key, step.value, step.effect, step.lines) for step in steps] == [
        (0, "patterns", "", "finds", ((1, 1),)),
        (1, "pattern", "pay(...)", "finds", ((1, 1), (2, 2))),
        (1, "pattern-not", "pay(..., timeout=$T)", "takes", ((2, 2),)),
    ]


def test_the_part_that_leaves_nothing_is_the_end() -> None:
    steps = explain(patterns=[{"pattern": "pay(...)"}, {"pattern-not": "pay(...)"}])

    assert [step.key for step in steps if step.is_end] == ["pattern-not"]


def test_a_rule_whose_paths_leave_the_target_out_has_no_steps() -> None:
    document = {"id": "r", "languages": ["python"], "message": "m", "severity": "ERROR", "pattern": "pay(1)"}
    rule = EngineRule(id="r", analyzers=PYTHON, document={**document, "paths": {"include": ["/src/"]}})
    target = Target(key=3, path="a.py", content=CODE, analyzers=PYTHON)

    assert find_semgrep().explain([RuleTargets(rule=rule, targets=(target,))], limits=Limits()) == {}


def test_explanations_of_another_form_are_an_error() -> None:
    document = numbered_document([EngineRule(id="r", analyzers=PYTHON, document={"id": "r"})])

    with pytest.raises(LookupError):
        read_steps([{"op": "XPat"}], document)
