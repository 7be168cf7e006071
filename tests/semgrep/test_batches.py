"""Rules that are set apart see their own targets and no others; otherwise nothing changes for them."""

from __future__ import annotations

from typing import Any

import pytest

from lessonguard.semgrep.batches import RuleTargets, run_separately
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import Engine, EngineResult, EngineRule, Limits, Target
from tests.support.engine import FakeEngine

PYTHON = frozenset({"python"})


def question(name: str, *targets: tuple[int, str, str], **keys: Any) -> RuleTargets:  # noqa: ANN401 - JSON values
    """Ask about a rule that finds `pay(…)`, on targets as key, path and content."""
    document = {
        "id": name,
        "languages": ["python"],
        "message": "m",
        "severity": "ERROR",
        "pattern": "pay($X)",
    }
    return RuleTargets(
        rule=EngineRule(id=name, analyzers=PYTHON, document={**document, **keys}),
        targets=tuple(
            Target(key=key, path=path, content=content.encode(), analyzers=PYTHON)
            for key, path, content in targets
        ),
    )


@pytest.fixture(params=["semgrep", "fake"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return find_semgrep() if request.param == "semgrep" else FakeEngine()


def run(engine: Engine, *batches: RuleTargets) -> EngineResult:
    return run_separately(batches, engine=engine, limits=Limits())


def test_each_rule_sees_its_own_targets_only(engine: Engine) -> None:
    same = "pay(1)\n"

    result = run(
        engine, question("a", (1, "x.py", same)), question("b", (2, "x.py", same), (3, "y.py", same))
    )

    assert [(match.target, match.rule) for match in result.matches] == [(1, "a"), (2, "b"), (3, "b")]


def test_paths_of_a_rule_mean_what_they_mean_in_its_place(engine: Engine) -> None:
    targets = ((1, "billing/pay.py", "pay(1)\n"), (2, "tests/pay.py", "pay(1)\n"), (3, "pay.py", "pay(1)\n"))

    result = run(
        engine,
        question("a", *targets, paths={"include": ["/billing/", "tests/"], "exclude": ["/tests/**"]}),
        question("b", *((key + 10, path, text) for key, path, text in targets), paths={"include": ["/*.py"]}),
    )

    assert [match.target for match in result.matches] == [1, 13]


def test_a_rule_whose_globs_cannot_be_read_is_refused_and_the_others_run(engine: Engine) -> None:
    result = run(
        engine,
        question("a", (1, "x.py", "pay(1)\n"), paths={"include": ["[z-a]"]}),
        question("b", (2, "x.py", "pay(1)\n")),
    )

    assert list(result.refused) == ["a"]
    assert [(match.target, match.rule) for match in result.matches] == [(2, "b")]


def test_a_rule_without_targets_may_still_be_refused(engine: Engine) -> None:
    result = run(engine, question("a", pattern="pay("), question("b", (1, "x.py", "pay(1)\n")))

    assert list(result.refused) == ["a"]
    assert len(result.matches) == 1


def test_what_cannot_be_parsed_is_told_of_its_target(engine: Engine) -> None:
    result = run(
        engine,
        question("a", (1, "x.py", "x = 1\npay(1)\n")),
        question("b", (2, "x.py", "pay(1)\n\nfoo(((\n")),
    )

    assert {problem.target for problem in result.unchecked} == {2}
