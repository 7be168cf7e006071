"""Divide what an engine is asked: into entries, into processes, and into runs around a rule that stops it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from lessonguard.errors import EngineError
from lessonguard.record import record
from lessonguard.semgrep.globs import path_filter, visible_path
from lessonguard.semgrep.interface import Engine, EngineResult, EngineRule, Limits, Target


class FatalError(EngineError):
    """Semgrep stopped with an explanation before it looked at anything; perhaps because of a rule."""


@record
class Entry:
    """One target as one language, for so many `rules`; `certain` ones must look at it, having no `paths`."""

    target: Target
    analyzer: str
    rules: int
    certain: frozenset[str]


def make_entries(rules: Sequence[EngineRule], targets: Sequence[Target]) -> list[Entry]:
    """List every target once for each of its languages that a rule is for."""
    by_analyzer: dict[str, list[EngineRule]] = {}
    for rule in rules:
        for analyzer in rule.analyzers:
            by_analyzer.setdefault(analyzer, []).append(rule)
    certain = {
        analyzer: frozenset(rule.id for rule in group if "paths" not in rule.document)
        for analyzer, group in by_analyzer.items()
    }
    return [
        Entry(target=target, analyzer=analyzer, rules=len(by_analyzer[analyzer]), certain=certain[analyzer])
        for target in targets
        for analyzer in sorted(target.analyzers & by_analyzer.keys())
    ]


def split_entries(entries: Sequence[Entry], *, most: int, least: int) -> list[list[Entry]]:
    """Divide entries among up to `most` processes: evenly, and each target to one of them.

    A process gets on average at least `least` of work, which is rules times bytes.
    """
    work = Counter[int]()
    for entry in entries:
        work[entry.target.key] += entry.rules * len(entry.target.content)
    count = max(1, min(most, len(work), work.total() // least))
    loads = [0] * count
    share_of: dict[int, int] = {}
    for key, amount in sorted(work.items(), key=lambda item: (-item[1], item[0])):
        share_of[key] = loads.index(min(loads))
        loads[share_of[key]] += amount
    shares: list[list[Entry]] = [[] for _ in loads]
    for entry in entries:
        shares[share_of[entry.target.key]].append(entry)
    return shares


def run_around_fatal(
    rules: Sequence[EngineRule],
    targets: Sequence[Target],
    run: Callable[[Sequence[EngineRule], Sequence[Target]], EngineResult],
) -> EngineResult:
    """Run, and if a rule stops Semgrep altogether, refuse that rule and run with the others.

    Semgrep does not name such a rule; bisection finds it, without any target. Raise `FatalError` if
    no rule is to blame.
    """

    def find_fatal(some: Sequence[EngineRule]) -> dict[str, str]:
        try:
            run(some, ())
        except FatalError as error:
            if len(some) == 1:
                return {some[0].id: error.message}
            half = len(some) // 2
            return find_fatal(some[:half]) | find_fatal(some[half:])
        return {}

    if not rules:
        return EngineResult()
    try:
        return run(rules, targets)
    except FatalError:
        refused = find_fatal(rules)
        if not refused:
            raise
    result = run_around_fatal([rule for rule in rules if rule.id not in refused], targets, run)
    return replace(result, refused=dict(sorted({**result.refused, **refused}.items())))


@record
class RuleTargets:
    """A rule and the only targets that it is matched against; their keys are unique among all rules."""

    rule: EngineRule
    targets: tuple[Target, ...]


def run_separately(batches: Sequence[RuleTargets], *, engine: Engine, limits: Limits) -> EngineResult:
    """Match every rule against its own targets, in one run of the engine.

    A hundred rules with four targets each are 400 pairs instead of 40,000, which takes a sixth of the
    time. A rule without targets is still read by Semgrep, which may refuse it. Raise `EngineError` as
    `Engine.run` does.
    """
    separated = separate(batches)
    owners: dict[int | None, tuple[str, Target]] = {
        target.key: (batch.rule.id, target) for batch in batches for target in batch.targets
    }
    rules = [batch.rule for batch in separated]
    targets = [target for batch in separated for target in batch.targets]
    result = engine.run(rules, targets, limits=limits)
    return replace(
        result,
        matches=tuple(match for match in result.matches if match.rule == owners[match.target][0]),
        unchecked=tuple(
            replace(item, path=target.path)
            for item in result.unchecked
            for rule, target in [owners[item.target]]
            if item.rule in {None, rule}
        ),
    )


def separate(batches: Sequence[RuleTargets]) -> list[RuleTargets]:
    """Move every rule to a folder of its own, with its targets, so that one run keeps all rules apart.

    The rules' own `paths` are applied here: targets that they leave out are gone.
    """
    separated = []
    for number, batch in enumerate(batches):
        rule, admitted = batch.rule, path_filter(batch.rule.document)
        targets = tuple(
            replace(target, path=f"{number}/{target.path}", analyzers=target.analyzers & rule.analyzers)
            for target in batch.targets
            if admitted.admits(visible_path(target.path))
        )
        # `paths` that Semgrep cannot read stay, because Semgrep is to refuse the rule in its own words.
        if admitted.include or admitted.exclude or not rule.document.get("paths"):
            rule = replace(rule, document={**rule.document, "paths": {"include": [f"/{number}/**"]}})
        separated.append(RuleTargets(rule=rule, targets=targets))
    return separated
