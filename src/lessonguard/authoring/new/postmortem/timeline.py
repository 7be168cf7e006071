"""The timeline of a postmortem → when the incident began, was detected and was under control."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from lessonguard.authoring.new.draft import Offer, Statement
from lessonguard.authoring.new.postmortem.moments import (
    find_days,
    find_moment,
    first_day,
    has_time,
    says_utc,
    split_moment,
    write_moment,
)
from lessonguard.authoring.new.postmortem.outline import Block
from lessonguard.authoring.new.postmortem.passages import Passage
from lessonguard.record import record

MOMENTS = ("began", "detected", "stabilized")

_IT = r"(?:the\s+)?(?:incident|outage|impact|issue|disruption|degradation)"
_IS = r"(?:\s+(?:is|was|has|had|been|first))*\s+"
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
"""How an entry begins that is about one of these moments, the most exact words first."""

_PATTERNS = [
    (key, rank, re.compile(words, re.IGNORECASE))
    for key, known in _WORDS.items()
    for rank, words in enumerate(known)
]


@record
class _Event:
    """An entry of a timeline whose moment is known."""

    moment: datetime
    text: str
    origin: str


def read_moments(passages: Sequence[Passage], *, day: date | None) -> list[Statement | Offer]:
    """Find the moments that are labelled as what they are, with their offset from UTC.

    `day` is the day of the incident, for times that are told without one. Labels such as `Detected: …` come
    before entries of a timeline. Times that cannot be placed, or that are out of order, are offered.
    """
    labelled, offers = _labelled(passages, day)
    found = dict(labelled)
    for passage in passages:
        if passage.topic == "timeline":
            found = {**_told(list(_events(passage, day))), **found}
    known = [(key, found[key]) for key in MOMENTS if key in found]
    moments = [event.moment for _, event in known]
    if moments != sorted(moments):
        why = "the moments of the timeline are not in order"
        return [
            Offer(key=key, text=write_moment(event.moment), origin=event.origin, why=why)
            for key, event in known
        ]
    told = [Statement(key=key, text=write_moment(event.moment), origin=event.origin) for key, event in known]
    return [*told, *(offer for offer in offers if offer.key not in found)]


def _labelled(passages: Sequence[Passage], day: date | None) -> tuple[dict[str, _Event], list[Offer]]:
    """Read what is labelled; the best label of a moment counts."""
    found: dict[str, _Event] = {}
    offers = []
    for passage in sorted(passages, key=lambda passage: passage.rank):
        if passage.topic in MOMENTS and has_time(passage.first):
            moment = find_moment(passage.first, day=day, is_utc=says_utc(passage.title))
            if moment:
                found.setdefault(passage.topic, _Event(moment=moment, text="", origin=passage.origin))
            else:
                why = "its day or its offset from UTC is not said, or there are several"
                offers.append(Offer(key=passage.topic, text=passage.first, origin=passage.origin, why=why))
    return found, offers


def _told(events: Sequence[_Event]) -> dict[str, _Event]:
    """Give the first event that is called by the best of the words for each moment."""
    found: dict[str, tuple[int, _Event]] = {}
    for event in events:
        for key, rank, pattern in _PATTERNS:
            if pattern.match(event.text) and rank < found.get(key, (99, event))[0]:
                found[key] = rank, event
    return {key: event for key, (_, event) in found.items()}


def _events(passage: Passage, day: date | None) -> Iterator[_Event]:
    """Read the entries; a title or a paragraph in between may say the day of those below, and UTC."""
    is_utc, last = says_utc(passage.title), None
    for block in passage.blocks:
        text = _entry(block)
        when, what = split_moment(text)
        if block.kind in {"title", "prose"} and not when:
            is_utc = is_utc or says_utc(text)
            day, last = first_day(text) or day, None
            continue
        moment = find_moment(when, day=day, is_utc=is_utc or any(map(says_utc, block.columns)))
        if moment and last and moment < last and not find_days(when):
            day, moment = None, None  # past midnight, and nobody says so
        if moment:
            last = moment
            yield _Event(
                moment=moment, text=what.strip("*_ "), origin=f"“{passage.title}”, line {block.line}"
            )


def _entry(block: Block) -> str:
    return " ".join(cell for cell in block.cells if cell) if block.kind == "row" else block.text
