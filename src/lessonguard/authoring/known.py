"""Which incidents the lesson files of a folder are about, be they finished or not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from lessonguard.lessons.library import LessonFile
from lessonguard.lessons.model import IncidentId, Library

_BEGUN = re.compile(
    rb"^incident:[ \t]*([\"']?)(?P<id>[A-Za-z0-9][A-Za-z0-9._-]*)\1[ \t\r]*(?:#|$)", re.MULTILINE
)


def known_incidents(files: Sequence[LessonFile], library: Library) -> Mapping[IncidentId, Path]:
    """Give the file about each incident; `library` holds the lessons of these files that are valid.

    A lesson that is still being written is no lesson yet, but it is about its incident.
    """
    paths = {file.name: file.path for file in files}
    found: dict[IncidentId, Path] = {}
    for file in files:
        with suppress(OSError):
            for begun in _BEGUN.finditer(file.path.read_bytes()):
                found.setdefault(IncidentId(begun["id"].decode()), file.path)
    return {**found, **{lesson.incident: paths[lesson.path] for lesson in library.lessons}}
