"""How questions are asked: on standard error, wrapped, and with words to complete."""

from __future__ import annotations

import pytest

from lessonguard.cli.prompts import (
    completion,
    is_interactive,
    print_hint,
    print_paragraph,
    print_problem,
    print_question,
)


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")


def test_nobody_answers_without_a_terminal() -> None:
    assert not is_interactive()


def test_questions_are_printed_to_standard_error_and_fit_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_paragraph("What else should be set up in this repository?")
    print_question("hook", "Check each push from this clone before it leaves.")

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        "What else should be set up in\nthis repository?\n"
        "\nhook: Check each push from\nthis clone before it leaves.\n"
    )


def test_hints_and_problems_are_indented_and_made_visible(capsys: pytest.CaptureFixture[str]) -> None:
    print_hint("a\x1b[2Jb")
    print_problem("There is no 99.")

    assert capsys.readouterr().err == "  a\\x1b[2Jb\n  There is no 99.\n"


def test_words_are_completed_only_inside_of_the_with() -> None:
    readline = pytest.importorskip("readline")

    with completion(["python", "php", "go"]):
        complete = readline.get_completer()
        assert [complete("p", number) for number in range(3)] == ["python", "php", None]

    assert readline.get_completer() is None
