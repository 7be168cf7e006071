"""What Semgrep writes becomes a result: every error is either about a rule, about a target, or raised."""

from __future__ import annotations

from typing import Any

import pytest

from lessonguard.errors import EngineError
from lessonguard.process import Completed
from lessonguard.semgrep.batches import Entry
from lessonguard.semgrep.interface import EngineResult, Match, Target, Unchecked
from lessonguard.semgrep.output import ResultBuilder, check_accounted, merge, plain_message, unusable

TARGET = Target(key=7, path="a.py", content=b"pay(1)\n", analyzers=frozenset({"python"}))


def match(start: int, message: str = "m") -> Match:
    return Match(rule="pay", target=7, start=start, end=start + 6, message=message, fix=None)


def entry(*certain: str, key: int = 7) -> Entry:
    target = Target(key=key, path=f"{key}.py", content=b"", analyzers=frozenset({"python"}))
    return Entry(target=target, analyzer="python", rules=1, certain=frozenset(certain))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("Timeout", "timeout"),
        ("Fixpoint timeout", "timeout"),
        ("Out of memory", "memory"),
        ("Stack overflow", "memory"),
        ("Lexical error", "parse"),
        ("Syntax error", "parse"),
        ("Other syntax error", "parse"),
        ("AST builder error", "parse"),
        ("Internal matching error", "crash"),
        ("Too many matches", "too-many"),
        ("Something of tomorrow", "crash"),
        (["SomethingOfTomorrow", {"a": 1}], "crash"),
    ],
)
def test_an_error_about_a_target_makes_it_unchecked(error: Any, kind: str) -> None:  # noqa: ANN401 - JSON
    builder = ResultBuilder()

    builder.add_error(error, "", rule=None, target=TARGET)

    (unchecked,) = builder.result().unchecked
    assert (unchecked.target, unchecked.path, unchecked.kind) == (7, "a.py", kind)
    assert unchecked.reason.startswith("Semgrep ")


def test_lines_that_could_not_be_parsed_are_kept() -> None:
    builder = ResultBuilder()
    span = {"start": {"line": 3}, "end": {"line": 4}}

    builder.add_error(["PartialParsing", [span]], "", rule=None, target=TARGET)

    assert [item.lines for item in builder.result().unchecked] == [(range(3, 5),)]


@pytest.mark.parametrize("error", ["Rule parse error", "PatternParseError", "Something of tomorrow"])
def test_an_error_about_a_rule_alone_refuses_it(error: str) -> None:
    builder = ResultBuilder()

    builder.add_error(error, "it broke", rule="pay", target=None)

    assert builder.result() == EngineResult(refused={"pay": "it broke"})


def test_an_error_about_neither_rule_nor_target_is_raised() -> None:
    with pytest.raises(EngineError, match="Semgrep failed: Something: cosmic rays"):
        ResultBuilder().add_error("Something", "cosmic rays", rule=None, target=None)


def test_no_rule_is_done_with_a_file_that_semgrep_gave_up() -> None:
    builder = ResultBuilder()
    for rule in ("a", "b", "c"):
        builder.add_error("Timeout", "", rule=rule, target=TARGET)

    (unchecked,) = builder.result().unchecked

    assert (unchecked.target, unchecked.rule, unchecked.kind) == (7, None, "timeout")
    assert unchecked.reason == "Semgrep took too long with 3 rules and gave the file up"


def test_of_the_matches_of_a_rule_at_one_place_one_is_left() -> None:
    results = [EngineResult(matches=(match(9), match(0, "z"))), EngineResult(matches=(match(0, "a"),))]

    assert merge(results) == EngineResult(matches=(match(0, "a"), match(9)))


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        ("no more\nCalled from x.ml\nRaised at y.ml", "no more"),
        ("Traceback (most recent call last):\n  File\nValueError: why", "ValueError: why"),
        ("folder/rules.json:1:2: a glob", "a glob"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_a_message_is_one_line_without_traces(message: str, plain: str) -> None:
    assert plain_message(message) == plain


def test_the_error_for_an_answer_that_cannot_be_used_names_the_signal() -> None:
    error = unusable(Completed(returncode=-9, stdout=b"", stderr=b""))

    assert error.message == "Semgrep was stopped by signal 9 without a usable answer."


def test_a_target_that_a_rule_must_look_at_has_to_be_accounted_for() -> None:
    with pytest.raises(EngineError, match=r"whether it checked 7\.py"):
        check_accounted([entry("pay")], EngineResult(), {})

    check_accounted([entry("pay")], EngineResult(), {7: 1})
    check_accounted([entry()], EngineResult(), {})
    check_accounted([entry("pay")], EngineResult(refused={"pay": "bad"}), {})
    failed = Unchecked(path="7.py", target=7, kind="parse", reason="not parsed")
    check_accounted([entry("pay")], EngineResult(unchecked=(failed,)), {})
