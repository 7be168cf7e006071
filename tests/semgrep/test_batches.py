"""What an engine is asked is split completely; separated rules see their own targets and no others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.semgrep.batches import Entry, RuleTargets, run_separately, split_entries
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


def test_what_cannot_be_parsed_is_unchecked_under_its_own_path(engine: Engine) -> None:
    result = run(
        engine,
        question("a", (1, "x.py", "x = 1\npay(1)\n")),
        question("b", (2, "x.py", "pay(1)\n\nfoo(((\n")),
    )

    assert {(item.target, item.path) for item in result.unchecked} == {(2, "x.py")}


@given(st.lists(st.tuples(st.integers(0, 10**8), st.integers(1, 3)), max_size=12), st.integers(1, 4))
def test_entries_are_split_evenly_and_completely(sizes: list[tuple[int, int]], most: int) -> None:
    entries = [
        Entry(target=_sized(key, size), analyzer=str(number), rules=1, certain=frozenset())
        for key, (size, languages) in enumerate(sizes)
        for number in range(languages)
    ]

    shares = split_entries(entries, most=most, least=10**7)

    keys = [{entry.target.key for entry in share} for share in shares]
    assert 1 <= len(shares) <= most
    assert sorted(map(id, entries)) == sorted(id(entry) for share in shares for entry in share)
    assert sum(map(len, keys)) == len(set().union(*keys))
    assert len(shares) == 1 or all(shares)


class _Zeros(bytes):
    """Many bytes that take no memory."""

    size: int

    def __len__(self) -> int:
        return self.size


def _sized(key: int, size: int) -> Target:
    content = _Zeros()
    content.size = size
    return Target(key=key, path="a.py", content=content, analyzers=frozenset())


def test_little_work_is_not_split() -> None:
    entries = [Entry(target=_sized(i, 10**6), analyzer="", rules=1, certain=frozenset()) for i in range(19)]

    assert len(split_entries(entries, most=4, least=10**7)) == 1
    assert len(split_entries([*entries, *entries], most=4, least=10**7)) == 3
