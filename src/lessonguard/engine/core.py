"""Run Semgrep's engine, the program `semgrep-core`, directly: the fast path."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lessonguard.engine.answer import (
    TIMEOUT_THRESHOLD,
    Complaint,
    assemble,
    error_type,
    plain_message,
    span_lines,
)
from lessonguard.engine.interface import EngineResult, EngineRule, Limits, Match, RuleProblem, Target
from lessonguard.engine.paths import visible_path
from lessonguard.engine.rules import rules_document
from lessonguard.errors import EngineError
from lessonguard.process import Completed, TimeLimitError, run

_REINSTALL = "Install Semgrep again: pip install --force-reinstall semgrep"


class _FatalError(EngineError):
    """Semgrep stopped with an explanation; perhaps because of a rule."""


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One target as one language; `certain` are rules that must look at it, for they have no `paths`."""

    target: Target
    analyzer: str
    certain: frozenset[str]


class CoreEngine:
    """Runs one `semgrep-core` for a whole question; it needs no network and calls nobody."""

    def __init__(self, binary: Path) -> None:
        """Use this program; it is not started yet."""
        self._binary = binary

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        """See `Engine.run`.

        Some faults in one rule stop Semgrep before it looks at anything. Those rules are found by
        bisection and reported like other refused ones, and the rest is run.
        """
        if not rules:
            return assemble((), ())
        try:
            return self._ask(rules, targets, limits)
        except _FatalError:
            refused = self._find_fatal(rules, limits)
            if not refused:
                raise
        names = {problem.rule for problem in refused}
        result = self.run([rule for rule in rules if rule.id not in names], targets, limits=limits)
        problems = sorted((*result.rule_problems, *refused), key=lambda problem: problem.rule)
        return replace(result, rule_problems=tuple(problems))

    def _find_fatal(self, rules: Sequence[EngineRule], limits: Limits) -> tuple[RuleProblem, ...]:
        try:
            self._ask(rules, (), limits)
        except _FatalError as error:
            if len(rules) == 1:
                return (RuleProblem(rule=rules[0].id, message=error.message),)
            half = len(rules) // 2
            return self._find_fatal(rules[:half], limits) + self._find_fatal(rules[half:], limits)
        return ()

    def _ask(self, rules: Sequence[EngineRule], targets: Sequence[Target], limits: Limits) -> EngineResult:
        entries = _entries(rules, targets)
        with TemporaryDirectory(prefix="lessonguard-") as folder:
            keys = _write_request(Path(folder), rules, entries)
            completed = self._execute(Path(folder), limits)
        try:
            return _result(_read_answer(completed), entries, keys)
        except (LookupError, TypeError, ValueError) as error:
            raise EngineError(_explain(completed), hint=_REINSTALL) from error

    def _execute(self, folder: Path, limits: Limits) -> Completed:
        argv = [
            str(self._binary),
            "-json_nodots",
            *("-rules", str(folder / "rules.json")),
            *("-targets", str(folder / "targets.json")),
            # One: starting a second worker costs more than it brings, whatever the size.
            *("-j", "1"),
            "-fast",
            *("-timeout", str(limits.timeout)),
            *("-timeout_threshold", str(TIMEOUT_THRESHOLD)),
            *("-max_memory", str(limits.max_memory)),
        ]
        try:
            return run(argv, cwd=str(folder), timeout=limits.deadline)
        except TimeLimitError as error:
            hint = "Check a smaller change, or find the slow rule with `lessonguard check`."
            raise EngineError(
                f"Semgrep did not finish within {limits.deadline:g} seconds.", hint=hint
            ) from error


def _entries(rules: Sequence[EngineRule], targets: Sequence[Target]) -> list[_Entry]:
    """List what is asked: every target once for each of its languages that a rule is for."""
    certain: dict[str, set[str]] = {}
    for rule in rules:
        for analyzer in rule.analyzers:
            certain.setdefault(analyzer, set()).update(() if "paths" in rule.document else (rule.id,))
    names = {analyzer: frozenset(ids) for analyzer, ids in certain.items()}
    return [
        _Entry(target=target, analyzer=analyzer, certain=names[analyzer])
        for target in targets
        for analyzer in sorted(target.analyzers & names.keys())
    ]


def _write_request(folder: Path, rules: Sequence[EngineRule], entries: Sequence[_Entry]) -> dict[str, int]:
    """Write what Semgrep reads into `folder`, and return the keys of targets by where their bytes are.

    Each target has a file of its own: Semgrep names that file only, so two targets that shared
    one could not be told apart. `ppath` is what the rules' `paths` see, and must begin with `/`.
    """
    keys: dict[str, int] = {}
    listed = []
    for entry in entries:
        file = folder / str(entry.target.key)
        if str(file) not in keys:
            keys[str(file)] = entry.target.key
            file.write_bytes(entry.target.content)
        path = {"fpath": str(file), "ppath": "/" + visible_path(entry.target.path)}
        listed.append(["CodeTarget", {"path": path, "analyzer": entry.analyzer, "products": ["sast"]}])
    (folder / "rules.json").write_text(json.dumps(rules_document(rules)), encoding="utf-8")
    (folder / "targets.json").write_text(json.dumps(["Targets", listed]), encoding="utf-8")
    return keys


def _read_answer(completed: Completed) -> dict[str, Any]:
    """Take the answer from what Semgrep wrote; raise `EngineError` if it says that it failed."""
    # The answer quotes source code, which need not be UTF-8.
    answer: dict[str, Any] = json.loads(completed.stdout.decode("utf-8", "replace"))
    for error in answer["errors"]:
        if error["error_type"] == "Fatal error":
            raise _FatalError(f"Semgrep stopped: {plain_message(error['message'])}")
    if completed.returncode != 0:
        raise EngineError(_explain(completed), hint=_REINSTALL)
    return answer


def _result(answer: Mapping[str, Any], entries: Sequence[_Entry], keys: Mapping[str, int]) -> EngineResult:
    matches = [_match(found, keys) for found in answer["results"]]
    result = assemble(matches, tuple(_complaints(answer, keys)))
    _account(entries, result, Counter(keys[path] for path in answer["paths"]["scanned"]))
    return result


def _explain(completed: Completed) -> str:
    status = completed.returncode
    how = f"was stopped by signal {-status}" if status < 0 else f"ended with exit code {status}"
    said = plain_message(completed.stderr.decode("utf-8", "replace"))
    return f"Semgrep {how} without a usable answer{': ' + said if said else '.'}"


def _match(found: Mapping[str, Any], keys: Mapping[str, int]) -> Match:
    extra = found["extra"]
    return Match(
        rule=found["check_id"],
        target=keys[found["path"]],
        start=found["start"]["offset"],
        end=found["end"]["offset"],
        message=extra["message"],
        fix=extra.get("fix"),
    )


def _complaints(answer: Mapping[str, Any], keys: Mapping[str, int]) -> Iterable[Complaint]:
    for error in answer["errors"]:
        kind = error["error_type"]
        yield Complaint(
            type=error_type(kind),
            message=error["message"],
            rule=error.get("rule_id"),
            target=keys.get(error.get("location", {}).get("path")),
            lines=span_lines(kind[1]) if error_type(kind) == "PartialParsing" else (),
        )
    for skipped in answer.get("skipped_rules", ()):
        yield Complaint(
            type="Rule parse error", message=skipped["details"], rule=skipped["rule_id"], target=None
        )


def _account(entries: Sequence[_Entry], result: EngineResult, scanned: Mapping[int, int]) -> None:
    """Raise `EngineError` if the answer says nothing about a target that a rule must look at."""
    refused = {problem.rule for problem in result.rule_problems}
    failed = {problem.target for problem in result.problems if problem.rule is None}
    expected = Counter(entry.target.key for entry in entries if entry.certain - refused)
    for entry in entries:
        key = entry.target.key
        if key not in failed and scanned.get(key, 0) < expected[key]:
            raise EngineError(
                f"Semgrep's answer does not say whether it checked {entry.target.path}.", hint=_REINSTALL
            )
