"""What an engine says of the pieces of code, as trials of a rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from lessonguard.authoring.prove.result import Sighting, Trial
from lessonguard.authoring.prove.samples import Specimen
from lessonguard.record import record
from lessonguard.scan.source import Source
from lessonguard.semgrep.interface import Match, Unchecked

_UNREADABLE = frozenset({"parse", "partial-parse"})
_SHORT_DETAIL = 60


@record
class Tried:
    """A specimen, with what was found in it and what was not understood of it."""

    specimen: Specimen
    matches: Sequence[Match]
    unchecked: Sequence[Unchecked]

    @property
    def is_foreign(self) -> bool:
        """Tell whether the code, or the path it was given, is not of the language it was read as."""
        return bool(self.specimen.problem) or any(each.kind in _UNREADABLE for each in self.unchecked)

    def unread(self) -> frozenset[str] | None:
        """Give the lines that could not be read, as text; None stands for all of them."""
        source = Source(self.specimen.content)
        ranges = [each.lines for each in self.unchecked if each.kind in _UNREADABLE]
        if not all(ranges):
            return None
        return frozenset(source.line(n).text.strip() for lines in ranges for each in lines for n in each)


def make_trials(tried: Sequence[Tried]) -> tuple[Trial, ...]:
    """Make trials of all that counts, in order.

    Of code that one language can read and another cannot, the latter does not count; if none can, the
    first stands for all.
    """
    groups: defaultdict[tuple[str, int], list[Tried]] = defaultdict(list)
    for each in tried:
        groups[each.specimen.side, each.specimen.group].append(each)
    before = {group: members[0] for (side, group), members in groups.items() if side == "broken"}
    return tuple(
        _make(each, before)
        for members in groups.values()
        for each in [each for each in members if not each.is_foreign] or members[:1]
    )


def _make(tried: Tried, before: Mapping[int, Tried]) -> Trial:
    specimen, source = tried.specimen, Source(tried.specimen.content)
    problem = specimen.problem or next(_problems(tried, before), "")
    return Trial(
        side=specimen.side,
        what=specimen.what,
        line=specimen.line,
        language=specimen.language,
        path=specimen.path,
        code=specimen.content.decode("utf-8", "replace"),
        sightings=tuple(sorted({_sighting(source, match) for match in tried.matches})),
        commit=specimen.commit,
        problem=problem,
        hint=specimen.hint,
    )


def _sighting(source: Source, match: Match) -> Sighting:
    lines = source.lines_of(match.start, match.end)
    text = source.text(match.start, match.end)
    return Sighting(first_line=lines.start, last_line=lines.stop - 1, text=text)


def _problems(tried: Tried, before: Mapping[int, Tried]) -> Iterator[str]:
    """Give what kept the rule from looking, in words, where that leaves it unproven.

    Real files hold much that Semgrep cannot read. It does not matter at the broken commit, if the
    rule fires there, nor at the fixed one, if it is the same as before.
    """
    side = tried.specimen.side
    is_known = side == "broken" and bool(tried.matches)
    if side == "fixed" and (unread := tried.unread()) is not None:
        earlier = before.get(tried.specimen.group)
        is_known = earlier is not None and unread <= (earlier.unread() or frozenset())
    for unchecked in tried.unchecked:
        if unchecked.kind not in _UNREADABLE:
            yield unchecked.reason
        elif not is_known:
            yield _words(unchecked, tried.specimen.language)


def _words(unchecked: Unchecked, language: str) -> str:
    where = f"line {unchecked.lines[0].start}" if unchecked.lines else "it"
    detail = unchecked.reason.partition(": ")[2]
    because = f": {detail}" if 0 < len(detail) <= _SHORT_DETAIL else ""
    return f"Semgrep cannot read {where} as {language}{because}"
