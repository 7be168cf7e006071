"""The answers of an author, checked as the lesson file will be."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.authoring.new.answers import Answer, failure_classes, find_error, questions, read_answer
from lessonguard.lessons.library import load_folder

_LESSONS = Path(__file__).parents[2] / "cases" / "change_lessons"


@pytest.mark.parametrize(
    ("key", "text", "taken"),
    [
        ("date", "14 May 2026", "2026-05-14"),
        ("severity", "p1", "P1"),
        ("failure-class", "Missing Timeout", "missing-timeout"),
        ("failure-class", "missing_timeout", "missing-timeout"),
        ("title", "  Checkout \n hung ", "Checkout hung"),
        ("language", "python", "python"),
        ("began", "2026-05-14T09:12:00Z", "2026-05-14T09:12:00Z"),
    ],
)
def test_an_answer_that_can_mean_only_one_thing_is_taken(key: str, text: str, taken: str) -> None:
    assert read_answer(key, text) == Answer(text=taken)


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        ("date", "05/06/2026", '"date" must be a day that exists'),
        ("severity", "SEV1", '"severity" must be P0, P1, P2 or P3'),
        ("root-cause", "human error", '"root-cause" says "human error", which blames'),
        ("title", "", '"title" is empty'),
        ("title", "TODO", '"title" says "TODO", which is a placeholder'),
        ("language", "pyton", "Semgrep knows no language 'pyton'"),
        ("began", "2026-05-14", '"began" must be'),
        ("incident", "../INC-1", '"incident" must be'),
    ],
)
def test_a_wrong_answer_has_a_problem_and_a_hint(key: str, text: str, problem: str) -> None:
    answer = read_answer(key, text)

    assert answer.text == ""
    assert answer.problem.startswith(problem)
    assert answer.hint == "" or answer.hint[-1] in ".?"


def test_the_first_error_is_the_one_that_check_reports() -> None:
    error = find_error("language", "pyton")

    assert error
    assert error.hint == 'did you mean "python"?'
    assert find_error("title", "Checkout hung") is None


def test_every_key_has_a_question_and_prose_has_an_example() -> None:
    found = questions()

    assert found["title"].text.startswith("One line")
    assert found["failure-mode"].example == "a call to the payments API had no timeout"
    assert all(question.key == key and question.text for key, question in found.items())


def test_failure_classes_are_listed_by_frequency() -> None:
    library = load_folder(_LESSONS, name=None)

    classes = failure_classes(library)

    counts = [sum(lesson.failure_class == name for lesson in library.lessons) for name in classes]
    assert counts == sorted(counts, reverse=True)
    assert len(set(classes)) == len(classes)
