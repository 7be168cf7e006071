"""A cache of an engine's answers, so that content which many changes have in common is matched once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from lessonguard.semgrep.interface import (
    Engine,
    EngineResult,
    EngineRule,
    Limits,
    Match,
    Target,
    Unchecked,
)
from lessonguard.semgrep.output import merge

# What decides what rules find in a target: its path, its content and the languages it is checked as.
_Key = tuple[str, bytes, frozenset[str]]


class CachingEngine:
    """An engine that answers from a cache what it has run another engine on before.

    What was added and prepared for many runs, in one run, answers each of them as if it had been made
    alone. `waiting_bytes` is how much was added and not prepared yet. The rules of a run are some of
    `rules`: all of those that look at its targets, as `Selector` chooses them.
    """

    def __init__(self, engine: Engine, rules: Sequence[EngineRule]) -> None:
        """Run this engine with these rules."""
        self._engine = engine
        self._rules = rules
        self._answers: dict[_Key, tuple[Sequence[Match], Sequence[Unchecked]]] = {}
        self._waiting: dict[_Key, Target] = {}
        self._refused: dict[str, str] = {}
        self.waiting_bytes = 0

    def add(self, targets: Iterable[Target]) -> None:
        """Add targets for the next run; their keys do not matter."""
        for target in targets:
            key = _key(target)
            if key not in self._answers and key not in self._waiting:
                self._waiting[key] = target
                self.waiting_bytes += len(target.content)

    def prepare(self, *, limits: Limits) -> None:
        """Run the engine once, on all that was added and is not in the cache.

        Raise `EngineError` if it cannot answer; then what was added is forgotten.
        """
        waiting, self._waiting, self.waiting_bytes = self._waiting, {}, 0
        if not waiting:
            return
        targets = [replace(target, key=number) for number, target in enumerate(waiting.values())]
        analyzers = frozenset[str]().union(*(target.analyzers for target in targets))
        rules = [rule for rule in self._rules if rule.analyzers & analyzers and rule.id not in self._refused]
        result = self._engine.run(rules, targets, limits=limits)
        self._refused |= result.refused
        matches: defaultdict[int, list[Match]] = defaultdict(list)
        unchecked: defaultdict[int | None, list[Unchecked]] = defaultdict(list)
        for match in result.matches:
            matches[match.target].append(match)
        for item in result.unchecked:
            unchecked[item.target].append(item)
        for number, key in enumerate(waiting):
            self._answers[key] = matches[number], unchecked[number]

    def check_works(self, *, limits: Limits) -> None:
        """Raise `EngineError` if the engine never answered, and cannot even look at an empty line."""
        if not self._answers:
            analyzers = frozenset[str]().union(*(rule.analyzers for rule in self._rules))
            target = Target(key=0, path="nothing", content=b"\n", analyzers=analyzers)
            self.run(self._rules, [target], limits=limits)

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        """See `Engine.run`."""
        self.add(targets)
        self.prepare(limits=limits)
        ids = {rule.id for rule in rules}
        answers = [(target.key, *self._answers[_key(target)]) for target in targets]
        result = EngineResult(
            matches=tuple(
                replace(match, target=key)
                for key, matches, _ in answers
                for match in matches
                if match.rule in ids
            ),
            unchecked=tuple(
                replace(item, target=key)
                for key, _, unchecked in answers
                for item in unchecked
                if item.rule is None or item.rule in ids
            ),
            refused={rule: reason for rule, reason in self._refused.items() if rule in ids},
        )
        return merge([result])


def _key(target: Target) -> _Key:
    return target.path, sha256(target.content).digest(), target.analyzers
