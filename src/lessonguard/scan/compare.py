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
from lessonguard.scan.compared import ComparedFile, Occurrence, Verdict, Version, overlap
from lessonguard.scan.finding import State
from lessonguard.scan.similarity import similarity, survives
from lessonguard.scan.source import Source

_SAME_CODE = 0.6
"""How alike two matches at one place must be to count as one match, edited (1.0: equal)."""

_CANDIDATES = 50
"""How many base matches of one hunk are compared by likeness, so that time stays bounded."""

_NOTHING = range(0)

_LARGEST_REGION = 20_000
"""How many bytes are searched for surviving code; a larger hunk counts as rewritten."""


def classify(files: Sequence[ComparedFile]) -> list[Verdict]:
    """Give a verdict for each match in head, and for each in base that is gone.

    The order is that of the files, then that of the matches; what is `fixed` comes last in
    its file.
    """
    comparisons = [_Comparison(file, index=index) for index, file in enumerate(files)]
    for comparison in comparisons:
        comparison.pair_in_place()
        comparison.find_exposed()
    _pair_moved(comparisons)
    return [verdict for comparison in comparisons for verdict in comparison.verdicts()]


@dataclass(eq=False, kw_only=True)
class _Place:
    """An occurrence during the comparison. `state` is None until it is known."""

    file: int
    occurrence: Occurrence
    source: Source
    state: State | None = None
    origin: int | None = None

    @cached_property
    def lines(self) -> range:
        return self.source.lines_of(self.occurrence.start, self.occurrence.end)

    @cached_property
    def text(self) -> tuple[str, tuple[str, ...]]:
        """Give the rule and the tokens: equal for what counts as the same match."""
        return self.occurrence.rule, self.source.token_text(self.occurrence.start, self.occurrence.end)

    @property
    def rule(self) -> str:
        return self.occurrence.rule


class _Comparison:
    """The comparison of one file. `base` keeps the matches that have no partner in head."""

    def __init__(self, file: ComparedFile, *, index: int) -> None:
        self.file = file
        self.index = index
        self.lines = file.lines
        self.base = _places(file.base, index)
        self.head = _places(file.head, index)
        self.base_by_text = _group(self.base, lambda place: place.text)
        self.head_by_text = _group(self.head, lambda place: place.text)
        self._surviving: dict[Hashable, bool] = {}
        self._removed_unmatched: dict[Hashable, bool] = {}

    @property
    def open(self) -> list[_Place]:
        """Give the head matches whose state is not known yet."""
        return [place for place in self.head if place.state is None]

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

    def _pair_nearby(self, key: Callable[[_Place], Hashable]) -> None:
        """Pair within the lines that a match came from, the most alike first; in linear time."""
        waiting = {name: deque(places) for name, places in _group(self.base, key).items()}
        for place in self.open:
            region, queue = self._region(place), waiting.get(key(place), deque())
            while queue and (queue[0].state is not None or queue[0].lines.stop <= region.start):
                queue.popleft()
            near = [base for base in islice(queue, _CANDIDATES) if overlap(base.lines, region)]
            self._pair(place, _alike(place, near))

    def _pair(self, place: _Place, candidates: Iterable[_Place]) -> None:
        partner = next((base for base in candidates if base.state is None), None)
        if partner is not None:
            stands = place.source.raw_lines(place.lines) == partner.source.raw_lines(partner.lines)
            place.state = partner.state = State.INHERITED if stands else State.TOUCHED

    def _region(self, place: _Place) -> range:
        return self.lines.region(place.lines.start, place.lines.stop - 1)

    # What was there, and safe --------------------------------------------------------------

    def find_exposed(self) -> None:
        """Name the matches whose code was in its place before, without matching."""
        base = self.file.base
        for place in self.open:
            if base is not None and self._was_here(place, base):
                unseen = base.is_blind(place.rule, self._region(place))
                place.state = State.INHERITED if unseen else State.EXPOSED

    def _was_here(self, place: _Place, base: Version) -> bool:
        if all(self.lines.to_base(line) for line in place.lines):
            return True
        key = (place.text, region := self._region(place))
        if key not in self._surviving:
            matches = self.base_by_text[place.text]
            self._surviving[key] = _survives_beside(place, matches, source=base.source, region=region)
        return self._surviving[key]

    def left_its_guard(self, place: _Place) -> bool:
        """Tell whether the change took this code, unmatched, from elsewhere in the file."""
        if place.text not in self._removed_unmatched:
            removed = self._removed_text.count(_joined(place.text[1]))
            matched = sum(self._is_removed(base) for base in self.base_by_text[place.text])
            self._removed_unmatched[place.text] = removed > matched
        return self._removed_unmatched[place.text]

    def _is_removed(self, place: _Place) -> bool:
        return all(self._to_head.to_base(line) is None for line in place.lines)

    @cached_property
    def _removed_text(self) -> str:
        if self.file.base is None or self.file.head is None:
            return ""
        source = self.file.base.source
        return "".join(_joined(source.tokens(hunk.base_lines)) for hunk in self.lines.hunks)

    def removed_near(self, place: _Place) -> range:
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

    def uprooted(self) -> list[_Place]:
        """Give the base matches whose code is gone from its place, so that it may have moved."""
        return [place for place in self.base if place.state is None and not self._is_still_here(place)]

    def _is_still_here(self, place: _Place) -> bool:
        if self.file.head is None:
            return False
        if all(self._to_head.to_base(line) for line in place.lines):
            return True
        region = self._to_head.region(place.lines.start, place.lines.stop - 1)
        return _survives_beside(
            place, self.head_by_text[place.text], source=self.file.head.source, region=region
        )

    def verdicts(self) -> Iterator[Verdict]:
        """Name every state that is still open; leave out what base and head share."""
        for place in self.head:
            state = place.state or (State.EXPOSED if self.left_its_guard(place) else State.ADDED)
            yield self._verdict(place, state)
        # Where head was not understood, a match that is missing is not known to be fixed.
        if self.file.head is None or not self.file.head.blind:
            for place in self.base:
                if place.state is None:
                    yield self._verdict(place, State.FIXED)

    def _verdict(self, place: _Place, state: State) -> Verdict:
        removed = self.removed_near(place) if state is State.EXPOSED else _NOTHING
        return Verdict(
            file=self.index,
            occurrence=place.occurrence,
            state=state,
            removed=tuple(removed),
            is_removed_below=bool(removed) and removed.start >= self._region(place).stop,
            origin=place.origin,
        )


def _pair_moved(comparisons: Sequence[_Comparison]) -> None:
    """Pair what is open in head with what was uprooted in base: same file first, then any."""
    uprooted = [comparison.uprooted() for comparison in comparisons]
    for comparison, places in zip(comparisons, uprooted, strict=True):
        _move(comparison.open, places)
    _move(
        [place for comparison in comparisons for place in comparison.open],
        [place for places in uprooted for place in places],
    )


def _move(places: Sequence[_Place], uprooted: Sequence[_Place]) -> None:
    origins = _group(reversed([base for base in uprooted if base.state is None]), lambda base: base.text)
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


def _places(version: Version | None, file: int) -> list[_Place]:
    if version is None:
        return []
    ordered = sorted(version.occurrences, key=lambda item: (item.start, item.end, item.rule))
    return [_Place(file=file, occurrence=occurrence, source=version.source) for occurrence in ordered]


def _alike(place: _Place, candidates: Iterable[_Place]) -> list[_Place]:
    rated = [(similarity(place.text[1], base.text[1]), base) for base in candidates]
    return [base for likeness, base in sorted(rated, key=lambda pair: -pair[0]) if likeness >= _SAME_CODE]


def _survives_beside(place: _Place, matches: Sequence[_Place], *, source: Source, region: range) -> bool:
    """Tell whether a place's code stands in `region` once more than the equal `matches` there."""
    if not region or source.byte_count(region) > _LARGEST_REGION:
        return False
    first = bisect_right(matches, region.start, key=lambda match: match.lines.stop)
    near = takewhile(lambda match: match.lines.start < region.stop, matches[first:])
    blanks = [(match.occurrence.start, match.occurrence.end) for match in near]
    return survives(place.text[1], within=source.tokens(region, without=blanks))


def _joined(tokens: Sequence[str]) -> str:
    return "".join(f"{token}\0" for token in tokens)


def _distance(lines: range, region: range) -> tuple[int, int]:
    """Say how far lines are from a region; of equally near ones, those above come first."""
    if lines.stop <= region.start:
        return region.start - lines.stop, 0
    return max(0, lines.start - region.stop), 1
