"""Check what only makes sense together: the parts of a lesson, its timeline, its rules and examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from lessonguard.lessons.diagnostic import Diagnostics, join_words, suggest
from lessonguard.lessons.serialize import read_instant
from lessonguard.lessons.yaml_tree import Entries, Scalar, text_value

_MOMENTS = ("began", "detected", "stabilized")


def check_parts(root: Entries, found: Diagnostics) -> None:
    """Record parts of a lesson that are about rules, where it has none."""
    if root.get("rules") is not None:
        return
    for key, _ in root.entries:
        if key.text in {"examples", "proof"}:
            message = f'"{key.text}" is about rules, and the lesson has none'
            found.add(key, message, hint='add "rules" or remove it')


def check_timeline(timeline: Entries, found: Diagnostics) -> None:
    """Record moments that do not exist, such as the 30th of February, or are out of order."""
    moments = []
    for name in _MOMENTS:
        if isinstance(node := timeline.get(name), Scalar):
            try:
                moments.append((name, node, read_instant(node.text)))
            except ValueError:
                found.add(node, f'"{name}" is a moment that does not exist', hint="check the date")
    for (earlier, _, start), (later, node, end) in pairwise(moments):
        if end < start:
            found.add(node, f'"{later}" is before "{earlier}"', hint="check the dates and the UTC offsets")


def check_names(rules: Sequence[tuple[str, Entries]], found: Diagnostics) -> None:
    """Record rules of one lesson that have the same ID."""
    taken: set[str] = set()
    for name, rule in rules:
        if name in taken:
            found.add(rule, f'the lesson has two rules "{name}"', hint="give one of them another id")
        taken.add(name)


def check_examples(rules: Mapping[str, Entries], examples: Sequence[Entries], found: Diagnostics) -> None:
    """Record rules without bad or good code, and examples that fit no rule; `rules` are by ID."""
    covered: set[tuple[str, str]] = set()
    for example in examples:
        meant = _meant(rules, example, found)
        node = example.get("language")
        lists = [rules[name].get("languages") for name in meant]
        allowed = [str(language) for names in lists if names for language in text_value(names)]
        if isinstance(node, Scalar) and allowed and node.text not in allowed:
            hint = suggest(node.text, dict.fromkeys(allowed), label="known here:")
            found.add(node, f'no rule of this example reads "{node.text}"', hint=hint)
        present = _sides(example, found)
        if not present:
            found.add(example, "the example has neither bad nor good code", hint='add "bad", "good" or both')
        covered |= {(name, side) for name in meant for side in present}
    for name, rule in rules.items():
        if missing := [side for side in ("bad", "good") if (name, side) not in covered]:
            hint = 'add it under "examples"'
            found.add(rule, f'rule "{name}" has no example of {join_words(missing)} code', hint=hint)


def _sides(example: Entries, found: Diagnostics) -> list[str]:
    """List the kinds of code that an example has: written in it, or in a file."""
    present = []
    for side in ("bad", "good"):
        keys = [key for key, _ in example.entries if key.text in {side, f"{side}-file"}]
        if len(keys) > 1:
            message = f'the example has both "{side}" and "{side}-file"'
            found.add(keys[1], message, hint="make two examples of it")
        present += [side] if keys else []
    return present


def _meant(rules: Mapping[str, Entries], example: Entries, found: Diagnostics) -> list[str]:
    """List the IDs of the rules that an example is for."""
    named = example.get("rule")
    if not isinstance(named, Scalar):
        return list(rules)
    if named.text in rules:
        return [named.text]
    hint = suggest(named.text, rules, label="its rules are")
    found.add(named, f'the lesson has no rule "{named.text}"', hint=hint)
    return []
