"""Write a new lesson file from the answers of its author, a postmortem and a fix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lessonguard.authoring.files import create_file, shown_path
from lessonguard.authoring.new.answers import find_error
from lessonguard.authoring.new.draft import Draft, Offer, Statement
from lessonguard.authoring.new.skeleton.skeleton import write_skeleton
from lessonguard.authoring.select import find_incidents
from lessonguard.errors import LessonguardError, UsageError
from lessonguard.lessons.header import find_schema
from lessonguard.lessons.library import find_files, load_files
from lessonguard.lessons.model import IncidentId, Library
from lessonguard.record import record


@record
class Destination:
    """Where a new lesson will be written: its path, the schema to name in it, and the lessons that exist."""

    incident: IncidentId
    path: Path
    schema: str
    library: Library


def find_destination(incident: str, *, folder: Path, top: Path | None) -> Destination:
    """Return where the lesson about an incident belongs; `top` is that of the repository, if there is one.

    Raise `UsageError` if this is no ID of an incident, if the file exists, or if another file is about the
    incident.
    """
    if error := find_error("incident", incident):
        raise UsageError(f"{error.message}.", hint=error.hint and f"{error.hint[0].upper()}{error.hint[1:]}.")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{shown_path(folder)} is not a folder.", hint="Name another: `--lessons-folder`.")
    path = folder / f"{incident}.yaml"
    if path.exists() or path.is_symlink():
        raise _exists(path)
    files = find_files(folder, name=None) if folder.is_dir() else ()
    library = load_files(files, folder=None)
    if other := find_incidents(library, lambda name: Path(name).read_bytes()).get(incident):
        hint = "Edit that lesson, or give this incident another ID."
        raise UsageError(f"{shown_path(Path(other[0]))} is already about {incident}.", hint=hint)
    schema = find_schema(folder, top=top)
    return Destination(incident=IncidentId(incident), path=path, schema=schema, library=library)


def merge_drafts(incident: IncidentId, *, answers: Mapping[str, str], drafts: tuple[Draft, ...]) -> Draft:
    """Return one draft of the author's answers, by key, and of what other sources say; answers count first.

    A value from another source that `check` would refuse becomes an offer to the author.
    """
    statements = [Statement(key=key, text=text) for key, text in answers.items()]
    offers = [offer for draft in drafts for offer in draft.offers]
    for statement in (statement for draft in drafts for statement in draft.statements):
        if error := find_error(statement.key, statement.text):
            why = error.message
            offers.append(Offer(key=statement.key, text=statement.text, origin=statement.origin, why=why))
        else:
            statements.append(statement)
    return Draft(
        incident=incident,
        postmortem=next((draft.postmortem for draft in drafts if draft.postmortem), ""),
        statements=tuple(statements),
        offers=tuple(offers),
        follow_ups=tuple(item for draft in drafts for item in draft.follow_ups),
        fix=next((draft.fix for draft in drafts if draft.fix), None),
    )


def write_lesson(draft: Draft, destination: Destination) -> None:
    """Write the lesson file, all of it or nothing, and never over an existing file.

    Raise `UsageError` if the file exists by now, and `LessonguardError` if it cannot be written.
    """
    text = write_skeleton(draft, schema=destination.schema)
    try:
        create_file(destination.path, text.encode())
    except FileExistsError as error:
        raise _exists(destination.path) from error
    except OSError as error:
        message = f"Cannot write {shown_path(destination.path)}: {error.strerror or error}."
        raise LessonguardError(message, hint="Name another folder: `--lessons-folder`.") from error


def _exists(path: Path) -> UsageError:
    hint = "Edit it, or remove it first: `new` never overwrites."
    return UsageError(f"{shown_path(path)} exists already.", hint=hint)
