"""The parts of a lesson file that are about code: rules, examples, proof and watched paths."""

from __future__ import annotations

from collections.abc import Sequence

from lessonguard.authoring.new.draft import Draft, Fix, Pair
from lessonguard.authoring.new.skeleton.sample_rules import SAMPLES
from lessonguard.authoring.new.skeleton.scalars import code_lines, prose_lines, quoted
from lessonguard.authoring.new.skeleton.versions import compare_versions
from lessonguard.authoring.new.skeleton.yaml_comments import comment, verbatim
from lessonguard.lessons.placeholder import PLACEHOLDER
from lessonguard.lessons.rule_schema import LONE_LANGUAGES
from lessonguard.output.escape import visible

COOKBOOK_URL = "https://github.com/OWNER/lessonguard/blob/v1/docs/cookbook.md"

_SHORT = 12
_MOST_PATHS = 20
_MOST_LEFT_OUT = 10  # lines of a comment that people still read
_REGEX = LONE_LANGUAGES - {"generic"}


def rule_lines(draft: Draft) -> list[str]:
    """Write a rule to fill in, below what a pattern is and what the fix changed."""
    language = draft.text("language") or PLACEHOLDER
    return [
        *_advice(language),
        *(_versions(draft.fix) if draft.fix else ()),
        "rules:",
        f"  - languages: [{language}]",
        *_patterns(language),
    ]


def _advice(language: str) -> list[str]:
    if language in _REGEX:
        return comment("What to find is a regular expression, as in Perl.")
    lines = comment(
        "A pattern is code, in which `...` stands for anything and `$X` for any expression. For instance:"
    )
    sample = SAMPLES.get(language, SAMPLES["python"])
    return [
        *lines,
        *verbatim(
            [f"  - pattern: {_shown(sample.pattern)}", f"  - pattern-not: {_shown(sample.pattern_not)}"]
        ),
        *comment(f"`pattern-not` leaves out what is safe; remove it if nothing is. More: {COOKBOOK_URL}"),
    ]


def _shown(pattern: str) -> str:
    """Write a pattern as YAML would have to have it."""
    return f"'{pattern}'" if ": " in pattern or "{" in pattern else pattern


def _patterns(language: str) -> list[str]:
    if language in _REGEX:
        return ["    pattern-regex:"]
    return ["    patterns:", f"      - pattern: {PLACEHOLDER}", f"      - pattern-not: {PLACEHOLDER}"]


def _versions(fix: Fix) -> list[str]:
    """Show what the fix did in the most telling place, and wherever the examples do not hold the code."""
    shown = [pair for index, pair in enumerate(fix.pairs) if not index or pair.files]
    lines = ["#"]
    for pair in shown:
        lines += [*comment(f"The fix, in {pair.place}:"), *verbatim(_compared(pair, fix)), "#"]
    return lines if shown else []


def _compared(pair: Pair, fix: Fix) -> list[str]:
    titles = f"broken: {(fix.broken or '')[:_SHORT]}", f"fixed: {fix.fixed[:_SHORT]}"
    return compare_versions(pair.bad, pair.good, titles=titles)


def example_lines(draft: Draft) -> list[str]:
    """Write the examples that the fix gives, or one to fill in; say what of the fix is not among them."""
    pairs = draft.fix.pairs if draft.fix else ()
    left_out = draft.fix.left_out if draft.fix else ()
    lines = [line for pair in pairs for line in _example(pair)]
    if not lines:
        lines = [*_code("  - ", "bad", f"{PLACEHOLDER}\n"), *_code("    ", "good", f"{PLACEHOLDER}\n")]
    return [*_left_out(left_out), "examples:", *lines]


def _left_out(left_out: Sequence[str]) -> list[str]:
    """Say what of the fix is not among the examples."""
    more = len(left_out) - _MOST_LEFT_OUT
    told = [*left_out[:_MOST_LEFT_OUT], *([f"{more} more"] if more > 0 else [])]
    lines = [line for text in told for line in verbatim([f"  {visible(text)}"])]
    return [*comment("Of the fix, this is not among them:"), *lines] if lines else []


def _example(pair: Pair) -> list[str]:
    if pair.files:
        return [
            *_item(prose_lines("note", f"{pair.place}.", indent=4)),
            f"    bad-file: {quoted(pair.files[0])}",
            f"    good-file: {quoted(pair.files[1])}",
        ]
    return [
        *_item(prose_lines("note", f"{pair.place}.", indent=4)),
        f"    path: {quoted(pair.path)}",
        *code_lines("bad", pair.bad, indent=4),
        *code_lines("good", pair.good, indent=4),
    ]


def _item(lines: list[str]) -> list[str]:
    """Make the first of the keys of an item of a list."""
    return [f"  - {lines[0].lstrip()}", *lines[1:]]


def _code(margin: str, key: str, text: str) -> list[str]:
    lines = code_lines(key, text, indent=4)
    return [f"{margin}{lines[0].lstrip()}", *lines[1:]]


def proof_lines(draft: Draft) -> list[str]:
    """Write the commits of the fix, or how they would be written."""
    if draft.fix and draft.fix.broken:
        return ["proof:", f"  broken: {quoted(draft.fix.broken)}", f"  fixed: {quoted(draft.fix.fixed)}"]
    fixed = draft.fix.fixed if draft.fix else "9a7b3e1"
    return verbatim(["proof:", "  broken: 4f1c2d9", f"  fixed: {fixed}"])


def watch_lines(draft: Draft) -> list[str]:
    """Write the paths that the fix touched as a proposal: to watch them is the author's decision."""
    paths = draft.fix.paths if draft.fix and draft.fix.paths else ("billing/gateway/**",)
    return verbatim(["watch:", "  paths:", *(f"    - {quoted(path)}" for path in paths[:_MOST_PATHS])])
