"""Lesson files as blobs, which count what is read of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lessonguard.lessons.library import load_blobs
from lessonguard.lessons.model import Library

TEXT = (Path(__file__).parents[1] / "cases" / "lesson_example.yaml").read_text(encoding="utf-8")


def lesson_text(incident: str) -> str:
    """Return the text of the example, as a lesson about this incident."""
    return TEXT.replace("INC-245", incident)


class Blobs:
    """Contents by ID, that count what is asked for."""

    def __init__(self, **contents: str) -> None:
        self.contents = contents
        self.asked: list[str] = []

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return the contents, and count them as asked for."""
        self.asked += ids
        return {name: self.contents[name].encode() for name in ids}

    def load(self, cache: Path | None, **paths: str) -> Library:
        """Load the blobs by the paths `lessons/…yaml` they are given."""
        entries = [(f"lessons/{path}.yaml", name) for path, name in paths.items()]
        return load_blobs(entries, self.read, folder="lessons", cache=cache)


def incidents(library: Library) -> list[str]:
    """List the incidents of a library, in its order."""
    return [lesson.incident for lesson in library.lessons]
