"""What a lesson becomes once its values are read: its prose, and its rules with nothing left out."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from lessonguard.lessons.model import Lesson
from lessonguard.lessons.parse import parse_lesson

_CASES = Path(__file__).parents[1] / "cases" / "lesson_faults"
_BASE = (_CASES / "base.yaml").read_text(encoding="utf-8")


def _parse(text: str) -> Lesson:
    made = parse_lesson(text.encode(), path="lessons/INC-245.yaml")
    assert isinstance(made, Lesson), made
    return made


def test_prose_loses_the_line_ends_of_its_block_and_code_keeps_them() -> None:
    text = _BASE.replace("mitigation: Pass", "mitigation: |\n  Pass").replace(
        "bad: requests.get(url)", "bad: |\n      requests.get(url)\n"
    )
    lesson = _parse(text)
    assert lesson.mitigation == "Pass an explicit timeout."
    assert lesson.examples[0].bad == "requests.get(url)\n"


def test_a_lesson_may_watch_places_and_have_no_rules() -> None:
    start, end = _BASE.index("rules:"), _BASE.index("watch:")
    assert _parse(_BASE[:start] + _BASE[end:]).rules == ()


def _document(lesson: str, rule: str = "") -> dict[str, Any]:
    text = _BASE.replace(
        "  - languages: [python]\n", f"  - languages: [python]\n{textwrap.indent(rule, '    ')}"
    )
    for line in lesson.splitlines():
        key = line.partition(":")[0]
        text = re.sub(rf"^{key}: .*$", lambda _: line, text, flags=re.MULTILINE)  # noqa: B023 - used at once
    return dict(_parse(text).rules[0].document)


@pytest.mark.parametrize(
    ("severity", "expected"), [("P0", "ERROR"), ("P1", "ERROR"), ("P2", "WARNING"), ("P3", "INFO")]
)
def test_the_severity_of_a_rule_follows_from_the_incident(severity: str, expected: str) -> None:
    assert _document(f"severity: {severity}")["severity"] == expected


def test_what_a_rule_says_itself_stays() -> None:
    rule = "id: no-timeout\nseverity: LOW\nmessage: Pass a timeout to $M.\n"
    document = _document(
        "", rule + "metadata: {since: 2026-05-14, score: 1.5, on: [yes, 0x1F, 010, .inf, ~]}\n"
    )
    assert document["id"] == "no-timeout"
    assert document["severity"] == "LOW"
    assert document["message"] == "Pass a timeout to $M."
    assert document["metadata"] == {
        "since": "2026-05-14",
        "score": 1.5,
        "on": [True, 31, "010", ".inf", None],
    }


def test_a_rule_without_a_message_says_title_and_failure_mode_on_one_line() -> None:
    assert _document("")["message"] == (
        "Checkout hung when the payments API stalled: A call to the payments API had no timeout."
    )


def test_metavariables_of_the_rule_in_a_title_are_not_replaced_by_semgrep() -> None:
    message = _document("title: $M was lost with $MORE, $T and $HOME for $1.2M")["message"]
    assert message.startswith("$ M was lost with $ MORE, $ T and $HOME for $1.2M: ")


def test_groups_of_a_regular_expression_in_a_title_are_not_replaced_by_semgrep() -> None:
    assert _document("title: Lost $1.2M", "metadata: {regex: a}\n")["message"].startswith("Lost $ 1.2M: ")


def test_rules_are_named_after_the_incident_and_their_place() -> None:
    more = "  - {languages: [go], pattern: f(), id: own}\n  - {languages: [go], pattern: g()}\n"
    lesson = _parse(_BASE.replace("examples:\n", f"{more}examples:\n"))
    assert [rule.id for rule in lesson.rules] == ["INC-245", "own", "INC-245.3"]
    assert [rule.document["id"] for rule in lesson.rules] == ["INC-245", "own", "INC-245.3"]
    assert [rule.line for rule in lesson.rules] == [15, 19, 20]
    assert [rule.languages for rule in lesson.rules] == [("python",), ("go",), ("go",)]
