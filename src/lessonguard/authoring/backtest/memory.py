"""What lessons had to say about changes before, kept between runs; losing it costs time and nothing else."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from lessonguard.authoring.backtest.outcome import Outcome, decode_outcome, encode_outcome
from lessonguard.git.changes import FileVersion
from lessonguard.git.past_changes import MergedChange
from lessonguard.lessons.cache import read_cache, write_cache
from lessonguard.lessons.model import IncidentId, Lesson

_MOST_OUTCOMES = 5_000
"""How many outcomes a file keeps: the last ones that were noted."""

_MOST_PLACES = 1_000
"""An outcome with more places than this is not kept."""

_MOST_FILES = 200
"""How many files are kept, each with what one version of one lesson had to say."""


_TREE = "tree "


def change_key(change: MergedChange) -> str:
    """Name a past change: by its two commits."""
    return f"{change.base}..{change.commit}"


def tree_key(files: Iterable[FileVersion], *, today: date) -> str:
    """Name a part of a tree: by what is in it, and the day, on which accept comments may expire."""
    rows = "".join(f"{file.blob} {file.executable} {file.path}\0" for file in files)
    return f"{_TREE}{today} {sha256(rows.encode('utf-8', 'surrogateescape')).hexdigest()}"


class Memory:
    """Remembers outcomes by lesson and by what it judged, in one file for each lesson.

    A file is named after all that decides an outcome: what the lesson looks for, and `basis`, which
    is whatever else counts. With no folder, nothing outlives the memory.
    """

    def __init__(self, folder: Path | None, *, basis: Sequence[str] = ()) -> None:
        """Keep files in this folder, which is made when it is first needed."""
        self._folder = folder
        self._basis = [_sources(), *basis]
        self._known: dict[IncidentId, dict[str, Any]] = {}
        self._changed: dict[IncidentId, Lesson] = {}
        self._kept_out: set[IncidentId] = set()
        self._large: set[tuple[IncidentId, str]] = set()

    def recall(self, lesson: Lesson, key: str) -> Outcome | None:
        """Give what a lesson had to say about what has this key, None if that is not known."""
        known = self._outcomes(lesson)
        try:
            return decode_outcome(known[key]) if key in known else None
        except (TypeError, ValueError):
            return None

    def note(self, lesson: Lesson, key: str, outcome: Outcome) -> None:
        """Remember an outcome, at first until `save` only."""
        self._outcomes(lesson)[key] = encode_outcome(outcome)
        self._changed[lesson.incident] = lesson
        if len(outcome.places) > _MOST_PLACES:
            self._large.add((lesson.incident, key))

    def keep_out(self, lesson: Lesson) -> None:
        """Save nothing of this lesson."""
        self._kept_out.add(lesson.incident)

    def save(self) -> None:
        """Write what is new. Say nothing if that cannot be done: the next run is slower, that is all."""
        if self._folder is None:
            return
        for incident, lesson in self._changed.items():
            if incident not in self._kept_out:
                write_cache(self._file(self._folder, lesson), self._bounded(incident))
        if self._changed:
            _remove(sorted(_files(self._folder), key=_age)[_MOST_FILES:])
        self._changed = {}

    def _bounded(self, incident: IncidentId) -> dict[str, Any]:
        """Choose what to keep; of trees, only what was noted on the last day."""
        known = self._known[incident]
        last = max((_day(key) for key in known), default="")
        kept = {
            key: value
            for key, value in known.items()
            if (incident, key) not in self._large and _day(key) in {"", last}
        }
        return dict(islice(kept.items(), max(0, len(kept) - _MOST_OUTCOMES), None))

    def _outcomes(self, lesson: Lesson) -> dict[str, Any]:
        if lesson.incident not in self._known:
            known = read_cache(self._file(self._folder, lesson)) if self._folder else {}
            self._known[lesson.incident] = known
        return self._known[lesson.incident]

    def _file(self, folder: Path, lesson: Lesson) -> Path:
        watched = lesson.watch.paths if lesson.watch else ()
        deciding = [self._basis, lesson.incident, [rule.document for rule in lesson.rules], watched]
        name = sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()
        return folder / f"{name[:32]}.json"


def _day(key: str) -> str:
    """Give the day in the key of a part of a tree; nothing for a change."""
    return key.split()[1] if key.startswith(_TREE) else ""


def _files(folder: Path) -> Iterable[Path]:
    return folder.glob("*.json")


def _age(path: Path) -> float:
    """Give what sorts the newest file first."""
    with suppress(OSError):
        return -path.stat().st_mtime
    return 0.0


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()


def _sources() -> str:
    """Name this version of lessonguard by its sources, so that any change to them starts afresh."""
    checksum = 0
    for source in sorted(Path(__file__).parents[1].rglob("*.py")):
        checksum = zlib.crc32(source.read_bytes(), checksum)
    return f"{checksum:08x}"
