"""A lesson that is still to be written: what is known of it, and who says so."""

from __future__ import annotations

from dataclasses import MISSING

from lessonguard.lessons.model import IncidentId, Lesson
from lessonguard.lessons.schema import key_fields, key_of
from lessonguard.record import record


@record
class Statement:
    """What goes under a key of the lesson, as text.

    Moments of the timeline stand under `began` and so on, the language of the rule under
    `language`. `origin` says where it was taken from, such as `“Root Cause”, line 31`; it is empty for
    what the author said. A guess is taken for want of better: the author is asked about it.
    """

    key: str
    text: str
    origin: str = ""
    is_guess: bool = False


@record
class Offer:
    """Something said about a key that was not taken, and why; the author may use it."""

    key: str
    text: str
    origin: str
    why: str


@record
class FollowUp:
    """An action item: what is to be done, and as much of a remediation item as was said.

    `due` and `done_on` are days as YYYY-MM-DD; what was not said is empty. Something may be done
    and nobody said when.
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
    """Code before and after a fix.

    `path` is where the good code is, `place` says more exactly where both were taken from. If `files` is
    not empty, the code cannot stand alone, and these are the whole files, as `path@commit`.
    """

    place: str
    path: str
    bad: str
    good: str
    files: tuple[str, str] | None = None


@record
class Fix:
    """The commit that fixed it: its name and that of its first parent, if it has one.

    `paths` are the files it touched, without tests and the like. `left_out` says what is in it
    that is not among the pairs, a few words each.
    """

    fixed: str
    broken: str | None
    paths: tuple[str, ...]
    pairs: tuple[Pair, ...]
    left_out: tuple[str, ...]


@record
class Draft:
    """What is known of a lesson, best first: of two statements about one key the first counts.

    `postmortem` is the name of the file whose headings and lines the origins name, if there is one.
    """

    incident: IncidentId
    postmortem: str = ""
    statements: tuple[Statement, ...] = ()
    offers: tuple[Offer, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    fix: Fix | None = None

    def get(self, key: str) -> Statement | None:
        """Give what goes under a key; what is no guess comes first."""
        said = [statement for statement in self.statements if statement.key == key]
        return min(said, key=lambda statement: statement.is_guess, default=None)

    def text(self, key: str) -> str:
        """Give the text under a key, or nothing."""
        statement = self.get(key)
        return statement.text if statement else ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Name the keys that a lesson must have and nothing is known of, and `language`."""
        keys = [key_of(field) for field in key_fields(Lesson) if field.default is MISSING]
        asked = [key for key in [*keys, "language"] if key != "incident"]
        return tuple(key for key in asked if not self.text(key))


@record
class Written:
    """A lesson file that was written: where it is, for people at a terminal, and what was known of it."""

    path: str
    draft: Draft
