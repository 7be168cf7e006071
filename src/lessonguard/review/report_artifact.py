"""Read the report of another run, which the author of the pull request may have written.

A fork's workflow runs as the fork wrote it, and so its artifact can hold anything. Only the places
of findings are taken from it; all texts come from the lessons of the base branch. Its messages and
its fixes are dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args

from lessonguard.errors import LessonguardError
from lessonguard.git.changes import CommitId, short
from lessonguard.lessons.model import IncidentId, Lesson, Library, RuleId
from lessonguard.scan.finding import (
    Acceptance,
    Finding,
    Fingerprint,
    Notice,
    NoticeKind,
    Position,
    ScanReport,
    State,
)
from lessonguard.semgrep.interface import Unchecked

_T = TypeVar("_T")

_MOST_BYTES = 50_000_000
_MOST_ITEMS = 100_000
_MOST_LINES = 100_000_000
_LONGEST = 4_096  # characters of a path or a snippet
_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_REMEDY = "It must be the JSON report of `lessonguard review`, as the other run wrote it."


class _UntrueError(Exception):
    """A part of the report is not what it must be; the message says which part and why."""


def read_handover(file: Path, library: Library, *, base: CommitId, head: CommitId) -> ScanReport:
    """Read a JSON report (version 1) as untrusted input, with the texts of the lessons of `library`.

    What is about lessons or rules that the library does not have is left out. Raise
    `LessonguardError` if the report cannot be read, has another form, or is about other
    commits than `base` and `head`.
    """
    try:
        document = _mapping(_load(file), "report")
        _expect(document.get("version") == 1, "its version is not 1")
        commits = (_matching(document, "base", _OBJECT), _matching(document, "head", _OBJECT))
        _expect(commits == (base, head), f"it is not about {short(base)}…{short(head)}")
        return ScanReport(
            base=base,
            head=head,
            lessons=_count(document, "lessons"),
            files=_count(document, "files"),
            findings=tuple(_items(document, "findings", lambda item: _finding(item, library))),
            fixed=tuple(_items(document, "fixed", lambda item: _finding(item, library))),
            notices=tuple(_items(document, "notices", lambda item: _notice(item, library))),
            unchecked=tuple(_items(document, "unchecked", lambda item: _unchecked(item, library))),
            faults=library.faults,
        )
    except _UntrueError as error:
        raise LessonguardError(f"Cannot post from {file}: {error}.", hint=_REMEDY) from error


def _expect(condition: bool, otherwise: str) -> None:  # noqa: FBT001 - reads like an assertion
    if not condition:
        raise _UntrueError(otherwise)


def _load(file: Path) -> object:
    try:
        with file.open("rb") as stream:
            text = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise _UntrueError(f"{error.strerror}") from error
    if len(text) > _MOST_BYTES:
        raise _UntrueError(f"it has more than {_MOST_BYTES:,} bytes")
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _UntrueError("it is not JSON") from error
    return document


def _items(
    document: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any]], _T | None]
) -> Iterator[_T]:
    found = document.get(key)
    if not isinstance(found, list) or len(found) > _MOST_ITEMS:
        raise _UntrueError(f"`{key}` is not a list of at most {_MOST_ITEMS:,}")
    for item in found:
        ours = read(_mapping(item, key))
        if ours is not None:
            yield ours


def _finding(item: Mapping[str, Any], library: Library) -> Finding | None:
    lesson = _lesson(item, library)
    rules = {rule.id: rule.id for rule in lesson.rules} if lesson else {}
    rule = rules.get(RuleId(_text(item, "rule")))
    start, end = _position(item, "start"), _position(item, "end")
    _expect(start <= end, "a finding ends before it starts")
    if lesson is None or rule is None:
        return None
    return Finding(
        lesson=lesson,
        rule=rule,
        state=_choice(item, "state", {state.value: state for state in State}),
        path=_text(item, "path"),
        previous_path=_text(item, "previous_path") if item.get("previous_path") is not None else None,
        start=start,
        end=end,
        snippet=_string(item, "snippet")[:_LONGEST],
        lines=(),
        removed=(),
        message=lesson.title,
        fix=None,
        fingerprint=Fingerprint(_matching(item, "fingerprint", _FINGERPRINT)),
        accepted=_acceptance(item["accepted"]) if item.get("accepted") is not None else None,
    )


def _notice(item: Mapping[str, Any], library: Library) -> Notice | None:
    lesson = _lesson(item, library)
    if lesson is None:
        return None
    return Notice(
        incident=lesson.incident,
        lesson=lesson,
        kind=_choice(item, "kind", {name: name for name in get_args(NoticeKind)}),
        path=_text(item, "path"),
        line=_count(item, "line"),
        side="base" if _string(item, "side") == "base" else "head",
        text="",
    )


def _unchecked(item: Mapping[str, Any], library: Library) -> Unchecked:
    lesson = _lesson(item, library) if item.get("lesson") is not None else None
    incident = lesson.incident if lesson else None
    reason = "the run that scanned it could not"
    return Unchecked(path=_text(item, "path"), incident=incident, reason=reason)


def _lesson(item: Mapping[str, Any], library: Library) -> Lesson | None:
    return library.by_incident.get(IncidentId(_text(item, "lesson")))


def _acceptance(value: object) -> Acceptance:
    item = _mapping(value, "accepted")
    try:
        until = date.fromisoformat(item["until"]) if item.get("until") is not None else None
    except (TypeError, ValueError) as error:
        raise _UntrueError("`until` is not a date") from error
    return Acceptance(reason=_text(item, "reason"), until=until, where=_text(item, "where"))


def _position(item: Mapping[str, Any], key: str) -> Position:
    place = _mapping(item.get(key), key)
    return Position(line=max(1, _count(place, "line")), column=max(1, _count(place, "column")))


def _mapping(value: object, key: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _UntrueError(f"`{key}` holds what is not an object")
    return value


def _string(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    if not isinstance(value, str):
        raise _UntrueError(f"`{key}` is not text")
    return value


def _text(item: Mapping[str, Any], key: str) -> str:
    text = _string(item, key)
    if not 0 < len(text) <= _LONGEST or "\0" in text:
        raise _UntrueError(f"`{key}` is empty or too long")
    return text


def _matching(item: Mapping[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    text = _string(item, key)
    if not pattern.fullmatch(text):
        raise _UntrueError(f"`{key}` has another form")
    return text


def _count(item: Mapping[str, Any], key: str) -> int:
    value = item.get(key)
    if type(value) is not int or not 0 <= value <= _MOST_LINES:
        raise _UntrueError(f"`{key}` is not a number from 0 to {_MOST_LINES:,}")
    return value


def _choice(item: Mapping[str, Any], key: str, choices: Mapping[str, _T]) -> _T:
    value = item.get(key)
    if not isinstance(value, str) or value not in choices:
        raise _UntrueError(f"`{key}` is none of {', '.join(choices)}")
    return choices[value]
