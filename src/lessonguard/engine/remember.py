"""Ask an engine about the same content once, however many questions it is in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from lessonguard.engine.answer import merge
from lessonguard.engine.interface import (
    Engine,
    EngineResult,
    EngineRule,
    Limits,
    Match,
    Problem,
    RuleProblem,
    Target,
)
from lessonguard.record import record

_Key = tuple[str, bytes, frozenset[str]]
"""What decides what rules find in a target: its path, its content and the languages it is checked as."""


@record
class _Answer:
    """What was found in one target; its key is that of the question which was asked then."""

    matches: tuple[Match, ...]
    problems: tuple[Problem, ...]


class RememberingEngine:
    """An engine that answers from memory what another engine was asked before.

    What was `prepare`d for many questions, in one run, answers each of them as if it alone had been
    asked. The rules of a question are some of `rules`: all of those that look at its targets, as
    `Selector` chooses them.
    """

    def __init__(self, engine: Engine, rules: Sequence[EngineRule]) -> None:
        """Ask this engine about these rules."""
        self._engine = engine
        self._rules = rules
        self._known: dict[_Key, _Answer] = {}
        self._refused: dict[str, RuleProblem] = {}

    def prepare(self, targets: Iterable[Target], *, limits: Limits) -> None:
        """Ask the engine, in one run, about those of the targets that it was not asked about before.

        Keys do not matter. Raise `EngineError` if it cannot answer; then nothing is remembered.
        """
        unknown = {key: target for target in targets if (key := _key(target)) not in self._known}
        if not unknown:
            return
        asked = [replace(target, key=number) for number, target in enumerate(unknown.values())]
        analyzers = frozenset().union(*(target.analyzers for target in asked))
        rules = [rule for rule in self._rules if rule.analyzers & analyzers and rule.id not in self._refused]
        result = self._engine.run(rules, asked, limits=limits)
        self._refused |= {problem.rule: problem for problem in result.rule_problems}
        matches, problems = defaultdict(list), defaultdict(list)
        for match in result.matches:
            matches[match.target].append(match)
        for problem in result.problems:
            problems[problem.target].append(problem)
        for number, key in enumerate(unknown):
            self._known[key] = _Answer(matches=tuple(matches[number]), problems=tuple(problems[number]))

    def knows_match(self, target: Target) -> bool:
        """Tell whether a rule is known to match in a target."""
        answer = self._known.get(_key(target))
        return answer is not None and bool(answer.matches)

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        """See `Engine.run`."""
        self.prepare(targets, limits=limits)
        asked = {rule.id for rule in rules}
        found = [(target.key, self._known[_key(target)]) for target in targets]
        result = EngineResult(
            matches=tuple(
                replace(match, target=key)
                for key, answer in found
                for match in answer.matches
                if match.rule in asked
            ),
            problems=tuple(
                replace(problem, target=key)
                for key, answer in found
                for problem in answer.problems
                if problem.rule is None or problem.rule in asked
            ),
            rule_problems=tuple(problem for rule, problem in self._refused.items() if rule in asked),
        )
        return merge([result])


def _key(target: Target) -> _Key:
    return target.path, sha256(target.content).digest(), target.analyzers
