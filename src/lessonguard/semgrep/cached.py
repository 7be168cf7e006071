"""Ask an engine about the same content once, however many questions it is in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from lessonguard.record import record
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

_Key = tuple[str, bytes, frozenset[str]]
"""What decides what rules find in a target: its path, its content and the languages it is checked as."""


@record
class _Answer:
    """What was found in one target; its key is that of the question which was asked then."""

    matches: tuple[Match, ...]
    unchecked: tuple[Unchecked, ...]


class RememberingEngine:
    """An engine that answers from memory what another engine was asked before.

    What was noted and prepared for many questions, in one run, answers each of them as if it alone
    had been asked. `noted_bytes` is how much waits to be asked about. The rules of a question are
    some of `rules`: all of those that look at its targets, as `Selector` chooses them.
    """

    def __init__(self, engine: Engine, rules: Sequence[EngineRule]) -> None:
        """Ask this engine about these rules."""
        self._engine = engine
        self._rules = rules
        self._known: dict[_Key, _Answer] = {}
        self._noted: dict[_Key, Target] = {}
        self._refused: dict[str, str] = {}
        self.noted_bytes = 0

    def note(self, targets: Iterable[Target]) -> None:
        """Note what to ask the engine about; their keys do not matter."""
        for target in targets:
            key = _key(target)
            if key not in self._known and key not in self._noted:
                self._noted[key] = target
                self.noted_bytes += len(target.content)

    def prepare(self, *, limits: Limits) -> None:
        """Ask the engine, in one run, about all that was noted and not asked before.

        Raise `EngineError` if it cannot answer; then what was noted is forgotten.
        """
        noted, self._noted, self.noted_bytes = self._noted, {}, 0
        if not noted:
            return
        targets = [replace(target, key=number) for number, target in enumerate(noted.values())]
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
        for number, key in enumerate(noted):
            self._known[key] = _Answer(matches=tuple(matches[number]), unchecked=tuple(unchecked[number]))

    def try_out(self, *, limits: Limits) -> None:
        """Raise `EngineError` if the engine never answered, and cannot even look at an empty line."""
        if not self._known:
            analyzers = frozenset[str]().union(*(rule.analyzers for rule in self._rules))
            target = Target(key=0, path="nothing", content=b"\n", analyzers=analyzers)
            self.run(self._rules, [target], limits=limits)

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        """See `Engine.run`."""
        self.note(targets)
        self.prepare(limits=limits)
        asked = {rule.id for rule in rules}
        found = [(target.key, self._known[_key(target)]) for target in targets]
        result = EngineResult(
            matches=tuple(
                replace(match, target=key)
                for key, answer in found
                for match in answer.matches
                if match.rule in asked
            ),
            unchecked=tuple(
                replace(item, target=key)
                for key, answer in found
                for item in answer.unchecked
                if item.rule is None or item.rule in asked
            ),
            refused={rule: reason for rule, reason in self._refused.items() if rule in asked},
        )
        return merge([result])


def _key(target: Target) -> _Key:
    return target.path, sha256(target.content).digest(), target.analyzers
