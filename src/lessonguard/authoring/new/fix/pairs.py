"""Code before and after a fix, as examples that Semgrep can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lessonguard.authoring.new.draft import Pair
from lessonguard.authoring.new.fix.spots import Excerpt, Sources, Spot, find_spots
from lessonguard.git.changes import CommitId
from lessonguard.semgrep.installed import Semgrep
from lessonguard.semgrep.interface import EngineRule, Limits, Target

_MOST = 3
"""How many examples are made: so many people read."""

_TRIED = 12
"""Among how many places they are looked for, the most telling ones."""

_SHORT = 12
"""How many digits of a commit people read."""

_OPENINGS = {"php": "<?php\n"}
"""What code needs before it, to be read as its language."""

_PROBE = {"id": "probe", "message": "probe", "severity": "INFO", "pattern-regex": "probe"}
"""A rule for any language, which the code is parsed for, whatever it finds."""

_UNREADABLE = frozenset({"parse", "partial-parse"})


def choose_pairs(
    sources: Sequence[Sources], language: str, *, commits: tuple[CommitId, CommitId], semgrep: Semgrep
) -> tuple[list[Pair], list[str]]:
    """Choose at most three places that tell most; give them, and in words what was left out.

    `commits` are those before and after. A place is written out if Semgrep can read it without what is
    around it; otherwise the example is the whole file at the two commits.
    """
    spots = sorted(
        (spot for each in sources if each.language == language for spot in find_spots(each)),
        key=lambda spot: -spot.weight,
    )
    chosen = _choose(spots, semgrep)
    rest = [spot for spot in spots if not any(_holds(excerpt, spot) for excerpt, _ in chosen)]
    pairs = [_pair(excerpt, commits, is_whole=is_whole) for excerpt, is_whole in chosen]
    return pairs, list(_left_out(sources, language, rest))


def _choose(spots: Sequence[Spot], semgrep: Semgrep) -> list[tuple[Excerpt, bool]]:
    """Choose what to show: excerpts, and whether Semgrep can read each; in one file, one that it cannot."""
    chosen: list[tuple[Excerpt, bool]] = []
    readable = _readable([each for spot in spots[:_TRIED] for each in spot.excerpts], semgrep)
    for spot in spots[:_TRIED]:
        whole = next((each for each in spot.excerpts if each in readable), None)
        files = {excerpt.sources.after_path for excerpt, is_whole in chosen if not is_whole}
        is_shown = any(_holds(excerpt, spot) for excerpt, _ in chosen)
        if len(chosen) < _MOST and not is_shown and (whole or spot.sources.after_path not in files):
            chosen.append((whole or spot.lines, whole is not None))
    return chosen


def _holds(excerpt: Excerpt, spot: Spot) -> bool:
    is_same = excerpt.sources.after_path == spot.sources.after_path
    return is_same and spot.changed.start < excerpt.after.stop and excerpt.after.start < spot.changed.stop


def _readable(excerpts: Sequence[Excerpt], semgrep: Semgrep) -> list[Excerpt]:
    """Choose those of which Semgrep can read both sides, which is all where it does not know the language."""
    if not excerpts:
        return []
    language = excerpts[0].sources.language
    # One analyzer: a rule for JavaScript looks at TypeScript too, which would not matter here.
    analyzers = frozenset(row.id for row in semgrep.languages.rows if language in row.keys)
    codes = [(each.sources, code) for each in excerpts for code in (each.bad, each.good)]
    targets = [
        Target(key=key, path=sources.after_path, content=_opened(sources, code).encode(), analyzers=analyzers)
        for key, (sources, code) in enumerate(codes)
    ]
    rule = EngineRule(id="probe", analyzers=analyzers, document=_PROBE | {"languages": sorted(analyzers)})
    result = semgrep.run([rule], targets, limits=Limits(prefilter=False))
    failed = {item.target for item in result.unchecked if item.kind in _UNREADABLE}
    return [each for index, each in enumerate(excerpts) if failed.isdisjoint({2 * index, 2 * index + 1})]


def _opened(sources: Sources, code: str) -> str:
    opening = _OPENINGS.get(sources.language, "")
    return code if opening.strip() in code else opening + code


def _pair(excerpt: Excerpt, commits: tuple[CommitId, CommitId], *, is_whole: bool) -> Pair:
    sources = excerpt.sources
    before, after = (f"{path}@{commit[:_SHORT]}" for path, commit in zip(sources.paths, commits, strict=True))
    return Pair(
        place=f"{sources.after_path}, {_lines(excerpt.after)}",
        path=sources.after_path,
        bad=_opened(sources, excerpt.bad) if is_whole else excerpt.bad,
        good=_opened(sources, excerpt.good) if is_whole else excerpt.good,
        files=None if is_whole else (before, after),
    )


def _lines(lines: range) -> str:
    return f"line {lines.start}" if len(lines) == 1 else f"lines {lines.start} to {lines.stop - 1}"


def _left_out(sources: Sequence[Sources], language: str, spots: Sequence[Spot]) -> Iterator[str]:
    counts = Counter(spot.sources.after_path for spot in spots)
    for each in sources:
        path = each.after_path
        if each.language != language:
            yield f"{path}: it is {each.language}, and a rule's examples are of its language"
        elif count := counts[path]:
            yield f"{path}: {count} more place{'s' * (count > 1)}"
        elif not find_spots(each):
            yield f"{path}: nothing but comments, imports or blank lines, or code that is new"
