"""The text of a new lesson file: valid YAML for any text, and a lesson once it is filled in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from lessonguard.authoring.check.autofix import fix_text
from lessonguard.authoring.new.draft import Draft, FollowUp, Offer, Statement
from lessonguard.authoring.new.skeleton.skeleton import write_skeleton
from lessonguard.lessons.header import SCHEMA_URL
from lessonguard.lessons.model import Lesson, Severity
from lessonguard.lessons.parse import parse_lesson
from lessonguard.lessons.rule_schema import LANGUAGES
from lessonguard.lessons.yaml_tree import text_value
from lessonguard.output.escape import visible
from tests.support.drafts import (
    empty_draft,
    filled_draft,
    hostile_drafts,
    tree,
    under,
    without_surrogates,
)

_CODE = ("TODO\n      - pattern-not: TODO", "f(...)\n      - pattern-not: f(1)")


def written(draft: Draft) -> str:
    return write_skeleton(draft, schema=SCHEMA_URL)


def errors(text: str) -> list[str]:
    made = parse_lesson(text.encode(), path="x.yaml")
    return [] if isinstance(made, Lesson) else [error.text for error in made]


@given(hostile_drafts())
def test_any_draft_becomes_valid_yaml_with_its_values(draft: Draft) -> None:
    root = tree(written(draft))

    assert text_value(under(root, "incident")) == "INC-245"
    for key in {statement.key for statement in draft.statements}:
        if draft.text(key).strip():
            assert text_value(under(root, key)) == visible(" ".join(draft.text(key).split()))
    pairs = [pair for pair in draft.fix.pairs if not pair.files] if draft.fix else []
    examples = [example for example in text_value(under(root, "examples")) if "note" in example]
    shown = [example["bad"] for example in examples if "bad" in example]
    assert shown == [without_surrogates(pair.bad) for pair in pairs]


@given(hostile_drafts())
def test_a_new_lesson_has_no_invisible_characters(draft: Draft) -> None:
    odd = {char for char in written(draft) if not char.isprintable() and unicodedata.category(char) != "Zs"}

    assert odd <= {"\n", "\t"}


@given(hostile_drafts())
def test_check_has_nothing_to_fix_in_a_new_lesson(draft: Draft) -> None:
    text = written(draft)

    assert fix_text(text, schema=SCHEMA_URL).text == text


def test_what_is_missing_is_refused_key_by_key() -> None:
    found = [error.split(" ", 1)[1] for error in errors(written(empty_draft()))]

    assert [error.split('"')[1] for error in found] == [
        *(
            "title",
            "date",
            "severity",
            "failure-class",
            "failure-mode",
            "root-cause",
            "mitigation",
            "invariant",
        ),
        *("languages", "pattern", "pattern-not", "bad", "good"),
    ]
    assert all("TODO" in error for error in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_in_lesson_is_valid(language: str) -> None:
    text = written(filled_draft(Statement(key="language", text=language)))
    for todo, code in (_CODE, ("pattern-regex:\n", "pattern-regex: f\n")):
        text = text.replace(todo, code)
    text = text.replace("bad: |\n      TODO", "bad: f(2)").replace("good: |\n      TODO", "good: f(1)")

    assert errors(text) == []


def test_the_parts_in_comments_are_right_once_the_hashes_are_gone() -> None:
    text = written(filled_draft())
    for todo, code in (_CODE, ("bad: |\n      TODO", "bad: f(2)"), ("good: |\n      TODO", "good: f(1)")):
        text = text.replace(todo, code)
    for key in ("postmortem", "sources", "timeline", "proof", "watch", "remediation"):
        text = re.sub(
            rf"^# {key}:.*\n(?:#   .*\n)*",
            lambda found: re.sub("(?m)^# ", "", found[0]),
            text,
            flags=re.MULTILINE,
        )

    left = [error.split('"')[1] for error in errors(text)]

    assert left == ["kind", "failure-mode", "owner", "due", "validation"]


def test_a_follow_up_that_lacks_nothing_is_no_comment() -> None:
    item = FollowUp(
        action="Add a timeout",
        origin="“Follow-ups”, line 3",
        kind="code",
        failure_mode="a stalled upstream holds a worker",
        owner="@acme/payments",
        due="2026-05-28",
        validation="tests/test_gateway.py",
    )
    draft = replace(filled_draft(), follow_ups=(item, replace(item, is_done=True), replace(item, owner="")))

    root = tree(written(draft))

    assert text_value(under(root, "remediation")) == [
        {
            "kind": "code",
            "failure-mode": "a stalled upstream holds a worker",
            "owner": "@acme/payments",
            "due": "2026-05-28",
            "validation": "tests/test_gateway.py",
        }
    ]


def test_every_value_says_where_it_comes_from() -> None:
    draft = replace(
        empty_draft(),
        statements=(
            Statement(key="title", text="Checkout hung", origin="the heading, line 1"),
            Statement(
                key="date", text="2026-05-14", origin="the author date of commit 9a7b3e1", is_guess=True
            ),
        ),
        offers=(
            Offer(key="title", text="for an hour", origin="the heading, line 1", why=""),
            Offer(key="severity", text="SEV-2", origin="“Severity”, line 5", why="it is not one of P0 to P3"),
        ),
    )

    text = written(draft)

    assert (
        "\n# From the heading, line 1.\n# the heading, line 1 continues: for an hour\ntitle: Checkout hung\n"
        in text
    )
    assert "\n# From the author date of commit 9a7b3e1: a guess, please check it.\ndate: 2026-05-14\n" in text
    assert (
        "\n# Not taken from “Severity”, line 5: “SEV-2”; it is not one of P0 to P3.\nseverity: TODO\n" in text
    )


def test_dates_and_severities_are_not_put_in_quotes() -> None:
    text = written(filled_draft())
    made = parse_lesson(text.replace(*_CODE).replace("TODO", "f(2)").encode(), path="x.yaml")

    assert isinstance(made, Lesson)
    assert (made.date, made.severity) == (date(2026, 5, 14), Severity.P1)
    assert "\ndate: 2026-05-14\n" in text
    assert "\nseverity: P1\n" in text
