"""What a change introduces: pair the matches of head with those of base, and name the rest.

The order of the questions makes the answer right. A match that stands where one stood before
is old. Of the others, one whose own code was there already, unmatched, has lost what made it
safe. Only then may it be a match that was moved here; and only what is left is new.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, takewhile
from typing import TypeVar

from lessonguard.git.changes import LineMap
from lessonguard.lessons.model import Lesson
from lessonguard.record import record
from lessonguard.scan.finding import State
from lessonguard.scan.similarity import similarity, survives
from lessonguard.scan.source import Source
from lessonguard.scan.suppressions import AcceptComment
from lessonguard.semgrep.interface import Match, Side, Unchecked

_SAME_CODE = 0.6
"""How alike two matches at one place must be to count as one match, edited (1.0: equal)."""

_CANDIDATES = 50
"""How many base matches of one hunk are compared by likeness, so that time stays bounded."""

_NOTHING = range(0)

_LARGEST_REGION = 20_000
"""How many bytes are searched for surviving code; a larger hunk counts as rewritten."""


@record(eq=False)
class FileComparison:
    """A changed file as it was and as it is: all that decides what the change did to its matches.

    `base` is None for an added file, `head` for a deleted one. `lines` maps the lines of head to those
    of base. `unchecked` is what rules could not look at, in either version. `watched_by` are the lessons
    that watch one of its paths.
    """

    path: str
    previous_path: str | None
    base: Source | None
    head: Source | None
    lines: LineMap
    base_matches: Sequence[Match] = ()
    head_matches: Sequence[Match] = ()
    unchecked: Sequence[Unchecked] = ()
    accept_comments: Sequence[AcceptComment] = ()
    watched_by: tuple[Lesson, ...] = ()

    @property
    def base_path(self) -> str:
        """Return the path that the file had in base."""
        return self.previous_path or self.path

    def is_unchecked(self, side: Side, rule: str, lines: range) -> bool:
        """Return whether `rule` could not look at some of these 1-based lines of a version."""
        return any(
            not unseen or overlap(unseen, lines)
            for item in self.unchecked
            if item.side == side and item.rule in {None, rule}
            for unseen in item.lines or (_NOTHING,)
        )


@dataclass(eq=False, kw_only=True)
class ClassifiedMatch:
    """A match in one version of a file, and what the change did to it.

    Until anything else is known, a match in head counts as added and one in base as fixed. `removed`
    are the base lines whose removal exposed it, 1-based; `is_removed_below` tells that they stood below
    the match. `origin` is the file that it was moved from.
    """

    file: FileComparison
    source: Source
    match: Match
    state: State
    removed: range = _NOTHING
    is_removed_below: bool = False
    origin: FileComparison | None = None

    @property
    def is_open(self) -> bool:
        """Return whether nothing is known yet about this match."""
        return self.state in {State.ADDED, State.FIXED}

    @property
    def rule(self) -> str:
        """Return the rule that matches."""
        return self.match.rule

    @cached_property
    def lines(self) -> range:
        """Return the 1-based lines that the match stands on."""
        return self.source.lines_of(self.match.start, self.match.end)

    @cached_property
    def text(self) -> tuple[str, tuple[str, ...]]:
        """Return the rule and the tokens: equal for what counts as the same match."""
        return self.rule, self.source.token_text(self.match.start, self.match.end)


def classify(files: Sequence[FileComparison]) -> list[ClassifiedMatch]:
    """List the matches in head, and those in base that are gone, with what the change did to each.

    The order is that of the files, then that of the matches; what is `fixed` comes last in
    its file.
    """
    classifiers = [_Classifier(file) for file in files]
    for classifier in classifiers:
        classifier.pair_in_place()
        classifier.find_exposed()
    _pair_moved(classifiers)
    return [match for classifier in classifiers for match in classifier.finish()]


class _Classifier:
    """Classifies the matches of one file, in steps that need those before them."""

    def __init__(self, file: FileComparison) -> None:
        self.file = file
        self.lines = file.lines
        self.base = _classified(file, file.base, matches=file.base_matches, state=State.FIXED)
        self.head = _classified(file, file.head, matches=file.head_matches, state=State.ADDED)
        self.base_by_text = _group(self.base, lambda match: match.text)
        self.head_by_text = _group(self.head, lambda match: match.text)
        self._surviving: dict[Hashable, bool] = {}
        self._removed_unmatched: dict[Hashable, bool] = {}

    @property
    def open(self) -> list[ClassifiedMatch]:
        """Return the head matches that nothing is known about yet."""
        return [match for match in self.head if match.is_open]

    # What stands where it stood ------------------------------------------------------------

    def pair_in_place(self) -> None:
        """Pair matches at one place: by line, then by text, then by likeness."""
        if self.file.base is None or self.file.head is None:
            return
        by_line = _group(self.base, lambda place: (place.rule, place.lines.start))
        for same_text in (True, False):
            for place in self.open:
                here = by_line.get((place.rule, self.lines.to_base(place.lines.start)), ())
                self._pair(place, [base for base in here if not same_text or base.text == place.text])
        self._pair_nearby(lambda place: place.text)
        self._pair_nearby(lambda place: place.rule)

    def _pair_nearby(self, key: Callable[[ClassifiedMatch], Hashable]) -> None:
        """Pair within the lines that a match came from, the most alike first; in linear time."""
        waiting = {name: deque(places) for name, places in _group(self.base, key).items()}
        for place in self.open:
            region, queue = self._region(place), waiting.get(key(place), deque())
            while queue and (not queue[0].is_open or queue[0].lines.stop <= region.start):
                queue.popleft()
            near = [base for base in islice(queue, _CANDIDATES) if overlap(base.lines, region)]
            self._pair(place, _alike(place, near))

    def _pair(self, place: ClassifiedMatch, candidates: Iterable[ClassifiedMatch]) -> None:
        partner = next((base for base in candidates if base.is_open), None)
        if partner is not None:
            stands = place.source.raw_lines(place.lines) == partner.source.raw_lines(partner.lines)
            place.state = partner.state = State.INHERITED if stands else State.TOUCHED

    def _region(self, place: ClassifiedMatch) -> range:
        return self.lines.region(place.lines.start, place.lines.stop - 1)

    # What was there, and safe --------------------------------------------------------------

    def find_exposed(self) -> None:
        """Find the matches whose code was in its place before, without matching."""
        for place in self.open:
            if self.file.base is not None and self._was_here(place, self.file.base):
                unseen = self.file.is_unchecked("base", place.rule, self._region(place))
                place.state = State.INHERITED if unseen else State.EXPOSED

    def _was_here(self, place: ClassifiedMatch, base: Source) -> bool:
        if all(self.lines.to_base(line) for line in place.lines):
            return True
        key = (place.text, region := self._region(place))
        if key not in self._surviving:
            matches = self.base_by_text[place.text]
            self._surviving[key] = _survives_beside(place, matches, source=base, region=region)
        return self._surviving[key]

    def left_its_guard(self, place: ClassifiedMatch) -> bool:
        """Tell whether the change took this code, unmatched, from elsewhere in the file."""
        if place.text not in self._removed_unmatched:
            removed = self._removed_text.count(_joined(place.text[1]))
            matched = sum(self._is_removed(base) for base in self.base_by_text[place.text])
            self._removed_unmatched[place.text] = removed > matched
        return self._removed_unmatched[place.text]

    def _is_removed(self, place: ClassifiedMatch) -> bool:
        return all(self._to_head.to_base(line) is None for line in place.lines)

    @cached_property
    def _removed_text(self) -> str:
        if self.file.base is None or self.file.head is None:
            return ""
        source = self.file.base
        return "".join(_joined(source.tokens(hunk.base_lines)) for hunk in self.lines.hunks)

    def removed_near(self, place: ClassifiedMatch) -> range:
        """Give the removed base lines that stood nearest to a head match, above it first."""
        region = self._region(place)
        after = bisect_left(self._removals, region.start, key=lambda lines: lines.stop)
        near = self._removals[max(0, after - 1) : after + 2]
        return min(near, key=lambda lines: _distance(lines, region), default=_NOTHING)

    @cached_property
    def _removals(self) -> list[range]:
        return [hunk.base_lines for hunk in self.lines.hunks if hunk.base_count]

    @cached_property
    def _to_head(self) -> LineMap:
        return self.lines.inverse()

    # What has gone -------------------------------------------------------------------------

    def uprooted(self) -> list[ClassifiedMatch]:
        """Give the base matches whose code is gone from its place, so that it may have moved."""
        return [place for place in self.base if place.is_open and not self._is_still_here(place)]

    def _is_still_here(self, place: ClassifiedMatch) -> bool:
        if self.file.head is None:
            return False
        if all(self._to_head.to_base(line) for line in place.lines):
            return True
        region = self._to_head.region(place.lines.start, place.lines.stop - 1)
        return _survives_beside(place, self.head_by_text[place.text], source=self.file.head, region=region)

    def finish(self) -> Iterator[ClassifiedMatch]:
        """Decide what is still open, and leave out what base and head share."""
        for match in self.head:
            if match.is_open and self.left_its_guard(match):
                match.state = State.EXPOSED
            if match.state is State.EXPOSED:
                match.removed = self.removed_near(match)
                match.is_removed_below = (
                    bool(match.removed) and match.removed.start >= self._region(match).stop
                )
            yield match
        # Where head was not understood, a match that is missing is not known to be fixed.
        if self.file.head is None or not any(item.side == "head" for item in self.file.unchecked):
            yield from (match for match in self.base if match.is_open)


def _pair_moved(classifiers: Sequence[_Classifier]) -> None:
    """Pair what is open in head with what was uprooted in base: same file first, then any."""
    uprooted = [classifier.uprooted() for classifier in classifiers]
    for classifier, places in zip(classifiers, uprooted, strict=True):
        _move(classifier.open, places)
    _move(
        [place for classifier in classifiers for place in classifier.open],
        [place for places in uprooted for place in places],
    )


def _move(places: Sequence[ClassifiedMatch], uprooted: Sequence[ClassifiedMatch]) -> None:
    origins = _group(reversed([base for base in uprooted if base.is_open]), lambda base: base.text)
    for place in places:
        if waiting := origins.get(place.text):
            origin = waiting.pop()
            place.state = origin.state = State.MOVED
            place.origin = origin.file


_Item = TypeVar("_Item")


def _group(items: Iterable[_Item], key: Callable[[_Item], Hashable]) -> Mapping[Hashable, list[_Item]]:
    groups: defaultdict[Hashable, list[_Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def _classified(
    file: FileComparison, source: Source | None, *, matches: Iterable[Match], state: State
) -> list[ClassifiedMatch]:
    if source is None:
        return []
    ordered = sorted(matches, key=lambda match: (match.start, match.end, match.rule))
    return [ClassifiedMatch(file=file, source=source, match=match, state=state) for match in ordered]


def _alike(place: ClassifiedMatch, candidates: Iterable[ClassifiedMatch]) -> list[ClassifiedMatch]:
    rated = [(similarity(place.text[1], base.text[1]), base) for base in candidates]
    return [base for likeness, base in sorted(rated, key=lambda pair: -pair[0]) if likeness >= _SAME_CODE]


def _survives_beside(
    place: ClassifiedMatch, matches: Sequence[ClassifiedMatch], *, source: Source, region: range
) -> bool:
    """Tell whether a place's code stands in `region` once more than the equal `matches` there."""
    if not region or source.byte_count(region) > _LARGEST_REGION:
        return False
    first = bisect_right(matches, region.start, key=lambda match: match.lines.stop)
    near = takewhile(lambda match: match.lines.start < region.stop, matches[first:])
    blanks = [(match.match.start, match.match.end) for match in near]
    return survives(place.text[1], within=source.tokens(region, without=blanks))


def _joined(tokens: Sequence[str]) -> str:
    return "".join(f"{token}\0" for token in tokens)


def overlap(one: range, other: range) -> bool:
    """Return whether two ranges of lines share a line, or one begins inside of the other."""
    return one.start < other.stop and other.start < one.stop


def _distance(lines: range, region: range) -> tuple[int, int]:
    """Say how far lines are from a region; of equally near ones, those above come first."""
    if lines.stop <= region.start:
        return region.start - lines.stop, 0
    return max(0, lines.start - region.stop), 1
