"""What Semgrep complains about, sorted into what was not checked and which rules were refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from lessonguard.errors import EngineError
from lessonguard.semgrep.interface import EngineResult, Match, Target, Unchecked, UncheckedKind

TIMEOUT_THRESHOLD = 3
"""After so many rules took too long on a file, Semgrep gives the file up and drops its other matches."""

_KINDS: Mapping[str, UncheckedKind] = {
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

_SUMMARIES: Mapping[UncheckedKind, str] = {
    "parse": "Semgrep could not parse it",
    "partial-parse": "Semgrep could not parse all of it",
    "timeout": "Semgrep took too long",
    "memory": "Semgrep ran out of memory",
    "too-many": "Semgrep found more matches of this rule in it than it reports",
    "crash": "Semgrep failed",
}


def error_type(error: Any) -> str:  # noqa: ANN401 - foreign JSON
    """Name the type of an error: it is a text, or a list that begins with one."""
    return str(error[0] if isinstance(error, list) and error else error)


def _span_lines(spans: Iterable[Mapping[str, Any]]) -> tuple[range, ...]:
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


class ResultBuilder:
    """Collects what one answer of Semgrep says, from whichever of its programs."""

    def __init__(self) -> None:
        self._matches: list[Match] = []
        self._unchecked: set[Unchecked] = set()
        self._refused: dict[str, str] = {}

    def add_match(self, found: Mapping[str, Any], target: Target) -> None:
        """Add a match in a target, as both programs write it."""
        extra = found["extra"]
        match = Match(
            rule=found["check_id"],
            target=target.key,
            start=found["start"]["offset"],
            end=found["end"]["offset"],
            message=extra["message"],
            fix=extra.get("fix"),
        )
        self._matches.append(match)

    def add_error(
        self,
        kind: Any,  # noqa: ANN401 - foreign JSON
        message: str,
        *,
        rule: str | None,
        target: Target | None,
    ) -> None:
        """Add an error; `kind` is the name of its type, or a list that begins with the name.

        Raise `EngineError` for one about neither a rule nor a target: nobody could tell what was
        not checked.
        """
        name, text = error_type(kind), plain_message(message)
        if rule is not None and (name in _ABOUT_RULES or target is None):
            self._refused.setdefault(rule, text or name)
        elif target is not None:
            lines = _span_lines(kind[1]) if name == "PartialParsing" else ()
            self._unchecked.add(_unchecked(name, text, rule=rule, target=target, lines=lines))
        else:
            raise EngineError(f"Semgrep failed: {name}: {text}")

    def result(self) -> EngineResult:
        """Put the result together: sorted, without duplicates."""
        return EngineResult(
            matches=_without_duplicates(self._matches),
            unchecked=tuple(sorted(_with_given_up(self._unchecked), key=_order)),
            refused=dict(sorted(self._refused.items())),
        )


def merge(results: Iterable[EngineResult]) -> EngineResult:
    """Put results about different targets together; the rules were the same for all."""
    results = list(results)
    refused = {rule: reason for result in results for rule, reason in result.refused.items()}
    return EngineResult(
        matches=_without_duplicates(match for result in results for match in result.matches),
        unchecked=tuple(sorted((item for result in results for item in result.unchecked), key=_order)),
        refused=dict(sorted(refused.items())),
    )


def _unchecked(
    name: str, text: str, *, rule: str | None, target: Target, lines: tuple[range, ...]
) -> Unchecked:
    kind = _KINDS.get(name, "crash")
    detail = text or ("" if kind != "crash" else name)
    if kind == "too-many":
        detail = ""  # Semgrep only asks for a bug report
    reason = f"{_SUMMARIES[kind]}: {detail}" if detail else _SUMMARIES[kind]
    return Unchecked(path=target.path, target=target.key, rule=rule, kind=kind, reason=reason, lines=lines)


def _with_given_up(found: set[Unchecked]) -> set[Unchecked]:
    """Say of a file that Semgrep gave up that no rule is done with it."""
    slow = Counter((item.target, item.path) for item in found if item.kind == "timeout" and item.rule)
    given_up = {target: path for (target, path), rules in slow.items() if rules >= TIMEOUT_THRESHOLD}
    reason = f"{_SUMMARIES['timeout']} with {TIMEOUT_THRESHOLD} rules and gave the file up"
    return {item for item in found if item.target not in given_up} | {
        Unchecked(path=path, target=target, kind="timeout", reason=reason)
        for target, path in given_up.items()
    }


def _order(item: Unchecked) -> tuple[int, str, str, str]:
    return (item.target or 0, item.rule or "", item.kind, item.reason)


def _without_duplicates(matches: Iterable[Match]) -> tuple[Match, ...]:
    """Keep one match of a rule at a place: a file may be checked as several languages."""
    kept: dict[tuple[int, int, int, str], Match] = {}
    for match in sorted(matches, key=lambda match: (match.message, match.fix or "")):
        kept.setdefault((match.target, match.start, match.end, match.rule), match)
    return tuple(match for _, match in sorted(kept.items(), key=lambda item: item[0]))
