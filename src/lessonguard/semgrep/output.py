"""What Semgrep complains about, sorted into what was not checked and which rules were refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lessonguard.errors import EngineError
from lessonguard.record import record
from lessonguard.semgrep.interface import EngineResult, Match, Problem, ProblemKind, RuleProblem

TIMEOUT_THRESHOLD = 3
"""After so many rules took too long on a file, Semgrep gives the file up and drops its other matches."""

_KINDS: Mapping[str, ProblemKind] = {
    "AST builder error": "parse",
    "Lexical error": "parse",
    "Other syntax error": "parse",
    "Syntax error": "parse",
    "PartialParsing": "partial-parse",
    "Fixpoint timeout": "timeout",
    "Timeout": "timeout",
    "Timeout during interfile analysis": "timeout",
    "OOM during interfile analysis": "memory",
    "Out of memory": "memory",
    "Stack overflow": "memory",
    "Too many matches": "too-many",
}
"""Semgrep's types of errors about a file; any other one counts as a crash."""

_ABOUT_RULES = frozenset(
    {
        "Incompatible rule",
        "IncompatibleRule",
        "Invalid YAML",
        "InvalidRuleSchemaError",
        "Missing plugin",
        "Pattern parse error",
        "PatternParseError",
        "Rule parse error",
        "UnknownLanguageError",
    }
)

_LONGEST = 300
"""Characters of a message of Semgrep's that are passed on."""

_OUR_FILE = re.compile(r"\S*/rules\.json:\d+:\d+: ")
"""The place in the file that we wrote for Semgrep; it is gone, and its name is new each time."""

_SUMMARIES: Mapping[ProblemKind, str] = {
    "parse": "Semgrep could not parse it",
    "partial-parse": "Semgrep could not parse all of it",
    "timeout": "Semgrep took too long",
    "memory": "Semgrep ran out of memory",
    "too-many": "Semgrep found more matches of this rule in it than it reports",
    "crash": "Semgrep failed",
}


@record
class Complaint:
    """One error in an answer, from whichever program it came.

    `target` is a key; `lines` are as in `Problem`.
    """

    type: str
    message: str
    rule: str | None
    target: int | None
    lines: tuple[range, ...] = ()


def error_type(error: Any) -> str:  # noqa: ANN401 - foreign JSON
    """Name the type of an error: it is a text, or a list that begins with one."""
    return str(error[0] if isinstance(error, list) and error else error)


def span_lines(spans: Iterable[Mapping[str, Any]]) -> tuple[range, ...]:
    """Give the 1-based lines of Semgrep's spans, whose last line is inclusive."""
    found = {(int(span["start"]["line"]), int(span["end"]["line"]) + 1) for span in spans}
    return tuple(range(start, stop) for start, stop in sorted(found))


def plain_message(message: str) -> str:
    """Cut a message of Semgrep's to what a person can use: one line, without traces."""
    lines = [line.strip() for line in message.strip().splitlines()]
    if any(line.startswith("Traceback (most recent call last)") for line in lines):
        lines = lines[-1:]  # Python says last what went wrong, OCaml first
    useful = [
        line for line in lines[:8] if line and not line.startswith(("Raised ", "Called ", "Re-raised "))
    ]
    text = _OUR_FILE.sub("", " ".join(useful)).removeprefix("Failure: ")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def assemble(matches: Iterable[Match], complaints: Sequence[Complaint]) -> EngineResult:
    """Put a result together: sorted, without duplicates, every complaint in its place.

    Raise `EngineError` for a complaint about neither a rule nor a target: nobody could tell what
    was not checked.
    """
    refused: dict[str, str] = {}
    problems: set[Problem] = set()
    for complaint in complaints:
        is_about_rule = complaint.type in _ABOUT_RULES or complaint.target is None
        if is_about_rule and complaint.rule is not None:
            refused.setdefault(complaint.rule, plain_message(complaint.message) or complaint.type)
        elif complaint.target is not None:
            problems.add(_problem(complaint, complaint.target))
        else:
            raise EngineError(f"Semgrep failed: {complaint.type}: {plain_message(complaint.message)}")
    return EngineResult(
        matches=_without_duplicates(matches),
        problems=tuple(sorted(_with_given_up(problems), key=_problem_order)),
        rule_problems=tuple(RuleProblem(rule=rule, message=refused[rule]) for rule in sorted(refused)),
    )


def merge(results: Sequence[EngineResult]) -> EngineResult:
    """Put results about different targets together; the rules were the same for all."""
    rule_problems = {problem for result in results for problem in result.rule_problems}
    return EngineResult(
        matches=_without_duplicates(match for result in results for match in result.matches),
        problems=tuple(sorted((p for result in results for p in result.problems), key=_problem_order)),
        rule_problems=tuple(sorted(rule_problems, key=lambda problem: problem.rule)),
    )


def _problem(complaint: Complaint, target: int) -> Problem:
    kind = _KINDS.get(complaint.type, "crash")
    detail = plain_message(complaint.message) or ("" if kind != "crash" else complaint.type)
    if kind == "too-many":
        detail = ""  # Semgrep only asks for a bug report
    message = f"{_SUMMARIES[kind]}: {detail}" if detail else _SUMMARIES[kind]
    return Problem(target=target, rule=complaint.rule, kind=kind, message=message, lines=complaint.lines)


def _with_given_up(problems: set[Problem]) -> set[Problem]:
    """Say of a file that Semgrep gave up that no rule is done with it."""
    slow = Counter(problem.target for problem in problems if problem.kind == "timeout" and problem.rule)
    given_up = {target for target, rules in slow.items() if rules >= TIMEOUT_THRESHOLD}
    message = f"{_SUMMARIES['timeout']} with {TIMEOUT_THRESHOLD} rules and gave the file up"
    return {problem for problem in problems if problem.target not in given_up} | {
        Problem(target=target, rule=None, kind="timeout", message=message) for target in given_up
    }


def _problem_order(problem: Problem) -> tuple[int, str, str, str]:
    return (problem.target, problem.rule or "", problem.kind, problem.message)


def _without_duplicates(matches: Iterable[Match]) -> tuple[Match, ...]:
    """Keep one match of a rule at a place: a file may be checked as several languages."""
    kept: dict[tuple[int, int, int, str], Match] = {}
    for match in sorted(matches, key=lambda match: (match.message, match.fix or "")):
        kept.setdefault((match.target, match.start, match.end, match.rule), match)
    return tuple(match for _, match in sorted(kept.items(), key=lambda item: item[0]))
