"""The lessons that an author means: those in the work tree, committed or not, or some of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lessonguard.change.git import Repository
from lessonguard.cli.library import find_lesson
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Library
from lessonguard.scan import read_library


def chosen_lessons(repository: Repository, *, folder: str, incidents: Iterable[str]) -> Library:
    """Load the lessons of the work tree, or those of HEAD where there is none, and keep the chosen ones.

    All are if no incident is named; else invalid files are passed over, unless the lesson may be in
    one of them. Raise `UsageError` or `LessonError` for an incident that no lesson is about.
    """
    name = folder.strip("/")
    if repository.top is None:
        library = read_library(repository, repository.resolve("HEAD"), folder=name)
    else:
        library = load_folder(repository.top / name, name=name)
    named = {find_lesson(library, incident).incident for incident in incidents}
    if not named:
        return library
    lessons = tuple(lesson for lesson in library.lessons if lesson.incident in named)
    return replace(library, lessons=lessons, faults=())
