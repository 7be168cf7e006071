"""A small engine in Python: regular expressions, but the protocol of the real ones.

Of Semgrep's rules it knows `pattern-regex`, and `pattern` with `$X` and `...`, as text. Code with
a bracket that is never closed counts as not parsed from there on; a pattern with five
ellipses counts as slow on 10,000 bytes and more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lessonguard.semgrep.globs import path_filter, translate_glob
from lessonguard.semgrep.interface import (
    EngineResult,
    EngineRule,
    Limits,
    Match,
    Target,
    Unchecked,
    UncheckedKind,
)
from lessonguard.semgrep.output import TIMEOUT_THRESHOLD

_SLOW_ELLIPSES, _SLOW_BYTES = 5, 10_000
_HOLE = re.compile(r"\\\$([A-Z_]+)|\\\.\\\.\\\.")


@dataclass
class FakeEngine:
    """Matches regular expressions; `runs` keeps rules and targets of each run, for tests of its callers."""

    runs: list[tuple[tuple[EngineRule, ...], tuple[Target, ...]]] = field(default_factory=list)

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        self.runs.append((tuple(rules), tuple(targets)))
        refused = {rule.id: reason for rule in rules if (reason := _refusal(rule))}
        usable = [rule for rule in rules if rule.id not in refused]
        matches: set[Match] = set()
        unchecked: set[Unchecked] = set()
        for target in targets:
            applied = [rule for rule in usable if _applies(rule, target)]
            slow = [rule for rule in applied if limits.timeout and _is_slow(rule, target)]
            if len(slow) >= TIMEOUT_THRESHOLD:
                unchecked.add(_unchecked(target, None, "timeout", "given up"))
                continue
            unchecked |= {_unchecked(target, rule.id, "timeout", "slow") for rule in slow}
            matches |= {match for rule in applied if rule not in slow for match in _matches(rule, target)}
            unchecked |= {_unparsed(target)} if applied and _unclosed(target.content) is not None else set()
        return EngineResult(
            matches=tuple(
                sorted(matches, key=lambda match: (match.target, match.start, match.end, match.rule))
            ),
            unchecked=tuple(sorted(unchecked, key=lambda item: (item.target or 0, item.rule or ""))),
            refused=dict(sorted(refused.items())),
        )


def _refusal(rule: EngineRule) -> str | None:
    if not rule.analyzers:
        return "invalid language"
    paths = rule.document.get("paths", {})
    try:
        for glob in (*paths.get("include", ()), *paths.get("exclude", ())):
            translate_glob(glob)
        _expression(rule)
    except (KeyError, ValueError, re.error) as error:
        return f"invalid rule: {error}"
    return None


def _expression(rule: EngineRule) -> re.Pattern[bytes]:
    if "pattern-regex" in rule.document:
        return re.compile(rule.document["pattern-regex"].encode())
    pattern = rule.document["pattern"]
    if pattern.count("(") != pattern.count(")"):
        raise ValueError(pattern)
    text = _HOLE.sub(lambda hole: f"(?P<{hole[1]}>[^(),]+)" if hole[1] else "(?s:.*?)", re.escape(pattern))
    return re.compile(text.encode())


def _applies(rule: EngineRule, target: Target) -> bool:
    return bool(rule.analyzers & target.analyzers) and path_filter(rule.document).admits(target.path)


def _matches(rule: EngineRule, target: Target) -> Iterator[Match]:
    for found in _expression(rule).finditer(target.content):
        holes = {f"${name}": value.decode(errors="replace") for name, value in found.groupdict().items()}
        fix = rule.document.get("fix")
        yield Match(
            rule=rule.id,
            target=target.key,
            start=found.start(),
            end=found.end(),
            message=_fill(rule.document["message"], holes),
            fix=_fill(fix, holes) if fix is not None else None,
        )


def _fill(text: str, holes: dict[str, str]) -> str:
    for name, value in holes.items():
        text = text.replace(name, value)
    return text


def _is_slow(rule: EngineRule, target: Target) -> bool:
    return str(rule.document).count("...") >= _SLOW_ELLIPSES and len(target.content) >= _SLOW_BYTES


def _unclosed(content: bytes) -> int | None:
    """Return the 1-based line of the first `(` or `{` that has no partner, if there is one."""
    opened: list[int] = []
    for number, line in enumerate(content.split(b"\n"), 1):
        for byte in line:
            if byte in b"({":
                opened.append(number)
            elif byte in b")}" and opened:
                opened.pop()
    return opened[0] if opened else None


def _unparsed(target: Target) -> Unchecked:
    first = _unclosed(target.content) or 1
    last = target.content.rstrip(b"\n").count(b"\n") + 1
    if first == 1:
        return _unchecked(target, None, "parse", "not parsed")
    return _unchecked(target, None, "partial-parse", "not parsed", range(first, last + 1))


def _unchecked(
    target: Target, rule: str | None, kind: UncheckedKind, reason: str, *lines: range
) -> Unchecked:
    return Unchecked(path=target.path, target=target.key, rule=rule, kind=kind, reason=reason, lines=lines)
