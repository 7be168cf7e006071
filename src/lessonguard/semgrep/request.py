"""What both engines are asked: which targets as which languages, and whether all were answered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lessonguard.errors import EngineError
from lessonguard.record import record
from lessonguard.semgrep.interface import EngineResult, EngineRule, Target

_SUFFIX = re.compile(r"\.[A-Za-z0-9+]{1,16}\Z")
_UNDECODABLE = re.compile("[\udc80-\udcff]")


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
    """List what is asked: every target once for each of its languages that a rule is for."""
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


def share_out(entries: Sequence[Entry], *, most: int, least: int) -> list[list[Entry]]:
    """Divide what is asked among up to `most` processes: evenly, and each target to one of them.

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


def readable(content: bytes) -> bytes:
    """Replace every byte that is not UTF-8 by `_`, so that nothing moves.

    Semgrep's regular expressions match nothing in a text that is not UTF-8, and it does not say so.
    """
    try:
        content.decode()
    except UnicodeDecodeError:
        text = content.decode("utf-8", "surrogateescape")
        return _UNDECODABLE.sub("_", text).encode()
    return content


def file_suffix(path: str) -> str:
    """Give the end of a file name, such as `.tsx`: for some languages Semgrep's parser goes by it."""
    found = _SUFFIX.search(path)
    return found[0] if found else ""


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


def run_around_fatal(
    rules: Sequence[EngineRule],
    targets: Sequence[Target],
    ask: Callable[[Sequence[EngineRule], Sequence[Target]], EngineResult],
) -> EngineResult:
    """Ask, and if a rule stops Semgrep altogether, refuse that rule and ask with the others.

    Semgrep does not name such a rule; bisection finds it, without any target.
    """
    if not rules:
        return EngineResult()
    try:
        return ask(rules, targets)
    except FatalError:
        refused = _find_fatal(rules, ask)
        if not refused:
            raise
    result = run_around_fatal([rule for rule in rules if rule.id not in refused], targets, ask)
    return replace(result, refused=dict(sorted({**result.refused, **refused}.items())))


def _find_fatal(
    rules: Sequence[EngineRule], ask: Callable[[Sequence[EngineRule], Sequence[Target]], EngineResult]
) -> dict[str, str]:
    try:
        ask(rules, ())
    except FatalError as error:
        if len(rules) == 1:
            return {rules[0].id: error.message}
        half = len(rules) // 2
        return _find_fatal(rules[:half], ask) | _find_fatal(rules[half:], ask)
    return {}
