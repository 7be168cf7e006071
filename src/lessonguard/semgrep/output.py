"""Read what Semgrep answers: matches, what was not checked, refused rules; and check that it is whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lessonguard.errors import EngineError
from lessonguard.process import Completed
from lessonguard.semgrep.batches import Entry
from lessonguard.semgrep.interface import EngineResult, Match, Target, Unchecked, UncheckedKind

REINSTALL = "Install Semgrep again: pip install --force-reinstall semgrep"

# After so many rules took too long on a file, Semgrep gives the file up and drops its other matches.
# It is Semgrep's own default: https://semgrep.dev/docs/cli-reference (`--timeout-threshold`).
TIMEOUT_THRESHOLD = 3

# Semgrep's types of errors about a file, as its `semgrep_output_v1.atd` names them; any other one
# counts as a crash, because the file may not have been checked.
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

_SUMMARIES: Mapping[UncheckedKind, str] = {
    "parse": "Semgrep could not parse it",
    "partial-parse": "Semgrep could not parse all of it",
    "timeout": "Semgrep took too long",
    "memory": "Semgrep ran out of memory",
    "too-many": "Semgrep found more matches of this rule in it than it reports",
    "crash": "Semgrep failed",
}

_LONGEST = 300  # characters of a message of Semgrep's

# The place in the file that we wrote for Semgrep; it is gone, and its name is new each time.
_OUR_FILE = re.compile(r"\S*/rules\.json:\d+:\d+: ")


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


def unusable(completed: Completed) -> EngineError:
    """Return the error for an answer that cannot be used."""
    status = completed.returncode
    how = f"was stopped by signal {-status}" if status < 0 else f"ended with exit code {status}"
    message = plain_message(completed.stderr.decode("utf-8", "replace"))
    detail = f": {message}" if message else "."
    return EngineError(f"Semgrep {how} without a usable answer{detail}", hint=REINSTALL)


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
        error: Any,  # noqa: ANN401 - foreign JSON
        message: str,
        *,
        rule: str | None,
        target: Target | None,
    ) -> None:
        """Add an error; `error` is the name of its type, or a list that begins with the name.

        Raise `EngineError` for one about neither a rule nor a target: nobody could tell what was
        not checked.
        """
        name = str(error[0] if isinstance(error, list) and error else error)
        text = plain_message(message)
        if rule is not None and (name in _ABOUT_RULES or target is None):
            self._refused.setdefault(rule, text or name)
            return
        if target is None:
            raise EngineError(f"Semgrep failed: {name}: {text}")
        kind = _KINDS.get(name, "crash")
        detail = text or (name if kind == "crash" else "")
        if kind == "too-many":
            detail = ""  # Semgrep only asks for a bug report
        reason = f"{_SUMMARIES[kind]}: {detail}" if detail else _SUMMARIES[kind]
        spans = error[1] if name == "PartialParsing" else ()
        ends = {(int(span["start"]["line"]), int(span["end"]["line"])) for span in spans}
        lines = tuple(range(first, last + 1) for first, last in sorted(ends))
        self._unchecked.add(
            Unchecked(path=target.path, target=target.key, rule=rule, kind=kind, reason=reason, lines=lines)
        )

    def result(self) -> EngineResult:
        """Return the result: sorted, without duplicates."""
        found = self._unchecked
        slow = Counter((item.target, item.path) for item in found if item.kind == "timeout" and item.rule)
        given_up = {target: path for (target, path), rules in slow.items() if rules >= TIMEOUT_THRESHOLD}
        reason = f"{_SUMMARIES['timeout']} with {TIMEOUT_THRESHOLD} rules and gave the file up"
        # Of a file that Semgrep gave up, no rule is done with it, whichever ones it names.
        unchecked = {item for item in found if item.target not in given_up} | {
            Unchecked(path=path, target=target, kind="timeout", reason=reason)
            for target, path in given_up.items()
        }
        return merge(
            [EngineResult(matches=tuple(self._matches), unchecked=tuple(unchecked), refused=self._refused)]
        )


def merge(results: Sequence[EngineResult]) -> EngineResult:
    """Put results about different targets together, sorted and without duplicates.

    The rules were the same for all. Of the matches of a rule at one place one is left, because a file
    may be checked as several languages.
    """
    matches: dict[tuple[int, int, int, str], Match] = {}
    found = (match for result in results for match in result.matches)
    for match in sorted(found, key=lambda match: (match.message, match.fix or "")):
        matches.setdefault((match.target, match.start, match.end, match.rule), match)
    unchecked = (item for result in results for item in result.unchecked)
    refused = {rule: reason for result in results for rule, reason in result.refused.items()}
    return EngineResult(
        matches=tuple(match for _, match in sorted(matches.items(), key=lambda item: item[0])),
        unchecked=tuple(
            sorted(unchecked, key=lambda item: (item.target or 0, item.rule or "", item.kind, item.reason))
        ),
        refused=dict(sorted(refused.items())),
    )


def check_accounted(entries: Sequence[Entry], result: EngineResult, scanned: Mapping[int, int]) -> None:
    """Raise `EngineError` if the answer is silent about a target that a rule must look at.

    `scanned` says how often Semgrep claims to have scanned each target: once for each language.
    """
    failed = {item.target for item in result.unchecked if item.rule is None}
    expected = Counter(entry.target.key for entry in entries if entry.certain - result.refused.keys())
    for entry in entries:
        key = entry.target.key
        if key not in failed and scanned.get(key, 0) < expected[key]:
            raise EngineError(f"Semgrep's answer does not say whether it checked {entry.target.path}.")
