"""Days and moments as people write them; only those that can be read in one way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = r"(?P<{}>[a-z]{{3,9}})\.?"
_DAY = r"(?P<{}>\d{{1,2}})(?:st|nd|rd|th)?"
_YEAR = r"(?P<{}>\d{{4}})"
_NUMBER = r"(?P<{}>\d{{1,2}})"


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/.-]){''.join(parts)}(?![\w/-]|\.\d)", re.IGNORECASE)


_YMD = _pattern(
    _YEAR.format("year"), r"(?P<sign>[-/.])", _NUMBER.format("month"), r"(?P=sign)", _NUMBER.format("day")
)
_NUMBERS = _pattern(
    _NUMBER.format("one"), r"(?P<sign>[-/.])", _NUMBER.format("two"), "(?P=sign)", _YEAR.format("year")
)
_DMY = _pattern(
    _DAY.format("day"), r"(?:\s+of)?[\s-]+", _MONTH.format("name"), r",?[\s-]+", _YEAR.format("year")
)
_MDY = _pattern(_MONTH.format("name"), r"\s+", _DAY.format("day"), r",?\s+", _YEAR.format("year"))
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
    if any(_is_ambiguous(found) for found in _NUMBERS.finditer(text)):
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
    text = _INSTANT_DAY.sub(lambda found: f"{found['day']} ", text)
    found = [
        (match.start(), match.end(), day)
        for pattern in (_YMD, _NUMBERS, _DMY, _MDY)
        for match in pattern.finditer(text)
        if (day := _day(match))
    ]
    return iter(sorted(found))


def _day(found: re.Match[str]) -> date | None:
    parts = found.groupdict()
    if "name" in parts:
        month = _month(parts["name"])
    elif "one" in parts:
        one, two = int(parts["one"]), int(parts["two"])
        if _is_ambiguous(found):
            return None
        month, parts["day"] = (two, str(one)) if one > two else (one, str(two))
    else:
        month = int(parts["month"])
    with suppress(ValueError):
        return date(int(parts["year"]), month, int(parts["day"]))
    return None


def _is_ambiguous(found: re.Match[str]) -> bool:
    one, two = int(found["one"]), int(found["two"])
    return one != two and max(one, two) <= len(_MONTHS)


def _month(name: str) -> int:
    """Give the number of a month by its name or the beginning of it; 0 if there is none."""
    word = name.casefold()
    known = [
        index
        for index, month in enumerate(_MONTHS, start=1)
        if month.startswith(word) or word == month[:3] + "t"
    ]
    return known[0] if len(known) == 1 else 0


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
