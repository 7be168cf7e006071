"""`prove_lessons`: what each rule is tried on, with the real Semgrep."""

from __future__ import annotations

from dataclasses import replace

from lessonguard.authoring.prove.prove import prove_lessons
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Example, IncidentId
from lessonguard.semgrep.installed import Semgrep
from lessonguard.semgrep.interface import Limits
from tests.support.engine import FakeEngine
from tests.support.prove_cases import CASES, Shop


def test_the_lessons_of_all_cases_are_valid(shop: Shop) -> None:
    assert shop.library.faults == ()
    assert {lesson.incident for lesson in shop.library.lessons} == CASES.keys()


def test_one_run_of_the_engine_is_enough_for_all_lessons(shop: Shop, semgrep: Semgrep) -> None:
    engine = FakeEngine()

    prove_lessons(
        shop.library.lessons,
        repository=None,
        engine=engine,
        languages=semgrep.languages,
        limits=Limits(),
    )

    assert len(engine.runs) == 1


def test_a_rule_that_takes_too_long_proves_nothing(shop: Shop, semgrep: Semgrep) -> None:
    [rule] = shop.library.by_incident[IncidentId("STILL")].rules
    slow = replace(rule, document={**rule.document, "pattern": "a(..., ..., ..., ..., ...)"})
    code = Example(bad="a(1)\n" * 2_000, good="b(1)\n" * 2_000)
    lesson = replace(
        shop.library.by_incident[IncidentId("STILL")], rules=(slow,), examples=(code,), proof=None
    )

    [proof] = prove_lessons(
        [lesson], repository=None, engine=FakeEngine(), languages=semgrep.languages, limits=Limits()
    )

    assert [result.problem_words for result in proof.results] == ["slow", "slow"]
    assert not proof.is_proven


def test_without_a_repository_only_the_code_in_the_lesson_is_tried(shop: Shop, semgrep: Semgrep) -> None:
    chosen = [shop.library.by_incident[IncidentId(name)] for name in ("PROVEN", "FILES")]

    proven, files = prove_lessons(
        chosen, repository=None, engine=semgrep, languages=semgrep.languages, limits=Limits()
    )

    assert proven.is_proven
    assert [note.partition(": ")[2] for note in proven.notes] == ["this is no Git repository"]
    assert {result.problem_words.partition(": ")[2] for result in files.results} == {
        "this is no Git repository"
    }


def test_files_of_examples_are_read_from_the_given_tree(shop: Shop, semgrep: Semgrep) -> None:
    lesson = replace(
        shop.library.by_incident[IncidentId("FILES")], examples=(Example(bad_file="billing/pay.py"),)
    )

    with Repository.open(shop.repo.path) as repository:
        at_broken, in_work_tree = (
            prove_lessons(
                [lesson],
                repository=repository,
                tree=tree,
                engine=semgrep,
                languages=semgrep.languages,
                limits=Limits(),
            )[0]
            for tree in (repository.resolve("HEAD^"), None)
        )

    assert at_broken.is_proven
    assert not in_work_tree.is_proven
