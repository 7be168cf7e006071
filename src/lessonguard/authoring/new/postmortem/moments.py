"""Days and moments as people write them; only those that can be read in one way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise

from lessonguard.lessons.dates import read_day

_NUMBERS = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
_SPELLED = (
    r"\d{1,2}(?:st|nd|rd|th)?(?:\s+of)?[\s-]+[a-z]{3,9}\.?,?[\s-]+\d{4}"
    r"|[a-z]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
)
_DAY = re.compile(rf"(?<![\w/.-])(?:{_NUMBERS}|{_SPELLED})(?![\w/-]|\.\d)", re.ASCII | re.IGNORECASE)
_INSTANT_DAY = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)T(?=\d\d:\d\d)")  # as in 2026-05-14T09:12Z
_RANGE = re.compile(r"\s*(?:[-\u2013\u2014\u2192]|to|until|till|through)\s*", re.IGNORECASE)
_TIME = re.compile(
    r"(?<![\w:.+-])(?:T)?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
    r"(?:\s?(?P<half>[ap])\.?m\.?(?!\w))?(?![\d:])"
    r"(?:\s?\(?(?P<zone>Z\b|(?:UTC|GMT)(?:\s?[+\u2212-]\d{1,2}(?::?\d\d)?)?|[+\u2212-]\d\d:?\d\d)(?!\w))?",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"(?:UTC|GMT)?\s?(?P<sign>[+\u2212-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?", re.IGNORECASE
)
_ALL_UTC = re.compile(r"\b(?:UTC|GMT)\b(?!\s?[+\u2212-]\s?\d)", re.IGNORECASE)
_NOON = 12
_WORDS_OF_A_DAY = 2  # Thursday 14 May


def find_days(text: str) -> list[date]:
    """Give the days that a text names, in its order.

    Without a month's name, a day is only one if year, month and day can be told apart: 05/06/2026
    cannot be, 14/05/2026 can.
    """
    return [day for _, _, day in _days(text)]


def first_day(text: str) -> date | None:
    """Give the one day that a text names, or the first of a span such as `2026-05-14 to 2026-05-15`.

    None if there is none, there are several, or one that can be read in two ways.
    """
    if any(read_day(found[0]) is None for found in re.finditer(rf"\b(?:{_NUMBERS})\b", text)):
        return None
    found = list(_days(text))
    if len({day for _, _, day in found}) == 1:
        return found[0][2]
    spans = {
        (day, later)
        for (_, end, day), (start, _, later) in pairwise(found)
        if day < later and _RANGE.fullmatch(text[end:start])
    }
    return found[0][2] if len(found) == len(spans) + 1 == 2 else None  # noqa: PLR2004 - both ends of a span


def find_moment(text: str, *, day: date | None = None, is_utc: bool = False) -> datetime | None:
    """Give the moment that a text names, with its UTC offset; None if that is not said.

    `day` and `is_utc` are what the heading or the table says of all of its times. A text with
    several times names no moment.
    """
    named = find_days(text)
    times = list(_TIME.finditer(_INSTANT_DAY.sub(r"\g<day> ", text)))
    if len(times) != 1 or len(set(named)) > 1:
        return None
    offset = _offset(times[0]["zone"]) or (timezone.utc if is_utc and not times[0]["zone"] else None)
    clock = _clock(times[0])
    the_day = named[0] if named else day
    if clock is None or offset is None or the_day is None or _is_unclear(text, times[0]):
        return None
    return datetime.combine(the_day, clock, offset)


def has_time(text: str) -> bool:
    """Tell whether a text names a time of day."""
    return bool(_TIME.search(_INSTANT_DAY.sub(r"\g<day> ", text)))


def split_moment(text: str) -> tuple[str, str]:
    """Split an entry of a timeline behind its time: `09:12 UTC`, `the outage begins`.

    The first part is empty if the entry does not begin with a day or a time.
    """
    found = _TIME.search(_INSTANT_DAY.sub(r"\g<day> ", text))
    if found is None or len(re.findall(r"[^\W\d_]{3,}", text[: found.start()])) > _WORDS_OF_A_DAY:
        return "", text
    return text[: found.end()], text[found.end() :].lstrip(" \t)]|:,;\u2013\u2014-")


def says_utc(text: str) -> bool:
    """Tell whether a heading such as “Timeline (all times UTC)” says so."""
    return bool(_ALL_UTC.search(text))


def write_moment(moment: datetime) -> str:
    """Write a moment as a lesson file has it: `2026-05-14T09:12:00Z`."""
    return moment.isoformat().replace("+00:00", "Z")


def _days(text: str) -> Iterator[tuple[int, int, date]]:
    """Give start, end and day of each that can be read, by start."""
    for found in _DAY.finditer(_INSTANT_DAY.sub(r"\g<day> ", text)):
        if day := read_day(re.sub(r"(?<=[^\W\d_]),", "", found[0])):
            yield found.start(), found.end(), day


def _clock(found: re.Match[str]) -> time | None:
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if found["half"].lower() == "p" else 0)
    with suppress(ValueError):
        return time(hour, int(found["minute"]), int(found["second"] or 0))
    return None


def _offset(zone: str | None) -> timezone | None:
    if not zone:
        return None
    if zone.upper() in {"Z", "UTC", "GMT"}:
        return timezone.utc
    found = _ZONE.fullmatch(zone)
    if found is None:
        return None
    gap = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    with suppress(ValueError):
        return timezone(gap if found["sign"] == "+" else -gap)
    return None


def _is_unclear(text: str, clock: re.Match[str]) -> bool:
    """Tell whether the time is said in a zone that has only a name, such as PST or CEST."""
    if clock["zone"]:
        return False
    after = _INSTANT_DAY.sub(r"\g<day> ", text)[clock.end() :]
    return bool(re.match(r"\s?\(?(?:[A-Z]{2,4}T|local)\b", after))
