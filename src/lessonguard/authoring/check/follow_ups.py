"""Check follow-ups: whether they are on time, and whether what validates them exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from lessonguard.authoring.prove.locations import Locations
from lessonguard.authoring.tree import Tree
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Lesson

# A path, and behind it the test in that file as pytest names it: `tests/test_pay.py::test_timeout[slow]`; see
# https://docs.pytest.org/en/stable/how-to/usage.html#specifying-which-tests-to-run
_PATH = re.compile(r"(?:\./)?(?P<path>[\w.@+-]+(?:/[\w.@+-]+)*/?)(?P<parts>(?:::[^\s:\[]+(?:\[[^\]]*\])?)*)")
_ENDING = re.compile(r"[^/]\.[A-Za-z][A-Za-z0-9]{0,9}\Z")
_NAME = re.compile(r"\w+")


def check_follow_ups(
    lesson: Lesson, locations: Locations, *, tree: Tree | None, today: date
) -> Iterator[Diagnostic]:
    """List the follow-ups of a lesson that are past due, and the validations that do not exist."""
    for position, item in enumerate(lesson.remediation):
        if item.done is None and item.due < today:
            line, column = locations.value(lesson.path, "remediation", position, "due")
            yield Diagnostic(
                path=lesson.path,
                line=line,
                column=column,
                level="warning",
                code="past-due",
                message=f"the day has passed, and this is not done: {item.failure_mode}",
                hint=f'add "done" with the day it was done, or agree on another day with {item.owner}',
            )
        if tree and (missing := _find_missing(item.validation, tree)):
            line, column = locations.value(lesson.path, "remediation", position, "validation")
            later = "" if item.done else " yet"
            hint = "name what validates it today" if item.done else "write it, or name what will validate it"
            yield Diagnostic(
                path=lesson.path,
                line=line,
                column=column,
                level="warning",
                code="no-validation",
                message=f"there is no {missing}{later}",
                hint=hint,
            )


def _find_missing(validation: str, tree: Tree) -> str:
    """Return the file, or the test in it, that a validation names and that does not exist; or nothing.

    A validation that is a path has an ending or `::`, or begins with a folder that exists; what else
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
        name = _NAME.match(part)  # without the parameters of a pytest test: they are made when it runs
        if name and content is not None and not re.search(rf"\b{name[0]}\b".encode(), content):
            return f"{name[0]} in {path}"
    return ""
