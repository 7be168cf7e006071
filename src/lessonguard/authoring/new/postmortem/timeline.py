"""Read from a postmortem when the incident began, was detected and was stabilized."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from lessonguard.authoring.new.draft import Offer, Statement
from lessonguard.authoring.new.postmortem.sections import Section
from lessonguard.authoring.new.postmortem.timestamps import (
    find_days,
    find_moment,
    first_day,
    has_time,
    says_utc,
    split_moment,
    write_moment,
)
from lessonguard.record import record

_MOMENTS = ("began", "detected", "stabilized")

_IT = r"(?:the\s+)?(?:incident|outage|impact|issue|disruption|degradation)"
_IS = r"(?:\s+(?:is|was|has|had|been|first))*\s+"

# How the entry of a timeline begins that is about one of these moments, the most exact words first: a service
# may be restored before or after its incident is called resolved.
_WORDS = {
    "began": (
        rf"(?:{_IT}\s+(?:begins|began|begun|starts|started|start|onset)|(?:start|onset) of {_IT}|began)\b",
    ),
    "detected": (rf"(?:{_IT}{_IS})?(?:first )?(?:detected|detection)\b",),
    "stabilized": (
        rf"(?:{_IT}{_IS})?stabili[sz]ed\b",
        rf"(?:{_IT}{_IS})?mitigated\b",
        rf"(?:(?:the\s+)?services?{_IS}(?:restored|recovered)|(?:{_IT}{_IS})?recovered)\b",
        rf"(?:{_IT}\s+(?:ends|ended|is over|over)|end of {_IT})\b",
        rf"(?:{_IT}{_IS})?resolved\b",
    ),
}
_PATTERNS = [
    (key, rank, re.compile(words, re.IGNORECASE))
    for key, patterns in _WORDS.items()
    for rank, words in enumerate(patterns)
]


@record
class _Event:
    """An entry of a timeline with a known moment."""

    moment: datetime
    text: str
    origin: str


def read_moments(sections: Sequence[Section], *, day: date | None) -> list[Statement | Offer]:
    """Read the moments that are named as what they are, with their UTC offsets.

    `day` is the day of the incident, for times without a day. Labels such as `Detected: …` count before
    entries of a timeline, the most exact label first. Times without a known day or offset, and times out of
    order, become offers.
    """
    found: dict[str, _Event] = {}
    offers: list[Offer] = []
    for section in sorted(sections, key=lambda section: section.rank):
        text = section.first_line
        if section.topic in _MOMENTS and has_time(text):
            moment = find_moment(text, day=day, is_utc=says_utc(section.title))
            if moment:
                found.setdefault(section.topic, _Event(moment=moment, text="", origin=section.origin))
            else:
                why = "its day or its offset from UTC is missing, or there are several"
                offers.append(Offer(key=section.topic, text=text, origin=section.origin, why=why))
    for section in sections:
        if section.topic == "timeline":
            best: dict[str, tuple[int, _Event]] = {}
            for event in _events(section, day):
                for key, rank, pattern in _PATTERNS:
                    if pattern.match(event.text) and rank < best.get(key, (len(_PATTERNS), event))[0]:
                        best[key] = rank, event
            found = {**{key: event for key, (_, event) in best.items()}, **found}
    events = [(key, found[key]) for key in _MOMENTS if key in found]
    moments = [event.moment for _, event in events]
    if moments != sorted(moments):
        why = "the moments of the timeline are not in order"
        return [
            Offer(key=key, text=write_moment(event.moment), origin=event.origin, why=why)
            for key, event in events
        ]
    statements = [
        Statement(key=key, text=write_moment(event.moment), origin=event.origin) for key, event in events
    ]
    return [*statements, *(offer for offer in offers if offer.key not in found)]


def _events(section: Section, day: date | None) -> Iterator[_Event]:
    """Read the entries; a title or a paragraph in between may name the day of those below it, and UTC."""
    is_utc, last = says_utc(section.title), None
    for block in section.blocks:
        text = " ".join(cell for cell in block.cells if cell) if block.kind == "row" else block.text
        when, what = split_moment(text)
        if block.kind in {"title", "prose"} and not when:
            is_utc = is_utc or says_utc(text)
            day, last = first_day(text) or day, None
            continue
        moment = find_moment(when, day=day, is_utc=is_utc or any(map(says_utc, block.columns)))
        if moment and last and moment < last and not find_days(when):
            # Past midnight without a new day, or out of order: which one it is, nobody can know.
            day, moment = None, None
        if moment:
            last = moment
            origin = f"“{section.title}”, line {block.line}"
            yield _Event(moment=moment, text=what.strip("*_ "), origin=origin)
