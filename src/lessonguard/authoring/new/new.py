"""Write a new lesson file: from what the author, a postmortem and a fix say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lessonguard.authoring.create import create_file, shown_path
from lessonguard.authoring.new.answers import find_fault
from lessonguard.authoring.new.draft import Draft, Offer, Statement, Written
from lessonguard.authoring.new.skeleton.write import write_skeleton
from lessonguard.authoring.select import find_incidents
from lessonguard.errors import LessonguardError, UsageError
from lessonguard.lessons.header import find_schema
from lessonguard.lessons.library import find_files, load_files
from lessonguard.lessons.model import IncidentId, Library
from lessonguard.record import record


@record
class Place:
    """Where a new lesson will be, and the lessons that are there already."""

    incident: IncidentId
    path: Path
    schema: str
    library: Library


def find_place(incident: str, *, folder: Path, top: Path | None) -> Place:
    """Find where the lesson about an incident belongs; `top` is that of the repository, if there is one.

    Raise `UsageError` if the ID is none, if there is such a file, or if another one is about that incident.
    """
    if fault := find_fault("incident", incident):
        raise UsageError(f"{fault.message}.", hint=fault.hint and f"{fault.hint[0].upper()}{fault.hint[1:]}.")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{shown_path(folder)} is not a folder.", hint="Name another: `--lessons-folder`.")
    path = folder / f"{incident}.yaml"
    if path.exists() or path.is_symlink():
        raise _taken(path)
    files = find_files(folder, name=None) if folder.is_dir() else ()
    library = load_files(files, folder=None)
    if other := find_incidents(library, lambda name: Path(name).read_bytes()).get(incident):
        hint = "Edit that lesson, or give this incident another ID."
        raise UsageError(f"{shown_path(Path(other[0]))} is already about {incident}.", hint=hint)
    return Place(
        incident=IncidentId(incident), path=path, schema=find_schema(folder, top=top), library=library
    )


def make_draft(incident: IncidentId, *, answers: Mapping[str, str], told: tuple[Draft, ...]) -> Draft:
    """Put together what the author answers and what is told elsewhere; answers count first.

    What is told and does not fit into a lesson is offered to the author instead.
    """
    given = [Statement(key=key, text=text) for key, text in answers.items()]
    statements, offers = list(given), [offer for draft in told for offer in draft.offers]
    for statement in (statement for draft in told for statement in draft.statements):
        if fault := find_fault(statement.key, statement.text):
            why = fault.message.replace(f'"{statement.key}" says', "it says")
            offers.append(Offer(key=statement.key, text=statement.text, origin=statement.origin, why=why))
        else:
            statements.append(statement)
    return Draft(
        incident=incident,
        postmortem=next((draft.postmortem for draft in told if draft.postmortem), ""),
        statements=tuple(statements),
        offers=tuple(offers),
        follow_ups=tuple(item for draft in told for item in draft.follow_ups),
        fix=next((draft.fix for draft in told if draft.fix), None),
    )


def write_lesson(draft: Draft, place: Place) -> Written:
    """Write the lesson file as a whole or not at all, and never over another.

    Raise `UsageError` if there is such a file by now, and `LessonguardError` if it cannot be written.
    """
    text = write_skeleton(draft, schema=place.schema)
    try:
        create_file(place.path, text.encode())
    except FileExistsError as error:
        raise _taken(place.path) from error
    except OSError as error:
        message = f"Cannot write {shown_path(place.path)}: {error.strerror or error}."
        raise LessonguardError(message, hint="Name another folder: `--lessons-folder`.") from error
    return Written(path=shown_path(place.path), draft=draft)


def _taken(path: Path) -> UsageError:
    hint = "Edit it, or remove it first: `new` never overwrites."
    return UsageError(f"{shown_path(path)} exists already.", hint=hint)
