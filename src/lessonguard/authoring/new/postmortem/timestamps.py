"""Read days and times as people write them, but only those that can be read in one way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise

from lessonguard.lessons.dates import read_day

# Numbers with a year of four digits: which of the others is the month is for `read_day` to decide.
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
_NAMED_ZONE = re.compile(r"\s?\(?(?:[A-Z]{2,4}T|local)\b")
_NOON = 12

# Before the time of an entry are at most two words of a date, as in `Thursday 14 May, 09:12`. With more words
# the time is in the middle of a sentence.
_MAX_DATE_WORDS = 2


def find_days(text: str) -> list[date]:
    """List the days in a text, in its order.

    A day in numbers counts only if it can be read in one way: 14/05/2026 can, 05/06/2026 cannot.
    """
    return [day for _, _, day in _days(text)]


def first_day(text: str) -> date | None:
    """Return the only day in a text, or the first of a range such as `2026-05-14 to 2026-05-15`.

    Return None if there is no day, if there are several, or one that can be read in two ways.
    """
    if any(read_day(found[0]) is None for found in re.finditer(rf"\b(?:{_NUMBERS})\b", text)):
        return None
    found = list(_days(text))
    if len({day for _, _, day in found}) == 1:
        return found[0][2]
    ranges = {
        (day, later)
        for (_, end, day), (start, _, later) in pairwise(found)
        if day < later and _RANGE.fullmatch(text[end:start])
    }
    return found[0][2] if len(found) == len(ranges) + 1 == 2 else None  # noqa: PLR2004 - both ends


def find_moment(text: str, *, day: date | None = None, is_utc: bool = False) -> datetime | None:
    """Return the only moment in a text, with its UTC offset.

    `day` and `is_utc` are what a heading or a table says about all its times. Return None if the day or the
    offset is not known, and for a text with several times.
    """
    named = find_days(text)
    times = list(_TIME.finditer(_INSTANT_DAY.sub(r"\g<day> ", text)))
    if len(times) != 1 or len(set(named)) > 1:
        return None
    offset = _offset(times[0]["zone"]) or (timezone.utc if is_utc and not times[0]["zone"] else None)
    clock = _clock(times[0])
    the_day = named[0] if named else day
    # Names of zones such as PST are ambiguous: IST is Indian, Irish or Israel time.
    after = _INSTANT_DAY.sub(r"\g<day> ", text)[times[0].end() :]
    is_named_zone = not times[0]["zone"] and _NAMED_ZONE.match(after)
    if clock is None or offset is None or the_day is None or is_named_zone:
        return None
    return datetime.combine(the_day, clock, offset)


def has_time(text: str) -> bool:
    """Return whether there is a time of day in a text."""
    return bool(_TIME.search(_INSTANT_DAY.sub(r"\g<day> ", text)))


def split_moment(text: str) -> tuple[str, str]:
    """Split an entry of a timeline after its time: `09:12 UTC`, `the outage begins`.

    The first part is empty if the entry does not begin with a day or a time.
    """
    found = _TIME.search(_INSTANT_DAY.sub(r"\g<day> ", text))
    if found is None or len(re.findall(r"[^\W\d_]{3,}", text[: found.start()])) > _MAX_DATE_WORDS:
        return "", text
    return text[: found.end()], text[found.end() :].lstrip(" \t)]|:,;\u2013\u2014-")


def says_utc(text: str) -> bool:
    """Return whether a heading such as “Timeline (all times UTC)” says that times are in UTC."""
    return bool(_ALL_UTC.search(text))


def write_moment(moment: datetime) -> str:
    """Return a moment as a lesson file has it: `2026-05-14T09:12:00Z`."""
    return moment.isoformat().replace("+00:00", "Z")


def _days(text: str) -> Iterator[tuple[int, int, date]]:
    """List each day that can be read, with its start and end in the text."""
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
