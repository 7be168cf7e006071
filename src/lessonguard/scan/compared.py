"""What the comparison of base and head is about: matches, versions of files, and verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from lessonguard.git.changes import LineMap
from lessonguard.record import record
from lessonguard.scan.finding import State
from lessonguard.scan.source import Source


@record
class Occurrence:
    """One match of one rule in one version of a file: 0-based byte offsets, end exclusive."""

    rule: str
    start: int
    end: int
    message: str = ""
    fix: str | None = None


@record
class Version:
    """One side of a compared file: its text, its matches, and where a rule could not look.

    `blind` has 1-based line ranges by rule; those under None hold for every rule. An empty
    range stands for the whole file.
    """

    source: Source
    occurrences: Sequence[Occurrence] = ()
    blind: Mapping[str | None, Sequence[range]] = field(default_factory=dict)

    def is_blind(self, rule: str, lines: range) -> bool:
        """Tell whether `rule` could not look at some of these lines."""
        ranges = [*self.blind.get(rule, ()), *self.blind.get(None, ())]
        return any(not unseen or overlap(unseen, lines) for unseen in ranges)


@record
class ComparedFile:
    """A changed file as it was and as it is, and the mapping between the lines of the two.

    `base` is None for an added file, `head` for a deleted one.
    """

    base: Version | None
    head: Version | None
    lines: LineMap


@record
class Verdict:
    """What the change did to one match.

    `file` is the index of the compared file, in whose head the match stands (in whose base,
    if it is `fixed`). `removed` are the base lines whose removal exposed it, 1-based;
    `is_removed_below` tells that they stood below the match. `origin` is the index of the file it
    was moved from.
    """

    file: int
    occurrence: Occurrence
    state: State
    removed: tuple[int, ...] = ()
    is_removed_below: bool = False
    origin: int | None = None


def overlap(one: range, other: range) -> bool:
    """Tell whether two ranges of lines share a line, or one begins inside of the other."""
    return one.start < other.stop and other.start < one.stop
