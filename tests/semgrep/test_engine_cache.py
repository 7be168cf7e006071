"""An engine with a memory answers as the one that it asks would, and asks that one seldom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from lessonguard.errors import EngineError
from lessonguard.semgrep.core import CoreEngine
from lessonguard.semgrep.engine_cache import CachingEngine
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import EngineResult, EngineRule, Limits, Target
from tests.semgrep.test_interface import CASES, rule, target
from tests.support.engine import FakeEngine

LIMITS = Limits()
PAY = rule("pay", pattern="pay($X)", message="pays $X", fix="pay($X, 1)")
CALL = rule("call", pattern="charge(...)")


@dataclass
class Failing:
    """An engine that cannot look at some contents."""

    refusing: bytes
    fake: FakeEngine = field(default_factory=FakeEngine)

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        if any(self.refusing in target.content for target in targets):
            raise EngineError("it broke")
        return self.fake.run(rules, targets, limits=limits)


@pytest.mark.parametrize("name", CASES)
def test_one_run_for_all_targets_gives_each_the_result_that_it_has_alone(name: str) -> None:
    """Each target of a case is a question of its own; all of them were noted before, in another order."""
    core, case = CoreEngine(find_semgrep().core), CASES[name]
    caching = CachingEngine(core, case.rules)
    caching.add(replace(target, key=99) for target in reversed(case.targets))
    caching.prepare(limits=LIMITS)

    for one in case.targets:
        assert caching.run(case.rules, [one], limits=LIMITS) == core.run(case.rules, [one], limits=LIMITS)
    keyed = [replace(one, key=7 + number) for number, one in enumerate(case.targets)]
    assert caching.run(case.rules, keyed, limits=LIMITS) == core.run(case.rules, keyed, limits=LIMITS)


def test_one_run_serves_many_later_ones() -> None:
    fake = FakeEngine()
    caching = CachingEngine(fake, [PAY])
    targets = [target(b"pay(%d)\n" % number, f"{number}.py", key=number) for number in range(5)]
    caching.add(targets)
    caching.prepare(limits=LIMITS)

    answers = [caching.run([PAY], [one], limits=LIMITS) for one in targets]

    assert [answer.matches[0].message for answer in answers] == [f"pays {number}" for number in range(5)]
    assert [answer.matches[0].target for answer in answers] == list(range(5))
    assert len(fake.runs) == 1


def test_the_same_content_under_the_same_path_is_run_once() -> None:
    fake = FakeEngine()
    caching = CachingEngine(fake, [PAY])

    caching.run([PAY], [target(b"pay(1)\n", key=0), target(b"pay(2)\n", key=1)], limits=LIMITS)
    again = caching.run([PAY], [target(b"pay(2)\n", key=0), target(b"pay(3)\n", key=1)], limits=LIMITS)

    assert [match.message for match in again.matches] == ["pays 2", "pays 3"]
    assert [[one.content for one in targets] for _, targets in fake.runs] == [
        [b"pay(1)\n", b"pay(2)\n"],
        [b"pay(3)\n"],
    ]


@pytest.mark.parametrize(
    "other",
    [target(b"pay(1)\n", "tests/a.py"), target(b"pay(1)\n", "a.py", "python", "regex")],
    ids=["path", "languages"],
)
def test_another_path_or_language_is_run_again(other: Target) -> None:
    fake = FakeEngine()
    rules = [rule("pay", pattern="pay(1)", paths={"exclude": ["tests/"]}), rule("w", "regex", pattern="pay")]
    caching = CachingEngine(fake, rules)
    caching.run(rules, [target(b"pay(1)\n")], limits=LIMITS)

    assert caching.run(rules, [other], limits=LIMITS) == fake.run(rules, [other], limits=LIMITS)


def test_only_matches_of_the_rules_of_a_run_are_returned() -> None:
    caching = CachingEngine(FakeEngine(), [PAY, CALL])
    both = target(b"pay(1)\ncharge(2)\n")
    caching.run([PAY, CALL], [both], limits=LIMITS)

    assert {match.rule for match in caching.run([CALL], [both], limits=LIMITS).matches} == {"call"}


def test_rules_of_other_languages_are_not_sent() -> None:
    fake = FakeEngine()
    go = rule("go", "go", pattern="pay(1)")

    CachingEngine(fake, [PAY, go]).run([PAY], [target(b"pay(1)\n")], limits=LIMITS)

    assert [[one.id for one in rules] for rules, _ in fake.runs] == [["pay"]]


def test_a_refused_rule_is_sent_once_and_named_in_every_answer_that_asks_for_it() -> None:
    fake = FakeEngine()
    bad = rule("bad", pattern="pay(")
    caching = CachingEngine(fake, [PAY, bad])
    first = caching.run([PAY, bad], [target(b"pay(1)\n")], limits=LIMITS)
    second = caching.run([PAY, bad], [target(b"pay(2)\n")], limits=LIMITS)
    without = caching.run([PAY], [target(b"pay(2)\n")], limits=LIMITS)

    assert list(first.refused) == ["bad"]
    assert second.refused == first.refused
    assert without.refused == {}
    assert [len(rules) for rules, _ in fake.runs] == [2, 1]


def test_a_target_whose_run_failed_is_run_again_alone() -> None:
    engine = Failing(b"crash")
    caching = CachingEngine(engine, [PAY])
    good, bad = target(b"pay(1)\n"), target(b"crash\n")
    caching.add([good, bad])

    with pytest.raises(EngineError):
        caching.prepare(limits=LIMITS)
    assert caching.waiting_bytes == 0
    assert len(caching.run([PAY], [good], limits=LIMITS).matches) == 1
    with pytest.raises(EngineError):
        caching.run([PAY], [bad], limits=LIMITS)


def test_what_waits_is_counted_in_bytes_each_content_once() -> None:
    caching = CachingEngine(FakeEngine(), [PAY])
    caching.add([target(b"pay(1)\n", key=0), target(b"pay(1)\n", key=1), target(b"x\n", key=2)])

    assert caching.waiting_bytes == len(b"pay(1)\nx\n")

    caching.prepare(limits=LIMITS)
    caching.add([target(b"x\n")])
    assert caching.waiting_bytes == 0


def test_without_targets_the_engine_is_not_run() -> None:
    fake = FakeEngine()
    caching = CachingEngine(fake, [PAY])

    caching.prepare(limits=LIMITS)

    assert caching.run([PAY], [], limits=LIMITS) == EngineResult()
    assert fake.runs == []
