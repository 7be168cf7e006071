"""The parts of a check: locations in a file, and refusals that no lesson brings about today."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lessonguard.authoring.prove.locations import Locations
from lessonguard.authoring.prove.result import RuleProof
from lessonguard.authoring.prove.rule_errors import FindSyntaxError, explain_refusal
from lessonguard.lessons.model import Lesson
from lessonguard.lessons.parse import parse_lesson

_BASE = (Path(__file__).parents[2] / "cases" / "check" / "base.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("refusal", "line", "message", "hint"),
    [
        (
            "Semgrep does not know one of its languages: brainfuck.",
            12,
            "Semgrep does not know one of its languages: brainfuck",
            "pip install --upgrade semgrep",
        ),
        ("The moon is full", 12, "Semgrep refuses the rule: The moon is full", ""),
        ("exn: Stdlib.Parsing.Parse_error", 12, "Semgrep cannot read a condition of the rule", ""),
        (
            "invalid regex '(gone': lost at position 1",
            12,
            "this is no regular expression: lost after `(`",
            None,
        ),
    ],
)
def test_a_refusal_of_an_unknown_kind_is_told_at_the_rule(
    refusal: str, line: int, message: str, hint: str | None
) -> None:
    lesson = parse_lesson(_BASE.encode(), path="x.yaml")
    assert isinstance(lesson, Lesson)
    proof = RuleProof(lesson=lesson, rule=lesson.rules[0], results=(), refusal=refusal)

    diagnostic = explain_refusal(proof, Locations(lambda _: _BASE.encode()), lambda *_: None)

    assert (diagnostic.line, diagnostic.column, diagnostic.message) == (line, 5, message)
    assert hint is None or diagnostic.hint == hint


_GENERAL = "write whole expressions or statements; ... stands for anything, $X for any expression"
_STOPS = [
    ('f(a "b" c)', '1:8 "c"', "1:8 <1 bytes>", "it goes wrong at `c`; "),
    ('f(é, a "b\\"é" c)', r'1:8 "\"b\\\"\195\169\""', "1:8 <7 bytes>", 'it goes wrong at `"b\\"é"`; '),
    ("é x", r'1:0 "\195"', "1:0 <1 bytes>", "it goes wrong at `é`; "),
    ("if x {\n  y =\n}\n", '3:0 "}"', "3:0 <1 bytes>", "it goes wrong at `}` in line 3 of the pattern; "),
    ("if x", '1:4 ""', "1:4 <0 bytes>", "it goes wrong after `x`; "),
    ("if x", '2:0 ""', "2:0 <0 bytes>", ""),
]
"""A pattern, where Semgrep 1.182 and 1.185 say that they stop, and what is made of that."""


@pytest.mark.parametrize(
    ("pattern", "stop", "hint"),
    [(pattern, stop, hint) for pattern, old, new, hint in _STOPS for stop in (old, new)],
)
def test_the_word_that_a_pattern_goes_wrong_at_is_named(pattern: str, stop: str, hint: str) -> None:
    why = f"Parsing_error.Syntax_error (_NOT_A_FILE_:{stop})"

    assert _hint(pattern, why, find_syntax_error=lambda *_: (9, 9, 9)) == f"{hint}{_GENERAL}"


@pytest.mark.parametrize(
    ("pattern", "span", "hint"),
    [
        ("try {\n} catch {}", (2, 2, 7), "it goes wrong at `catch` in line 2 of the pattern; "),
        ("let = 3", (1, 3, 3), "it goes wrong after `let`; "),
        ("def ...", (1, 0, 3), ""),  # that it is wrong from the start helps nobody
        ("def ...", None, ""),
    ],
)
def test_a_refusal_without_a_place_gets_that_of_a_parser(
    pattern: str, span: tuple[int, int, int] | None, hint: str
) -> None:
    asked = []

    def find_syntax_error(*question: str) -> tuple[int, int, int] | None:
        asked.append(question)
        return span

    found = _hint(pattern, "Stdlib.Parsing.Parse_error", find_syntax_error=find_syntax_error)

    assert found == f"{hint}{_GENERAL}"
    assert asked == [(pattern, "Go")]


def _hint(pattern: str, why: str, *, find_syntax_error: FindSyntaxError) -> str:
    """Give the hint for a rule whose pattern is refused."""
    line = " ".join(pattern.split())
    refusal = f"Invalid pattern for Go: {why} ----- pattern ----- {line} ----- end pattern -----"
    data = _BASE.replace("requests.$M(...)\n", json.dumps(pattern, ensure_ascii=False) + "\n").encode()
    lesson = parse_lesson(data, path="x.yaml")
    assert isinstance(lesson, Lesson)
    proof = RuleProof(lesson=lesson, rule=lesson.rules[0], results=(), refusal=refusal)
    diagnostic = explain_refusal(proof, Locations(lambda _: data), find_syntax_error)
    assert diagnostic.message == f"Semgrep cannot read this pattern as Go: `{line}`"
    return diagnostic.hint


def test_what_is_not_in_a_file_is_placed_at_what_is_nearest() -> None:
    locations = Locations(lambda _: _BASE.encode())

    assert locations.value("x.yaml", "remediation", 0, "owner") == (26, 12)
    assert locations.key("x.yaml", "remediation", 0, "owner") == (26, 5)
    assert locations.value("x.yaml", "remediation", 7, "owner") == (24, 3)
    assert locations.key("x.yaml", "remediation", 0, "own") == (24, 5)
    assert locations.value("x.yaml", "title", "of", 3) == (3, 8)


@pytest.mark.parametrize("data", [b"", b"[", b"\xff", b"a: [" * 100])
def test_a_file_that_is_no_yaml_has_one_place(data: bytes) -> None:
    assert Locations(lambda _: data).value("x.yaml", "title") == (1, 1)


def test_a_file_that_is_gone_has_one_place(tmp_path: Path) -> None:
    locations = Locations(lambda name: (tmp_path / name).read_bytes())

    assert locations.key("gone.yaml", "title") == (1, 1)
