"""What a change introduces: pair the matches of head with those of base, and classify the rest.

The order of the steps makes the answer right. A match that stands where one stood before
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
from operator import attrgetter
from typing import TypeVar

from lessonguard.git.changes import LineMap
from lessonguard.lessons.model import Lesson
from lessonguard.record import record
from lessonguard.scan.finding import State
from lessonguard.scan.source import Source, survives
from lessonguard.scan.suppressions import AcceptComment
from lessonguard.semgrep.interface import NEVER, Deadline, Match, Side, TimeIsUpError, Unchecked

# How alike two matches at one place must be to count as one match, edited. Above 0.6, sequences are
# "close matches": https://docs.python.org/3/library/difflib.html#difflib.SequenceMatcher.ratio, whose
# measure this is, of the longest common sequence. `get(u)` and `get(u, v)` have 0.8.
_SAME_CODE = 0.6

# How many base matches of one hunk are compared by likeness, so that time grows with the number of
# matches and not with its square: a generated file may have thousands on one line.
_CANDIDATES = 50

# How many bytes are searched for surviving code; a larger hunk counts as rewritten, because the search
# begins anew at each equal token.
_LARGEST_REGION = 20_000

# Of how many tokens likeness is computed, because a match in minified code may have thousands.
_MOST_TOKENS = 500

_NOTHING = range(0)
_POSITION = attrgetter("start", "end", "rule")
_Item = TypeVar("_Item")


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
    side: Side
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

    @cached_property
    def lines(self) -> range:
        """Return the 1-based lines that the match stands on."""
        return self.source.lines_of(self.match.start, self.match.end)

    @cached_property
    def text(self) -> tuple[str, tuple[str, ...]]:
        """Return the rule and the tokens: equal for what counts as the same match."""
        return self.match.rule, self.source.token_text(self.match.start, self.match.end)


def classify(
    files: Sequence[FileComparison], *, deadline: Deadline = NEVER
) -> tuple[list[ClassifiedMatch], list[FileComparison]]:
    """List the matches in head, and those in base that are gone, with what the change did to each.

    The order is that of the files, then that of the matches; what is `fixed` comes last in
    its file. The other list has the files that were not compared by the deadline: nothing is said of them.
    """
    classifiers: list[_Classifier] = []
    late: list[FileComparison] = []
    for file in files:
        try:
            classifier = _Classifier(file, deadline)
            classifier.pair_in_place()
            classifier.find_exposed()
        except TimeIsUpError:  # noqa: PERF203 - the other files may be small
            late.append(file)
        else:
            classifiers.append(classifier)
    # The base matches whose code is gone from its place, so that it may have moved.
    removed = [
        [match for match in classifier.base if match.is_open and not classifier.is_in_place(match)]
        for classifier in classifiers
    ]
    # Code moved more probably within its file than to another.
    for classifier, matches in zip(classifiers, removed, strict=True):
        _pair_moved(classifier.open, matches)
    _pair_moved([match for each in classifiers for match in each.open], [m for each in removed for m in each])
    classified: list[ClassifiedMatch] = []
    for classifier in classifiers:
        try:
            classified += list(classifier.finish())
        except TimeIsUpError:  # noqa: PERF203 - as above
            late.append(classifier.file)
    return classified, late


class _Classifier:
    """Classifies the matches of one file, in steps that need those before them."""

    def __init__(self, file: FileComparison, deadline: Deadline) -> None:
        deadline.check()
        self.file = file
        self.deadline = deadline
        self.lines = file.lines
        self.base = [
            ClassifiedMatch(file=file, side="base", source=file.base, match=match, state=State.FIXED)
            for match in sorted(file.base_matches, key=_POSITION)
            if file.base is not None
        ]
        self.head = [
            ClassifiedMatch(file=file, side="head", source=file.head, match=match, state=State.ADDED)
            for match in sorted(file.head_matches, key=_POSITION)
            if file.head is not None
        ]
        self.base_by_text = _group(self.base, lambda match: match.text)
        self.head_by_text = _group(self.head, lambda match: match.text)
        self._in_place: dict[Hashable, bool] = {}
        self._lost_guard: dict[Hashable, bool] = {}

    @property
    def open(self) -> list[ClassifiedMatch]:
        """Return the head matches that nothing is known about yet."""
        return [match for match in self.head if match.is_open]

    # What stands where it stood ------------------------------------------------------------

    def pair_in_place(self) -> None:
        """Pair matches at one place: by line, then by text, then by likeness."""
        if self.file.base is None or self.file.head is None:
            return
        self._pair_on_line(lambda match: match.text)
        self._pair_on_line(lambda match: match.match.rule)
        self._pair_nearby(lambda match: match.text)
        self._pair_nearby(lambda match: match.match.rule)

    def _pair_on_line(self, key: Callable[[ClassifiedMatch], Hashable]) -> None:
        """Pair with the first that is open on the line that a match came from; in linear time."""
        by_line = _group(self.base, lambda match: (key(match), match.lines.start))
        waiting = {place: deque(matches) for place, matches in by_line.items()}
        for match in self.open:
            self.deadline.check()
            queue = waiting.get((key(match), self.lines.to_base(match.lines.start)), deque())
            while queue and not queue[0].is_open:
                queue.popleft()
            _pair(match, islice(queue, 1))

    def _pair_nearby(self, key: Callable[[ClassifiedMatch], Hashable]) -> None:
        """Pair within the lines that a match came from, the most alike first; in linear time."""
        waiting = {name: deque(matches) for name, matches in _group(self.base, key).items()}
        for match in self.open:
            self.deadline.check()
            region, queue = self._region(match), waiting.get(key(match), deque())
            while queue and (not queue[0].is_open or queue[0].lines.stop <= region.start):
                queue.popleft()
            near = [base for base in islice(queue, _CANDIDATES) if overlap(base.lines, region)]
            likeness_to = Likeness(match.text[1])
            rated = [(likeness_to.of(base.text[1]), base) for base in near]
            rated.sort(key=lambda pair: -pair[0])
            _pair(match, [base for likeness, base in rated if likeness >= _SAME_CODE])

    def _region(self, match: ClassifiedMatch) -> range:
        """Return the base lines that a head match came from."""
        return self.lines.region(match.lines.start, match.lines.stop - 1)

    # What was there, and safe --------------------------------------------------------------

    def find_exposed(self) -> None:
        """Find the matches whose code was in its place before, without matching."""
        for match in self.open:
            self.deadline.check()
            if self.is_in_place(match):
                unseen = self.file.is_unchecked("base", match.match.rule, self._region(match))
                match.state = State.INHERITED if unseen else State.EXPOSED

    def is_in_place(self, match: ClassifiedMatch) -> bool:
        """Return whether the code of a match is in its place in the other version, without matching there."""
        is_head = match.side == "head"
        source, lines = (self.file.base, self.lines) if is_head else (self.file.head, self._to_head)
        if source is None:
            return False
        if all(lines.to_base(line) for line in match.lines):
            return True
        region = lines.region(match.lines.start, match.lines.stop - 1)
        key = (is_head, match.text, region)
        if key not in self._in_place:
            matches = (self.base_by_text if is_head else self.head_by_text)[match.text]
            self._in_place[key] = _survives_beside(match, matches, source=source, region=region)
        return self._in_place[key]

    def finish(self) -> Iterator[ClassifiedMatch]:
        """Decide what is still open, and leave out what base and head share."""
        removals = [hunk.base_lines for hunk in self.lines.hunks if hunk.base_count]
        for match in self.head:
            self.deadline.check()
            if match.is_open and self._has_lost_guard(match):
                match.state = State.EXPOSED
            if match.state is State.EXPOSED:
                region = self._region(match)
                match.removed = _nearest(removals, region)
                match.is_removed_below = bool(match.removed) and match.removed.start >= region.stop
            yield match
        # Where head was not understood, a match that is missing is not known to be fixed.
        if self.file.head is None or not any(item.side == "head" for item in self.file.unchecked):
            yield from (match for match in self.base if match.is_open)

    def _has_lost_guard(self, match: ClassifiedMatch) -> bool:
        """Return whether the change took this code, unmatched, from elsewhere in the file."""
        if match.text not in self._lost_guard:
            is_possible = self._removed_words.issuperset(match.text[1])
            removed = self._removed_text.count(_joined(match.text[1])) if is_possible else 0
            matched = sum(
                all(self._to_head.to_base(line) is None for line in base.lines)
                for base in self.base_by_text[match.text]
            )
            self._lost_guard[match.text] = removed > matched
        return self._lost_guard[match.text]

    @cached_property
    def _removed_text(self) -> str:
        return _joined(self._removed_tokens)

    @cached_property
    def _removed_words(self) -> frozenset[str]:
        return frozenset(self._removed_tokens)

    @cached_property
    def _removed_tokens(self) -> Sequence[str]:
        source = self.file.base
        if source is None or self.file.head is None:
            return ()
        return [token for hunk in self.lines.hunks for token in source.tokens(hunk.base_lines)]

    @cached_property
    def _to_head(self) -> LineMap:
        return self.lines.inverse()


def _pair(match: ClassifiedMatch, candidates: Iterable[ClassifiedMatch]) -> None:
    """Pair a match with the first candidate that has no partner: untouched, or edited."""
    partner = next((base for base in candidates if base.is_open), None)
    if partner is not None:
        is_same = match.source.raw_lines(match.lines) == partner.source.raw_lines(partner.lines)
        match.state = partner.state = State.INHERITED if is_same else State.TOUCHED


def _pair_moved(matches: Sequence[ClassifiedMatch], removed: Sequence[ClassifiedMatch]) -> None:
    """Pair what is open in head with what was removed from base and has the same text, in order."""
    origins = _group(reversed([base for base in removed if base.is_open]), lambda base: base.text)
    for match in matches:
        if waiting := origins.get(match.text):
            origin = waiting.pop()
            match.state = origin.state = State.MOVED
            match.origin = origin.file


class Likeness:
    """Tells how alike others are to one sequence of tokens, from 0.0 to 1.0; of long ones the beginnings.

    That is how much of both belongs to their longest common sequence. It is found in one step for each
    token of the other, on all tokens of this one at once, as the bits of a number: Hyyrö, "Bit-Parallel
    LCS-length Computation Revisited" (2004). Two lists of 500 one-digit numbers take 0.2 ms;
    `SequenceMatcher` takes 0.1 s, and 60 such calls, all rewritten, took it minutes.
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        """Note at which places each token stands."""
        self._count = min(len(tokens), _MOST_TOKENS)
        self._places: defaultdict[str, int] = defaultdict(int)
        for place, token in enumerate(tokens[:_MOST_TOKENS]):
            self._places[token] |= 1 << place

    def of(self, tokens: Sequence[str]) -> float:
        """Return how alike these tokens are; two empty sequences are equal."""
        others = tokens[:_MOST_TOKENS]
        every = unmatched = (1 << self._count) - 1
        for token in others:
            found = unmatched & self._places.get(token, 0)
            unmatched = (unmatched + found | unmatched - found) & every
        both = self._count + len(others)
        return 2 * (self._count - unmatched.bit_count()) / both if both else 1.0


def _survives_beside(
    match: ClassifiedMatch, matches: Sequence[ClassifiedMatch], *, source: Source, region: range
) -> bool:
    """Return whether the code of a match is in `region` once more than the equal `matches` there."""
    if not region or source.byte_count(region) > _LARGEST_REGION:
        return False
    # Most code that is new has a word that was not there before: this is asked of thousands of matches.
    if not source.words(region).issuperset(match.text[1]):
        return False
    first = bisect_right(matches, region.start, key=lambda other: other.lines.stop)
    near = takewhile(lambda other: other.lines.start < region.stop, matches[first:])
    blanks = [(other.match.start, other.match.end) for other in near]
    return survives(match.text[1], within=source.tokens(region, without=blanks))


def _nearest(removals: Sequence[range], region: range) -> range:
    """Return the removed base lines nearest to a region; of equally near ones, those above it."""

    def distance(lines: range) -> tuple[int, int]:
        if lines.stop <= region.start:
            return region.start - lines.stop, 0
        return max(0, lines.start - region.stop), 1

    after = bisect_left(removals, region.start, key=lambda lines: lines.stop)
    return min(removals[max(0, after - 1) : after + 2], key=distance, default=_NOTHING)


def _group(items: Iterable[_Item], key: Callable[[_Item], Hashable]) -> Mapping[Hashable, list[_Item]]:
    groups: defaultdict[Hashable, list[_Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def _joined(tokens: Sequence[str]) -> str:
    return "".join(f"{token}\0" for token in tokens)


def overlap(one: range, other: range) -> bool:
    """Return whether two ranges of lines share a line, or one begins inside of the other."""
    return one.start < other.stop and other.start < one.stop
