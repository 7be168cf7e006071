"""What the schema lets through, whatever it looks like."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from lessonguard.lessons.model import Lesson
from lessonguard.lessons.parse import parse_lesson

_CASES = Path(__file__).parents[1] / "cases" / "lesson_faults"
_BASE = (_CASES / "base.yaml").read_text(encoding="utf-8")


def _parse(text: str) -> Lesson:
    made = parse_lesson(text.encode(), path="lessons/INC-245.yaml")
    assert isinstance(made, Lesson), made
    return made


@pytest.mark.parametrize("written", ["1234567", "12345e67", "0123456", "12e45678", "4f1c2d9"])
def test_a_commit_hash_that_looks_like_a_number_stays_as_it_is_written(written: str) -> None:
    proof = _parse(_BASE.replace("4f1c2d9", written)).proof
    assert proof is not None
    assert proof.broken == written


@pytest.mark.parametrize("written", ["20260514", "1.10", "2026-05-14", "007"])
def test_an_incident_that_looks_like_a_number_or_a_date_stays_as_it_is_written(written: str) -> None:
    lesson = _parse(_BASE.replace("incident: INC-245", f"incident: {written}"))
    assert lesson.incident == written
    assert lesson.rules[0].id == written


@pytest.mark.parametrize(
    "rule",
    [
        "pattern-either: [{patterns: [{pattern: f()}, {pattern-not-inside: {patterns: [{pattern: g()}]}}]}]",
        "pattern-regex: f",
        "match: {all: [f($X), {not: {inside: g()}}], where: [{metavariable: $X, regex: a}, {focus: $X}]}",
        "taint: {sources: [f(), {pattern: g(), exact: true}], sinks: [h()], sanitizers: [{any: [i(), j()]}]}",
        (
            "mode: taint\npattern-sources: [{pattern: f(), by-side-effect: only}]\n"
            "pattern-sinks: [{pattern: g(), requires: [{$X: A}]}]"
        ),
        "patterns: [pattern: f($X), metavariable-type: {metavariable: $X, type: T}]",
        "pattern: f()\noptions: {symbolic_propagation: yes, generic_braces: [['(', ')']]}\nfix: g()",
    ],
)
def test_the_syntaxes_of_semgrep_are_accepted(rule: str) -> None:
    start, end = _BASE.index("    patterns:"), _BASE.index("examples:")
    assert _parse(f"{_BASE[:start]}{textwrap.indent(rule, '    ')}\n{_BASE[end:]}").rules
