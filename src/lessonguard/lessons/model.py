"""A lesson: what one incident taught, as data.

The field names, with `-` for `_`, are the keys of a lesson file; `parse` reads them, the JSON
Schema and the format's documentation are generated from them. `doc(...)` is what an author
reads in the editor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from typing import Any, NewType

from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.record import record

IncidentId = NewType("IncidentId", str)
"""The ID of an incident in the team's tracker, such as `INC-245`."""

RuleId = NewType("RuleId", str)
"""The ID of a rule, unique in a library."""


class Severity(Enum):
    """How bad the incident was, P0 the worst."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class Mode(Enum):
    """What a finding of this lesson may do, mildest first."""

    MONITOR = "monitor"
    COMMENT = "comment"
    BLOCK = "block"

    def reaches(self, limit: Mode | None) -> bool:
        """Return whether this is as strict as a limit, or stricter; nothing is as strict as None."""
        modes = list(Mode)
        return limit is not None and modes.index(self) >= modes.index(limit)


class RemediationKind(Enum):
    """Where a follow-up acts."""

    CODE = "code"
    MONITORING = "monitoring"
    TEST = "test"
    RUNBOOK = "runbook"
    ARCHITECTURE = "architecture"


_LINK = {
    "pattern": "^https?://[^\\s]+$",
    "format": "uri",
    "shape": "a URL that starts with https:// or http://",
}
# Git abbreviates to 7 digits at least, and an ID by SHA-256 has 64.
_COMMIT = {"pattern": "^[0-9a-f]{7,64}$", "shape": "a commit hash of 7 to 64 hexadecimal digits"}
_GLOB = {"pattern": "^[^\\\\]+$", "shape": "a glob with forward slashes"}
_INSIDE = "(?!/)(?!(.*/)?\\.\\.(/|$))[^\\\\]+"  # from the top of the repository down, never up
_FILE = {
    "pattern": f"^{_INSIDE}$",
    "shape": "a path relative to the top of the repository, or path@commit",
    "example": "billing/pay.py@4f1c2d9",
}
_ONE_LINE = {"pattern": "^[^\\r\\n]+$", "shape": "one line of text"}


def doc(text: str, **constraints: str) -> dict[str, str]:
    """Return the metadata of a field that is a key of the lesson file.

    `text` is what an author reads in the editor and in errors. The constraints:
    `pattern` and `format` as in JSON Schema; `shape` says in words what `pattern` asks for;
    `example` is a value to imitate; `written` is set where a number or a date is taken as it is
    written, because an ID or a hash may look like one; `instead` says what to write where
    vague text is refused.
    """
    return {"doc": text, **constraints}


@record
class Timeline:
    """When the incident began, was noticed and was under control; each with its UTC offset."""

    began: datetime | None = field(default=None, metadata=doc("When it began."))
    detected: datetime | None = field(default=None, metadata=doc("When somebody or something noticed."))
    stabilized: datetime | None = field(default=None, metadata=doc("When users were served again."))


@record
class Rule:
    """A Semgrep rule with nothing left out: `message`, `severity` and `id` are filled in.

    `document` is the rule as Semgrep reads it, JSON values only. `line` is where it stands
    in the lesson file, 1-based.
    """

    id: RuleId
    languages: tuple[str, ...]
    document: Mapping[str, Any]
    line: int


@record
class Example:
    """Bad code that a rule must find, and good code on which it must be silent.

    `line` is where it stands in the lesson file, 1-based; it is not a key.
    """

    line: int = 1
    bad: str | None = field(default=None, metadata=doc("Code that the rule must find."))
    good: str | None = field(default=None, metadata=doc("Code that the rule must not find."))
    bad_file: str | None = field(
        default=None,
        metadata=doc("In place of `bad`: the file with that code, `path` or `path@commit`.", **_FILE),
    )
    good_file: str | None = field(
        default=None,
        metadata=doc("In place of `good`: the file with that code, `path` or `path@commit`.", **_FILE),
    )
    rule: RuleId | None = field(
        default=None, metadata=doc("The rule this example is for, if the lesson has several; default: all.")
    )
    language: str | None = field(
        default=None, metadata=doc("The language of the code, if the rule has several.")
    )
    path: str | None = field(
        default=None,
        metadata=doc(
            "The path at which the code is checked, for rules with `paths`.",
            pattern=f"^{_INSIDE}$",
            shape="a path relative to the top of the repository",
        ),
    )
    note: str | None = field(default=None, metadata=doc("What this example shows, and where it comes from."))


@record
class Proof:
    """The incident's own commits: where the rule fires, and where it no longer does.

    `line` is where they stand in the lesson file, 1-based; it is not a key.
    """

    line: int = 1
    broken: str = field(metadata=doc("A commit with the bad code.", written="yes", **_COMMIT))
    fixed: str = field(metadata=doc("The commit that fixed it.", written="yes", **_COMMIT))
    repository: str | None = field(
        default=None,
        metadata=doc(
            "Where these commits are, if not in this repository.",
            pattern="^[a-z][a-z0-9+.-]*://[^\\s]+$",
            format="uri",
            shape="a URL that git can fetch from",
        ),
    )


@record
class Watch:
    """Places whose change deserves a notice, whatever the change is."""

    paths: tuple[str, ...] = field(
        metadata=doc("Globs as in a rule's `paths`, for instance `billing/**`.", **_GLOB)
    )


@record
class Remediation:
    """One follow-up; without an owner, a date and a validation it would die."""

    kind: RemediationKind = field(metadata=doc("Where the follow-up acts."))
    failure_mode: str = field(
        metadata=doc(
            "The failure mode that this removes.",
            instead="name what can no longer happen",
            example="a stalled upstream holds a worker",
        )
    )
    owner: str = field(metadata=doc("The person or team, for instance `@acme/payments`.", **_ONE_LINE))
    due: date = field(metadata=doc("The day by which it is done."))
    validation: str = field(metadata=doc("How to see that it works: a test, an alert, a drill."))
    done: date | None = field(default=None, metadata=doc("The day it was done."))


@record
class Lesson:
    """One incident and what it taught.

    `path` is the lesson file relative to the top of the repository, or as it was given, and
    `line` is where `incident` stands in it, 1-based; they are not keys of the file.
    """

    path: str
    line: int = 1
    incident: IncidentId = field(
        metadata=doc(
            "The incident's ID in your tracker; unique among lessons.",
            pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
            shape="an ID of letters, digits and . _ -",
            example="INC-245",
            written="yes",
        )
    )
    title: str = field(
        metadata=doc(
            "One line by which colleagues recognise the incident.",
            example="Checkout hung for 41 minutes when the payments API stalled",
            **_ONE_LINE,
        )
    )
    date: date = field(metadata=doc("The day the incident began.", example="2026-05-14"))
    severity: Severity = field(metadata=doc("P0 (worst) to P3."))
    failure_class: str = field(
        metadata=doc(
            "A slug such as `missing-timeout`; it groups similar incidents.",
            pattern="^[a-z0-9]+(-[a-z0-9]+)*$",
            shape="a slug: lower-case words joined by hyphens",
            example="missing-timeout",
        )
    )
    failure_mode: str = field(
        metadata=doc(
            "One plain sentence that names what broke and how.",
            instead="name what broke and how",
            example="a call to the payments API had no timeout",
        )
    )
    root_cause: str = field(
        metadata=doc(
            "Why it broke.",
            instead="say what in the code or the system let it break",
            example="the HTTP client has no default timeout",
        )
    )
    mitigation: str = field(
        metadata=doc(
            "What worked; shown to developers who repeat the mistake.",
            instead="say what to do in the code",
            example="pass an explicit timeout",
        )
    )
    invariant: str = field(
        metadata=doc(
            "What must hold from now on, in one sentence.",
            instead="state what can be checked",
            example="every outbound HTTP call has a timeout",
        )
    )
    postmortem: str | None = field(
        default=None,
        metadata=doc("URL of the full postmortem.", example="https://wiki.example.com/INC-245", **_LINK),
    )
    sources: tuple[str, ...] = field(default=(), metadata=doc("Further public reading, as URLs.", **_LINK))
    mode: Mode = field(
        default=Mode.COMMENT,
        metadata=doc("monitor: recorded, never shown on a pull request; comment; block: fails the check."),
    )
    timeline: Timeline | None = field(default=None, metadata=doc("Start, detection and end."))
    rules: tuple[Rule, ...] = field(
        default=(),
        metadata=doc("Semgrep rules; `id`, `message` and `severity` may be left out."),
    )
    examples: tuple[Example, ...] = field(
        default=(), metadata=doc("At least one bad and one good for every rule.")
    )
    proof: Proof | None = field(default=None, metadata=doc("Commits before and after the fix."))
    watch: Watch | None = field(
        default=None, metadata=doc("Paths whose changes get a notice; rules are then optional.")
    )
    remediation: tuple[Remediation, ...] = field(default=(), metadata=doc("The follow-ups."))


LESSON_ENDINGS = (".yaml", ".yml")


def is_lesson_path(path: str, *, folder: str | None = ".") -> bool:
    """Return whether a file is read as a lesson: `*.yaml` or `*.yml` below the folder, not hidden.

    Both paths start at the same place; without a folder nothing is a lesson. Lessons alone are not scanned,
    because they hold bad code on purpose. Other files of the folder are: a program may import
    `lessons/pay.py`, and a school may have a package `lessons/`.
    """
    if folder is None or not path.endswith(LESSON_ENDINGS):
        return False
    top = "" if folder == "." else f"{folder.rstrip('/')}/"
    return path.startswith(top) and not any(part.startswith(".") for part in path[len(top) :].split("/"))


@record
class Library:
    """The lessons that a change is checked by, sorted by incident.

    `folder` is where they are kept, relative to the top of the repository, or None if they are kept
    outside it.
    `faults` are the errors of lesson files that are invalid; their lessons are missing from
    `lessons`.
    """

    lessons: tuple[Lesson, ...]
    folder: str | None
    faults: tuple[Diagnostic, ...] = ()

    @cached_property
    def by_incident(self) -> Mapping[IncidentId, Lesson]:
        """The lessons by the incident they are about."""
        return {lesson.incident: lesson for lesson in self.lessons}

    @cached_property
    def by_rule(self) -> Mapping[str, Lesson]:
        """The lessons by the IDs of their rules."""
        return {rule.id: lesson for lesson in self.lessons for rule in lesson.rules}
