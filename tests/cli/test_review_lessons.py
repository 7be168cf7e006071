"""`lessonguard review` of a change that adds or edits lessons: what they are worth is said at once."""

from __future__ import annotations

import pytest

from tests.support.code import UNLOCKED
from tests.support.shop import Shop, ours, summaries

OPEN = """\
incident: INC-301
title: The importer left its files open until there were none left
date: 2026-06-02
severity: P2
failure-class: resource-leak
failure-mode: Files stayed open after an error, until the process could open no more.
root-cause: open() was called without a with block.
mitigation: Open files in a with block.
invariant: Every file is opened in a with block.
rules:
  - languages: [python]
    patterns:
      - pattern: open(...)
      - pattern-not-inside: |
          with open(...) as $F:
              ...
examples:
  - bad: data = open(path).read()
    good: |
      with open(path) as file:
          data = file.read()
"""
LEAK = "def load(path):\n    return open(path).read()\n"


def merge(shop: Shop, number: int, files: dict[str, str]) -> None:
    shop.commit(files, branch=f"topic-{number}", start="main")
    shop.repo.merge(f"topic-{number}")


def test_a_new_lesson_is_proven_and_tried_on_the_past(shop: Shop) -> None:
    for number, files in enumerate([{"a.py": "x = 1\n"}, {"load.py": LEAK}, {"b.py": "y = 1\n"}]):
        merge(shop, number, files)
    pull = shop.pull({"lessons/INC-301.yaml": OPEN})

    reviewed = shop.review(pull)

    [summary] = summaries(pull)
    assert ours(pull) == []
    assert "1 lesson in this change: proven" in summary.body
    assert "1 of the last 3 merges" in summary.body
    assert "it matches 1 place today" in summary.body
    assert "load.py:2" in summary.body
    assert "1 lesson in this change: proven" in reviewed.run.summary


def test_nothing_is_said_twice_about_a_lesson(shop: Shop) -> None:
    pull = shop.pull({"lessons/INC-301.yaml": OPEN})
    shop.review(pull)

    assert shop.review(pull).writes == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("open(...)\n      - pattern-not", "close(...)\n      - pattern-not", "the rule"),
        ("title: The importer", "titel: The importer", 'did you mean "title"?'),
        ("pattern: open(...)", "pattern: open(", "Semgrep"),
    ],
    ids=["silent on its bad code", "misspelt", "no pattern"],
)
def test_a_lesson_that_cannot_be_used_fails_the_check_and_says_why(
    shop: Shop, old: str, new: str, said: str
) -> None:
    pull = shop.pull({"lessons/INC-301.yaml": OPEN.replace(old, new)})

    reviewed = shop.review(pull, expect=2)

    assert "cannot be used as they are" in reviewed.outcome.stderr
    assert said in summaries(pull)[0].body
    assert "to be fixed first" in reviewed.run.summary


def test_a_new_lesson_does_not_judge_the_change_that_brings_it(shop: Shop) -> None:
    pull = shop.pull({"lessons/INC-301.yaml": OPEN, "load.py": LEAK})

    reviewed = shop.review(pull, "--fail-on", "comment")

    assert ours(pull) == []
    assert reviewed.run.outputs["introduced"] == "0"
    assert "load.py" not in summaries(pull)[0].body


def test_a_new_lesson_speaks_about_the_change_that_brings_it_if_it_is_asked_to(shop: Shop) -> None:
    pull = shop.pull({"lessons/INC-301.yaml": OPEN, "load.py": LEAK})

    shop.review(pull, "--fail-on", "comment", "--preview")

    assert ours(pull) == []
    assert "`load.py:2` INC-301: this change adds it" in summaries(pull)[0].body.replace("\\", "")


def test_lessons_and_findings_share_one_review(shop: Shop) -> None:
    pull = shop.pull({"lessons/INC-301.yaml": OPEN, "pay.py": UNLOCKED})

    shop.review(pull)

    assert len(ours(pull)) == 1
    [summary] = summaries(pull)
    assert summary.body.startswith("### 1 place looks like the code behind LOCK")
    assert "1 lesson in this change: proven" in summary.body


def test_a_lesson_that_is_deleted_is_nothing_to_try(shop: Shop) -> None:
    pull = shop.pull({"lessons/SHELL.yaml": None})

    assert shop.review(pull).writes == []


def test_words_of_a_lesson_reach_nobody(shop: Shop) -> None:
    hostile = OPEN.replace(
        "title: The importer", 'title: "@acme/all <img src=x> [x](https://evil.example)"\n#'
    )
    pull = shop.pull({"lessons/INC-301.yaml": hostile.replace("severity: P2", "severity: '@everyone <b>'")})

    shop.review(pull, expect=2)

    body = summaries(pull)[0].body
    assert "@everyone" not in body
    assert "<b>" not in body
    assert "<img" not in body
