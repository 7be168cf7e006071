"""Whether follow-ups are on time, and whether what is to validate them exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from lessonguard.authoring.locations import Places
from lessonguard.authoring.tree import Tree
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Lesson, Remediation

_PATH = re.compile(r"(?:\./)?(?P<path>[\w.@+-]+(?:/[\w.@+-]+)*/?)(?P<parts>(?:::[^\s:\[]+(?:\[[^\]]*\])?)*)")
_ENDING = re.compile(r"[^/]\.[A-Za-z][A-Za-z0-9]{0,9}\Z")
_NAME = re.compile(r"\w+")


def check_follow_ups(
    lesson: Lesson, places: Places, *, tree: Tree | None, today: date
) -> Iterator[Diagnostic]:
    """Say which follow-ups of a lesson are past due, and which validations name what is not there."""
    for position, item in enumerate(lesson.remediation):
        if item.done is None and item.due < today:
            yield _late(lesson, item, position, places=places)
        if tree and (missing := _missing(item.validation, tree)):
            yield _invalid(lesson, item, position, places=places, missing=missing)


def _late(lesson: Lesson, item: Remediation, position: int, *, places: Places) -> Diagnostic:
    line, column = places.place(lesson.path, "remediation", position, "due")
    return Diagnostic(
        path=lesson.path,
        line=line,
        column=column,
        level="warning",
        code="past-due",
        message=f"the day has passed, and this is not done: {item.failure_mode}",
        hint=f'add "done" with the day it was done, or agree on another day with {item.owner}',
    )


def _invalid(lesson: Lesson, item: Remediation, position: int, *, places: Places, missing: str) -> Diagnostic:
    line, column = places.place(lesson.path, "remediation", position, "validation")
    later = "" if item.done else " yet"
    remedy = "name what validates it today" if item.done else "write it, or name what will validate it"
    return Diagnostic(
        path=lesson.path,
        line=line,
        column=column,
        level="warning",
        code="no-validation",
        message=f"there is no {missing}{later}",
        hint=remedy,
    )


def _missing(validation: str, tree: Tree) -> str:
    """Name the file, or the test in it, that a validation means and that is not there; or nothing.

    A validation that is a path has an ending or `::`, or begins with a folder that is there; what else
    may be written there, such as an alert, is not looked for.
    """
    found = _PATH.fullmatch(validation.strip("`"))
    if found is None:
        return ""
    path, parts = found["path"].rstrip("/"), found["parts"]
    folder, slash, _ = path.partition("/")
    if not (parts or _ENDING.search(path) or (slash and tree.has(folder))):
        return ""
    if not tree.has(path):
        return path
    content = tree.read(path) if parts else None
    for part in parts.split("::")[1:]:
        name = _NAME.match(part)  # without the parameters of a test of pytest
        if name and content is not None and not re.search(rf"\b{name[0]}\b".encode(), content):
            return f"{name[0]} in {path}"
    return ""
