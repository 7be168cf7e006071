"""The lessons that an author means: those in the work tree, committed or not, or some of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from lessonguard.authoring.select import find_asked
from lessonguard.cli.library import find_lesson
from lessonguard.git.repository import Repository
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Lesson, Library
from lessonguard.scan.scan import read_directory, read_library

_ENDINGS = (".yaml", ".yml")


def is_path(name: str, directory: Path) -> bool:
    """Tell whether a name is that of a lesson file or of a folder, relative to `directory`."""
    return name.endswith(_ENDINGS) or (directory / name).is_dir()


def chosen_lessons(
    names: Sequence[str],
    *,
    directory: Path,
    folder: str,
    lessons: Path | None = None,
    repository: Repository,
) -> Library:
    """Load the lessons of the work tree, all or those named; of a repository without one, those of HEAD.

    A name is an incident, or a lesson file or a folder of them. `folder` is where the repository
    keeps its lessons, and `lessons` a directory to take in its place. The faults are those of files
    that are meant. Raise `UsageError` for a name that stands for nothing, and `LessonError` if that
    may be because its file is invalid.
    """
    paths = [Path(name) for name in names if is_path(name, directory)]
    incidents = [name for name in names if not is_path(name, directory)]
    chosen: list[Lesson] = []
    faults: list[Diagnostic] = []
    if paths:
        asked = find_asked(paths, directory=directory, folder=folder, repository=repository)
        chosen += asked.lessons
        faults += [fault for fault in asked.library.faults if fault.path in asked.names]
    if names and not incidents:
        return _library(chosen, folder=folder, faults=faults)
    if lessons:
        kept = read_directory(repository, lessons, folder=folder)
    else:
        kept = replace(_kept(directory, folder=folder, repository=repository), folder=folder)
    if not names:
        return kept
    chosen += [find_lesson(kept, incident) for incident in incidents]
    return _library(chosen, folder=kept.folder, faults=faults)


def _kept(directory: Path, *, folder: str, repository: Repository) -> Library:
    if repository.top is None:
        return read_library(repository, repository.resolve("HEAD"), folder=folder)
    return find_asked((), directory=directory, folder=folder, repository=repository).library


def _library(lessons: Iterable[Lesson], *, folder: str | None, faults: Iterable[Diagnostic]) -> Library:
    by_incident = {lesson.incident: lesson for lesson in lessons}
    in_order = tuple(by_incident[incident] for incident in sorted(by_incident))
    return Library(lessons=in_order, folder=folder, faults=tuple(faults))
