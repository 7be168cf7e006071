"""A lesson that is still to be written: what is known of it, and where that comes from."""

from __future__ import annotations

from dataclasses import MISSING

from lessonguard.lessons.model import IncidentId, Lesson
from lessonguard.lessons.schema import key_fields, key_of
from lessonguard.record import record


@record
class Statement:
    """The value of a key of the lesson, as text.

    Keys are those of a lesson, `began` and so on for the moments of its timeline, and `language` for the
    language of its rule. `origin` says where the value was found, such as `“Root Cause”, line 31`; it is
    empty for answers of the author. A guess is a value that the author should confirm.
    """

    key: str
    text: str
    origin: str = ""
    is_guess: bool = False


@record
class Offer:
    """Text about a key that is not its value, for the author to read.

    `why` says what is wrong with it as a value; it is empty if the text is just more about the key.
    """

    key: str
    text: str
    origin: str
    why: str


@record
class FollowUp:
    """An action item, with as much of a remediation item as is known.

    `due` and `done_on` are days as YYYY-MM-DD; what is not known is empty. An item may be done without a
    known day.
    """

    action: str
    origin: str
    kind: str = ""
    failure_mode: str = ""
    owner: str = ""
    due: str = ""
    validation: str = ""
    is_done: bool = False
    done_on: str = ""


@record
class Pair:
    """Code before and after a fix, for an example.

    `path` is that of the good code; `place` is for people, with line numbers. If `files` is not None, the
    code cannot be parsed alone, and these are the whole files before and after, as `path@commit`.
    """

    place: str
    path: str
    bad: str
    good: str
    files: tuple[str, str] | None = None


@record
class FixCommit:
    """The commit that fixed the incident, and its first parent, if it has one.

    `paths` are the files that it changed, without tests and documents. `left_out` names what it changed that
    is not in the pairs, in a few words each.
    """

    fixed: str
    broken: str | None
    paths: tuple[str, ...]
    pairs: tuple[Pair, ...]
    left_out: tuple[str, ...]


@record
class Draft:
    """What is known of a lesson; of two values for one key, the first counts.

    `postmortem` is the name of the file in which the origins are, if there is one.
    """

    incident: IncidentId
    postmortem: str = ""
    statements: tuple[Statement, ...] = ()
    offers: tuple[Offer, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    fix: FixCommit | None = None

    def get(self, key: str) -> Statement | None:
        """Return the value of a key; a guess only if there is nothing else."""
        found = [statement for statement in self.statements if statement.key == key]
        return min(found, key=lambda statement: statement.is_guess, default=None)

    def text(self, key: str) -> str:
        """Return the text of the value of a key; empty if there is none."""
        statement = self.get(key)
        return statement.text if statement else ""

    @property
    def missing(self) -> tuple[str, ...]:
        """List the required keys of a lesson without a value, in order, and `language`."""
        required = [key_of(field) for field in key_fields(Lesson) if field.default is MISSING]
        return tuple(key for key in [*required, "language"] if key != "incident" and not self.text(key))
