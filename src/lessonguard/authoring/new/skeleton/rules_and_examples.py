"""Write the parts of a lesson file that are about code: rules, examples, proof and watched paths."""

from __future__ import annotations

from lessonguard.authoring.new.draft import Draft, FixCommit
from lessonguard.authoring.new.skeleton.sample_rules import SAMPLES
from lessonguard.authoring.new.skeleton.side_by_side import side_by_side
from lessonguard.authoring.new.skeleton.yaml_text import (
    code_lines,
    comment,
    commented_out,
    list_item,
    prose_lines,
    quoted,
)
from lessonguard.git.changes import short
from lessonguard.lessons.rule_schema import LONE_LANGUAGES
from lessonguard.lessons.wording import PLACEHOLDER
from lessonguard.output.escape import visible

_COOKBOOK_URL = "https://github.com/OWNER/lessonguard/blob/v1/docs/cookbook.md"

# A fix may change hundreds of files; what an author reads through in a comment is a page at most.
_MAX_PATHS = 20
_MAX_LEFT_OUT = 10

# Rules for `regex` have a regular expression for a pattern; those for `generic` have patterns of code.
_REGEX_LANGUAGES = LONE_LANGUAGES - {"generic"}


def rule_lines(draft: Draft) -> list[str]:
    """Return a rule to fill in, below an explanation of patterns and what the fix changed."""
    language = draft.text("language") or PLACEHOLDER
    sample = SAMPLES.get(language, SAMPLES["python"])
    samples = {"pattern": sample.pattern, "pattern-not": sample.pattern_not}
    # YAML would read `a: b` as a key and `{` as the beginning of a mapping, so such patterns need quotes.
    texts = {key: f"'{text}'" if ": " in text or "{" in text else text for key, text in samples.items()}
    explanation = [
        *comment("A pattern is code, in which `...` means anything and `$X` any expression. For instance:"),
        *commented_out(f"  - {key}: {text}" for key, text in texts.items()),
        *comment(f"`pattern-not` excludes code that is safe; remove it if none is. More: {_COOKBOOK_URL}"),
    ]
    patterns = ["    patterns:", f"      - pattern: {PLACEHOLDER}", f"      - pattern-not: {PLACEHOLDER}"]
    if language in _REGEX_LANGUAGES:
        explanation = comment("The pattern is a regular expression, as in Perl.")
        patterns = ["    pattern-regex:"]
    fix = _fix_lines(draft.fix) if draft.fix else ()
    return [*explanation, *fix, "rules:", f"  - languages: [{language}]", *patterns]


def _fix_lines(fix: FixCommit) -> list[str]:
    """Return the best example of what the fix changed, and every other one that is shown as whole files."""
    shown = [pair for index, pair in enumerate(fix.pairs) if not index or pair.files]
    titles = f"broken: {short(fix.broken or '')}", f"fixed: {short(fix.fixed)}"
    lines = ["#"]
    for pair in shown:
        code = side_by_side(pair.bad, pair.good, titles=titles)
        lines += [*comment(f"The fix, in {pair.place}:"), *commented_out(code), "#"]
    return lines if shown else []


def example_lines(draft: Draft) -> list[str]:
    """Return the examples from the fix, or one to fill in; with a comment about what is not among them."""
    lines: list[str] = []
    for pair in draft.fix.pairs if draft.fix else ():
        note = prose_lines("note", f"{pair.place}.", indent=4)
        if pair.files:
            code = [f"    bad-file: {quoted(pair.files[0])}", f"    good-file: {quoted(pair.files[1])}"]
        else:
            # With the path, because a rule with `paths` finds nothing in an example without one.
            path = f"    path: {quoted(pair.path)}"
            code = [path, *code_lines("bad", pair.bad, indent=4), *code_lines("good", pair.good, indent=4)]
        lines += list_item([*note, *code])
    if not lines:
        keys = (code_lines(key, f"{PLACEHOLDER}\n", indent=4) for key in ("bad", "good"))
        lines = list_item([line for key in keys for line in key])
    left_out = draft.fix.left_out if draft.fix else ()
    more = len(left_out) - _MAX_LEFT_OUT
    parts = [*left_out[:_MAX_LEFT_OUT], *([f"{more} more"] if more > 0 else [])]
    heading = comment("Parts of the fix that are not among the examples:") if parts else []
    return [*heading, *commented_out(f"  {visible(part)}" for part in parts), "examples:", *lines]


def proof_lines(draft: Draft) -> list[str]:
    """Return the commits of the fix, or a comment that shows how to name them."""
    if draft.fix and draft.fix.broken:
        return ["proof:", f"  broken: {quoted(draft.fix.broken)}", f"  fixed: {quoted(draft.fix.fixed)}"]
    fixed = draft.fix.fixed if draft.fix else "9a7b3e1"
    return commented_out(["proof:", "  broken: 4f1c2d9", f"  fixed: {fixed}"])


def watch_lines(draft: Draft) -> list[str]:
    """Return the paths that the fix changed, as a comment: whether to watch them, the author decides."""
    paths = draft.fix.paths if draft.fix and draft.fix.paths else ("billing/gateway/**",)
    return commented_out(["watch:", "  paths:", *(f"    - {quoted(path)}" for path in paths[:_MAX_PATHS])])
