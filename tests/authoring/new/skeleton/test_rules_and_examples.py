"""The parts of a new lesson file that are about code."""

from __future__ import annotations

import re
from dataclasses import replace

from lessonguard.authoring.new.draft import FixCommit, Pair, Statement
from lessonguard.authoring.new.skeleton.rules_and_examples import (
    example_lines,
    proof_lines,
    rule_lines,
    watch_lines,
)
from lessonguard.authoring.new.skeleton.sample_rules import SAMPLES
from lessonguard.lessons.yaml_tree import text_value
from tests.support.drafts import empty_draft, filled_draft, tree

_PAIR = Pair(place="pay.py, line 5", path="pay.py", bad="f(x)\n", good="f(x, 5)\n")
_FIX = FixCommit(
    fixed="9" * 40,
    broken="4" * 40,
    paths=("pay.py",),
    pairs=(_PAIR, replace(_PAIR, place="old.py, line 7", files=("old.py@4444444444", "old.py@9999999999"))),
    left_out=tuple(f"{number}.py: it is new" for number in range(12)),
)


def test_samples_are_shown_as_yaml_would_have_them() -> None:
    for name, sample in SAMPLES.items():
        text = "\n".join(rule_lines(filled_draft(Statement(key="language", text=name))))
        shown = re.findall(r"^#   (- pattern(?:-not)?: .*)$", text, flags=re.MULTILINE)

        assert text_value(tree("patterns:\n" + "".join(f"  {line}\n" for line in shown))) == {
            "patterns": [{"pattern": sample.pattern}, {"pattern-not": sample.pattern_not}]
        }


def test_a_rule_for_regular_expressions_has_no_patterns_of_code() -> None:
    lines = rule_lines(filled_draft(Statement(key="language", text="regex")))

    assert lines == [
        "# The pattern is a regular expression, as in Perl.",
        "rules:",
        "  - languages: [regex]",
        "    pattern-regex:",
    ]


def test_the_fix_is_shown_above_the_rule_and_wherever_the_examples_are_files() -> None:
    lines = rule_lines(replace(empty_draft(), fix=_FIX))

    shown = [line for line in lines if line.startswith("# The fix")]
    assert shown == ["# The fix, in pay.py, line 5:", "# The fix, in old.py, line 7:"]
    assert "#   broken: 4444444444 │   fixed: 9999999999" in lines
    assert "# - f(x)               │ + f(x, 5)" in lines


def test_examples_come_from_the_fix_with_what_is_left_out() -> None:
    lines = example_lines(replace(empty_draft(), fix=_FIX))

    assert lines[:2] == ["# Parts of the fix that are not among the examples:", "#   0.py: it is new"]
    assert lines[10:13] == ["#   9.py: it is new", "#   2 more", "examples:"]
    assert text_value(tree("\n".join(lines[12:]))) == {
        "examples": [
            {"note": "pay.py, line 5.", "path": "pay.py", "bad": "f(x)\n", "good": "f(x, 5)\n"},
            {"note": "old.py, line 7.", "bad-file": "old.py@4444444444", "good-file": "old.py@9999999999"},
        ]
    }


def test_proof_and_watched_paths_are_comments_unless_the_commits_are_known() -> None:
    assert proof_lines(empty_draft())[0] == "# proof:"
    assert proof_lines(replace(empty_draft(), fix=_FIX))[1] == f'  broken: "{"4" * 40}"'
    assert watch_lines(replace(empty_draft(), fix=_FIX)) == ["# watch:", "#   paths:", '#     - "pay.py"']
