"""Which changed lines of a fix tell most about what was wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from lessonguard.authoring.new.fix.blocks import dedent, find_blocks
from lessonguard.git.changes import Hunk, LineMap
from lessonguard.record import record

_MOST = 30
"""How many lines of code people read in an example."""

_WIDEST = 300
"""How many characters of a line they read; longer ones were hardly written by hand."""

_AROUND = 3
"""How many lines around a change are shown, where it is in something larger."""

_SIDE_ISSUES = re.compile(
    r"(?:^|/)(?:tests?|__tests__|spec|specs|testdata|fixtures?|docs?|examples?|vendor|node_modules|third_party)/"
    r"|(?:^|/)(?:test_[^/]*|conftest|[^/]*(?:_test|_spec|[.-]test|[.-]spec|Tests?|\.min|\.lock|-lock|\.pb|_pb2))"
    r"\.[^/]*$|\.(?:md|rst|txt|lock|sum|snap|svg)$|(?:^|/)(?:CHANGELOG|CHANGES|NEWS)[^/]*$"
)
_IDLE = re.compile(
    r"(?:#(?!\[|!|include\b|define\b)|//|/\*|\*(?:\s|/|$)|--\s|<!--|import\b|from\b.*\bimport\b|using\s+[\w.]+;|package\b|require\b)"
)


@record
class Sources:
    """A file before and after the fix: its paths and its lines, without their endings."""

    before_path: str
    after_path: str
    before: Sequence[str]
    after: Sequence[str]
    hunks: Sequence[Hunk]
    language: str

    @property
    def paths(self) -> tuple[str, str]:
        """Give the path before the fix and after it."""
        return self.before_path, self.after_path


@record
class Excerpt:
    """Some lines of a file before the fix, and those after it, 1-based."""

    sources: Sources
    before: range
    after: range

    @property
    def bad(self) -> str:
        """Give the code before the fix."""
        return dedent([self.sources.before[number - 1] for number in self.before])

    @property
    def good(self) -> str:
        """Give the code after the fix."""
        return dedent([self.sources.after[number - 1] for number in self.after])


@record
class Spot:
    """A changed place: the wholes that it is in, the best first, and how much it tells.

    `changed` are the lines of the fix itself, or the one beside what it deleted; `lines` are these and a
    few around them, a part of something larger.
    """

    sources: Sources
    changed: range
    lines: Excerpt
    excerpts: tuple[Excerpt, ...]
    weight: int


def is_side_issue(path: str) -> bool:
    """Tell whether a file is a test, a document, generated or somebody else's: nothing for a rule to find."""
    return bool(_SIDE_ISSUES.search(path)) or PurePosixPath(path).name.startswith(".")


def find_spots(sources: Sources) -> list[Spot]:
    """Give the changed places of a file, the most telling first; none for comments, imports and blank lines.

    What replaces code tells more than what adds to it, and that more than what removes it; then a small
    change more than a large one. Changes in one function are one place. New functions are none: there is
    no code before them.
    """
    spots: dict[range, Spot] = {}
    for hunk in sources.hunks:
        gone, come = _count(sources.before, hunk.base_lines), _count(sources.after, hunk.head_lines)
        if gone or come:
            weight = (3 if gone and come else 2 if come else 1) * 1000 - min(gone + come, 999)
            excerpts = tuple(_excerpts(sources, hunk))
            is_new = bool(excerpts) and not excerpts[0].bad.strip() and len(excerpts[0].after) > 1
            excerpts = tuple(each for each in excerpts if each.bad.strip())
            key = excerpts[0].after if excerpts else hunk.head_lines
            if not is_new and (key not in spots or spots[key].weight < weight):
                spots[key] = Spot(
                    sources=sources,
                    changed=hunk.head_lines or _neighbour(hunk.head_lines, sources.after),
                    lines=_surroundings(sources, hunk),
                    excerpts=excerpts,
                    weight=weight,
                )
    return sorted(spots.values(), key=lambda spot: -spot.weight)


def _count(lines: Sequence[str], numbers: Iterable[int]) -> int:
    """Count the lines that do something."""
    texts = [lines[number - 1].strip() for number in numbers]
    return sum(bool(re.search(r"\w", text)) and not _IDLE.match(text) for text in texts)


def _excerpts(sources: Sources, hunk: Hunk) -> Iterator[Excerpt]:
    """Give the wholes that the lines belong to, with both sides short enough; the file is one, too."""
    lines = LineMap(sources.hunks)
    after = _trimmed(hunk.head_lines, sources.after) or _neighbour(hunk.head_lines, sources.after)
    file = range(1, len(sources.after) + 1)
    for block in (*find_blocks(sources.after, after, most=_MOST), *([file] if len(file) <= _MOST else [])):
        before = lines.region(block.start, block.stop - 1)
        excerpt = Excerpt(sources=sources, before=before, after=block)
        if len(before) <= _MOST and max(map(len, f"{excerpt.bad}{excerpt.good}".split("\n"))) <= _WIDEST:
            yield excerpt


def _surroundings(sources: Sources, hunk: Hunk) -> Excerpt:
    first = max(1, hunk.head_lines.start - _AROUND)
    last = min(len(sources.after), max(first, hunk.head_lines.stop - 1 + _AROUND), first + _MOST)
    before = LineMap(sources.hunks).region(first, last)
    return Excerpt(sources=sources, before=before[:_MOST], after=range(first, last + 1))


def _trimmed(numbers: range, lines: Sequence[str]) -> range:
    """Leave out blank lines at either end: they belong to nothing."""
    written = [number for number in numbers if lines[number - 1].strip()]
    return range(written[0], written[-1] + 1) if written else range(0)


def _neighbour(gap: range, lines: Sequence[str]) -> range:
    """Give the line before a gap, or else the one after it."""
    number = max(1, min(gap.start - 1, len(lines)))
    return range(number, number + 1)
