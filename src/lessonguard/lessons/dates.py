"""Read a day as people write it, where there is no doubt which one is meant."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_SIGNS = r"[-/. ]"
_YEAR_FIRST = re.compile(rf"(\d{{4}})({_SIGNS})(\d{{1,2}})\2(\d{{1,2}})", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})({_SIGNS})(\d{{1,2}})\2(\d{{4}})", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
# `14 May 2026`, `Thursday, May 14th, 2026`, `14. of may 2026`, `May-14-2026`, in lower case.
_SPELLED = re.compile(
    r"(?:[a-z]+, )?(?:(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[- ](?:of )?)?(?P<month>[a-z]{3,9})\.?[- ]"
    r"(?:(?P<late>\d{1,2})(?:st|nd|rd|th)?,? )?(?P<year>\d{4})",
    re.ASCII,
)


def read_day(text: str) -> date | None:
    """Return the day that a text means, or None if it means none or perhaps another.

    The year must have four digits. `05/06/2026` may be in May or in June, so it is no day here,
    while `14/05/2026` and `05/14/2026` can only be one.
    """
    text = " ".join(text.lower().split())
    readings: list[date | None] = []
    if (match := _YEAR_FIRST.fullmatch(text)) is not None:
        readings = [_day(match[1], match[3], match[4])]
    elif (match := _COMPACT.fullmatch(text)) is not None:
        readings = [_day(match[1], match[2], match[3])]
    elif (match := _YEAR_LAST.fullmatch(text)) is not None:
        readings = [_day(match[4], match[3], match[1]), _day(match[4], match[1], match[3])]
    elif (match := _SPELLED.fullmatch(text)) is not None:
        days = [day for day in (match["day"], match["late"]) if day]
        months = [number for number, name in enumerate(_MONTHS, 1) if name.startswith(match["month"])]
        if len(days) == len(months) == 1:
            readings = [_day(match["year"], str(months[0]), days[0])]
    found = {day for day in readings if day}
    return found.pop() if len(found) == 1 else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
