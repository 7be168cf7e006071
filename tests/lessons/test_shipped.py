"""Every lesson that is shipped proves itself: its rules find its bad code and leave its good code alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from lessonguard.authoring.prove.prove import prove_lessons
from lessonguard.authoring.prove.result import RuleProof
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Lesson, RuleId
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import Limits

ROOT = Path(__file__).parents[1].parent
LIBRARY = load_folder(ROOT / "lessons", name="lessons")
RULES = [rule.id for lesson in LIBRARY.lessons for rule in lesson.rules]


@pytest.fixture(scope="module")
def proofs() -> Mapping[RuleId, RuleProof]:
    """Prove all lessons at once; the commits of their incidents are elsewhere."""
    semgrep = find_semgrep()
    proven = prove_lessons(
        LIBRARY.lessons, repository=None, engine=semgrep, languages=semgrep.languages, limits=Limits()
    )
    return {proof.rule.id: proof for proof in proven}


def test_all_lessons_are_valid() -> None:
    assert LIBRARY.faults == ()
    assert LIBRARY.lessons


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_its_bad_code_and_leaves_its_good_code_alone(
    rule: RuleId, proofs: Mapping[RuleId, RuleProof]
) -> None:
    proof = proofs[rule]

    assert proof.refusal == ""
    assert proof.failures == ()
    assert all(text.strip() for result in proof.results for _, text in result.matched_code)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_tried_on_several_pieces_of_code_of_either_kind(
    rule: RuleId, proofs: Mapping[RuleId, RuleProof]
) -> None:
    sides = [result.side for result in proofs[rule].results]

    assert sides.count("bad") >= 2
    assert sides.count("good") >= 2


@pytest.mark.parametrize("lesson", LIBRARY.lessons, ids=lambda lesson: lesson.incident)
def test_a_lesson_from_outside_says_where_it_was_read(lesson: Lesson) -> None:
    assert Path(lesson.path).stem == lesson.incident
    assert lesson.postmortem is not None
    assert lesson.sources
    assert all(source.startswith("https://") for source in lesson.sources)
