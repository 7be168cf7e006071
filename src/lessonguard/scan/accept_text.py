"""Read the text of an accept comment, and say what is wrong with one that is not understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

from lessonguard.scan.suppressions import AcceptComment, write_accept

_ACCEPT = re.compile(r"lessonguard:[ \t]*accept\b(?P<rest>.*)")
# What people write from memory: `Lessonguard: Accept INC-1`, `lessonguard ignore INC-1`, `lessonguard INC-1`.
_NEAR = re.compile(
    r"\W*lessonguard\b\W*(?:[a-z]+\b(?=[:,]?\s\W*(?!(?:reason|until)\b)\w))?(?P<rest>.*)", re.IGNORECASE
)
_INCIDENT = re.compile(r"[^\w\"'\n]*(?!(?:reason|until)\s*[=:])([A-Za-z0-9][A-Za-z0-9._-]{0,199})")
_CURLY = "\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb"  # as chats and word processors make of straight quotes
# Matched from one place on, never searched for: else a long word is read anew from each of its letters, and
# a line of 40 kB takes 10 s.
_OPTION = re.compile(rf"""[ \t]*(reason|until)=("[^"]*"|'[^']*'|[^\s"'{_CURLY}]\S*)""")
_ANOTHER_COMMENT = re.compile(r"(?:#|//)\s")  # which many tools read behind code
_CLOSING = " \t\r\f*/-#%>)}]="  # the ends of comments: `*/`, `-->`, `*)`, `#}`, `*/}}`

# A chat, a mail or a web page puts these between letters and signs when text is copied from it; our own
# outputs do so, lest GitHub makes links of what the author of a change wrote.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")

_LOOSE_REASON = re.compile(r"""reason\s?[=:]?\s?(?:"([^"]*)"|'([^']*)'|(.*))""", re.IGNORECASE)
_LOOSE_DATE = re.compile(r"until\W{0,3}(\d{4}-\d\d-\d\d)\b", re.IGNORECASE)
_NEXT_OPTION = re.compile(r"\b(?:reason|until)\s?[=:]")
_NO_COMMENT = "it is not read as a comment in this file. Write it as one, on a line of its own"
_MOST = 300  # characters that are looked at for what may have been meant, and that a proposal may have
_NAMED = 40  # characters of a word that is named


def read_accept(text: str, *, line: int, applies_to: int) -> AcceptComment | None:
    """Return what a line of a comment accepts; None for a line that does not begin as such a comment does."""
    text = INVISIBLE.sub("", text)
    if exact := _ACCEPT.search(text):
        return _read(exact["rest"], line=line, applies_to=applies_to)
    if near := _NEAR.match(text):
        meant = _read(near["rest"], line=line, applies_to=applies_to)
        fault = 'it does not begin with "lessonguard: accept"'
        return replace(meant, fault=f"{fault}. Write: {_proposal(meant.incident, near['rest'])}")
    return None


def not_a_comment(text: str, *, line: int) -> AcceptComment | None:
    """Return the fault of a line of code in which an accept comment stands, if one does."""
    found = _ACCEPT.search(INVISIBLE.sub("", text))
    meant = _read(found["rest"], line=line, applies_to=line) if found else None
    return replace(meant, fault=_NO_COMMENT) if meant else None


def _read(rest: str, *, line: int, applies_to: int) -> AcceptComment:
    found = _INCIDENT.match(rest)
    incident, end = (found[1], found.end()) if found else ("", 0)
    written: dict[str, str] = {}
    while (option := _OPTION.match(rest, end)) and option[1] not in written:
        written[option[1]] = option[2]
        end = option.end()
    left = "" if _ANOTHER_COMMENT.match(rest[end:].lstrip()) else rest[end:].strip(_CLOSING)
    fault = _fault(incident, written, left)
    return AcceptComment(
        incident=incident,
        line=line,
        applies_to=applies_to,
        reason=written.get("reason", "").strip("\"'").strip(),
        until=_date(written.get("until", "")),
        fault=f"{fault}. Write: {_proposal(incident, rest)}" if fault else "",
    )


def _fault(incident: str, written: Mapping[str, str], left: str) -> str:
    """Return what is wrong. All that is left over after the options is: it may be meant as a limit."""
    reason, until = written.get("reason"), written.get("until")
    if not incident:
        return "it names no incident"
    if (until and not _date(until)) or left.startswith("until"):
        return "the date is not written as until=YYYY-MM-DD"
    is_bare = reason is not None and reason[0] not in "\"'"
    if left and (is_bare or (reason is None and left.startswith("reason"))):
        return "put the reason in quotes"
    if left and reason is None and "reason" not in left[:_MOST]:
        return 'write the reason as reason="…"'
    word = left[:_MOST].strip(" ,;").partition(" ")[0]
    return f'"{word[:_NAMED]}" is not understood' if left else ""


def _date(text: str) -> date | None:
    with suppress(ValueError):
        # Not `date.fromisoformat`, because from Python 3.11 on it reads more than `2027-01-01`.
        return datetime.strptime(text.strip("\"'"), "%Y-%m-%d").date()  # noqa: DTZ007 - a day, no time
    return None


def _proposal(incident: str, rest: str) -> str:
    """Return the comment that was probably meant, with the reason and the date as far as they are there."""
    text = rest[:_MOST]
    found = _LOOSE_REASON.search(text)
    reason = next((part for part in found.groups() if part is not None), "") if found else ""
    if found and found[3] is not None:
        reason = _NEXT_OPTION.split(reason)[0]
    day = _LOOSE_DATE.search(text)
    until = day[1] if day else ("YYYY-MM-DD" if "until" in text else "")
    return write_accept(incident or "INCIDENT", reason=reason.strip(_CLOSING + _CURLY + "\"'"), until=until)
