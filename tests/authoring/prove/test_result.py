"""What a rule matched in a sample, and which results keep it from being proven."""

from __future__ import annotations

import pytest

from lessonguard.authoring.prove.result import Side
from tests.support.prove_results import match, proof, result


def test_matched_code_is_in_order_and_equal_matches_are_listed_once() -> None:
    tried = result("bad", match(4, 7), match(0, 7), match(0, 3), match(4, 7))

    assert tried.matched_code == ((range(1, 2), "a()"), (range(1, 3), "a()\nb()"), (range(2, 3), "b()"))


@pytest.mark.parametrize(
    ("side", "matches"), [("bad", True), ("broken", True), ("good", False), ("fixed", False)]
)
def test_bad_code_must_match_and_good_code_must_not(side: Side, *, matches: bool) -> None:
    assert result(side, match(0, 3)).is_passed is matches
    assert result(side).is_passed is not matches
    assert not result(side, match(0, 3), problem="its content is binary").is_passed
    assert not result(side, problem="its content is binary").is_passed


def test_one_matching_file_at_the_broken_commit_is_enough() -> None:
    silent, matching = result("broken", path="a.py"), result("broken", match(0, 3), path="b.py")

    assert proof(silent).failures == (silent,)
    assert proof(silent, matching).is_proven


def test_a_rule_that_semgrep_refuses_is_not_proven() -> None:
    assert not proof(refusal="Invalid pattern").is_proven
