"""Replay changes by the lessons whose outcome is not cached yet, and keep the outcomes for the next run.

Losing the cache costs time and nothing else.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from itertools import groupby, islice
from pathlib import Path
from time import monotonic
from typing import Any

from lessonguard.errors import EngineError
from lessonguard.git.changes import Change, FileVersion
from lessonguard.git.past_changes import MergedChange
from lessonguard.lessons.cache import read_cache, write_cache
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import IncidentId, Lesson, Library
from lessonguard.lessons.serialize import decode_fields, encode_fields
from lessonguard.record import record
from lessonguard.scan.finding import Finding, ScanReport
from lessonguard.scan.many import DatedChange, Replay
from lessonguard.semgrep.interface import Unchecked
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rules
from lessonguard.semgrep.targets import Selector

# Characters of a match and of its line that are kept: no output shows more, and a line may have a megabyte.
_LONGEST_TEXT = 200

# Bounds of the cache, so that it stays below some megabytes however often somebody tries out a rule:
# outcomes in a file (the newest stay), findings in an outcome, and files, one for each version of a lesson.
_MOST_OUTCOMES = 5_000
_MOST_FINDINGS = 1_000
_MOST_FILES = 200

# Seconds between two writes of the cache, so that a run that is killed does not start from the beginning.
_SAVE_EVERY = 5.0

_TREE = "tree "


@record
class Outcome:
    """What one lesson introduces in one change, and the files that it could not check.

    `is_watched`: the change touches a path that the lesson watches.
    """

    findings: tuple[Finding, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    is_watched: bool = False


def change_key(change: MergedChange) -> str:
    """Return the key of a past change: its two commits."""
    return f"{change.base}..{change.commit}"


def tree_key(files: Iterable[FileVersion], *, today: date) -> str:
    """Return the key of a part of a tree: its contents, and the day, on which accept comments may expire."""
    rows = "".join(f"{file.blob} {file.executable} {file.path}\0" for file in files)
    return f"{_TREE}{today} {sha256(rows.encode('utf-8', 'surrogateescape')).hexdigest()}"


class OutcomeCache:
    """Outcomes by lesson and by the key of the change, in one file for each version of a lesson.

    A file is named after everything that decides an outcome: the rules and watched paths of the lesson, the
    sources of lessonguard, and `basis`, which is whatever else counts, such as the version of Semgrep.
    Without a folder nothing outlives the object.
    """

    def __init__(self, folder: Path | None, *, basis: Sequence[str] = ()) -> None:
        """Keep the files in this folder, which is created when it is first needed."""
        self._folder = folder
        self._basis = [_version(), *basis]
        self._stored: dict[IncidentId, dict[str, Any]] = {}
        self._changed: dict[IncidentId, Lesson] = {}
        self._excluded: set[IncidentId] = set()
        self._large: set[tuple[IncidentId, str]] = set()

    def get(self, lesson: Lesson, key: str) -> Outcome | None:
        """Return the outcome of a lesson for this key; None if there is none, or if it cannot be read."""
        stored = self._outcomes(lesson).get(key)
        if not stored:
            return Outcome() if stored == [] else None
        try:
            findings, unchecked, is_watched = stored
            return Outcome(
                findings=tuple(Finding(lesson=lesson, **decode_fields(Finding, item)) for item in findings),
                unchecked=tuple(Unchecked(path=str(path), reason=str(reason)) for path, reason in unchecked),
                is_watched=bool(is_watched),
            )
        except (AttributeError, LookupError, TypeError, ValueError):
            return None

    def put(self, lesson: Lesson, key: str, outcome: Outcome) -> None:
        """Keep an outcome, until `save` in memory only."""
        findings = [encode_fields(finding, without="lesson") for finding in outcome.findings]
        unchecked = [[item.path, item.explanation] for item in outcome.unchecked]
        # For most changes there is nothing in an outcome, so that is kept as an empty list.
        is_empty = outcome == Outcome()
        self._outcomes(lesson)[key] = [] if is_empty else [findings, unchecked, outcome.is_watched]
        self._changed[lesson.incident] = lesson
        if len(outcome.findings) > _MOST_FINDINGS:
            self._large.add((lesson.incident, key))

    def exclude(self, lesson: Lesson) -> None:
        """Save nothing of this lesson."""
        self._excluded.add(lesson.incident)

    def save(self) -> None:
        """Write what is new; a folder that cannot be written only makes the next run slower."""
        if self._folder is None:
            return
        for incident, lesson in self._changed.items():
            if incident not in self._excluded:
                write_cache(self._file(self._folder, lesson), self._bounded(incident))
        if self._changed:

            def age(path: Path) -> float:
                with suppress(OSError):
                    return -path.stat().st_mtime
                return 0.0

            for file in sorted(self._folder.glob("*.json"), key=age)[_MOST_FILES:]:
                with suppress(OSError):
                    file.unlink()
        self._changed = {}

    def _bounded(self, incident: IncidentId) -> dict[str, Any]:
        """Return what to write; of trees, only what was put in on the last day."""
        stored = self._stored[incident]
        last = max((_day(key) for key in stored), default="")
        kept = {
            key: value
            for key, value in stored.items()
            if (incident, key) not in self._large and _day(key) in {"", last}
        }
        return dict(islice(kept.items(), max(0, len(kept) - _MOST_OUTCOMES), None))

    def _outcomes(self, lesson: Lesson) -> dict[str, Any]:
        if lesson.incident not in self._stored:
            stored = read_cache(self._file(self._folder, lesson)) if self._folder else {}
            self._stored[lesson.incident] = stored
        return self._stored[lesson.incident]

    def _file(self, folder: Path, lesson: Lesson) -> Path:
        watched = lesson.watch.paths if lesson.watch else ()
        deciding = [self._basis, lesson.incident, [rule.document for rule in lesson.rules], watched]
        name = sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()
        return folder / f"{name[:32]}.json"


class CachedReplay:
    """Replays changes, each under its key, by the lessons that have no cached outcome for it.

    `failures` has, by key, why Semgrep could not check a change; `faults` are the rules that it refuses.
    """

    def __init__(
        self,
        library: Library,
        *,
        languages: Languages,
        outcomes: OutcomeCache,
        make_replay: Callable[[Library], Replay],
    ) -> None:
        """Replay with what `make_replay` returns for a library: this one, or a part of its lessons."""
        self.failures: dict[str, str] = {}
        self.faults: dict[Diagnostic, None] = {}
        self._library = library
        self._languages = languages
        self._cache = outcomes
        self._replay = cache(lambda incidents: make_replay(self._part(incidents)))
        self._selectors: dict[IncidentId, Selector] = {}
        self._saved = monotonic()

    def outcome(self, lesson: Lesson, key: str) -> Outcome | None:
        """Return the outcome of a lesson for a change, None if it is not known yet."""
        return self._cache.get(lesson, key)

    def is_complete(self, key: str) -> bool:
        """Return whether every lesson has an outcome for a change, or Semgrep failed on it."""
        return key in self.failures or not self._missing(key)

    def run(self, changes: Sequence[tuple[str, DatedChange]]) -> Iterator[None]:
        """Replay changes, each with its key, and yield after each; see `Replay.scan` for errors."""
        for incidents, group in groupby(changes, lambda item: self._missing(item[0])):
            items = list(group)
            answers = self._replay(incidents).scan(dated for _, dated in items)
            for (key, dated), answer in zip(items, answers, strict=True):
                if isinstance(answer, EngineError):
                    self.failures[key] = answer.message
                else:
                    self._put(key, dated.change, report=answer, lessons=self._part(incidents).lessons)
                yield

    def save(self) -> None:
        """Write the outcomes to the cache."""
        self._cache.save()
        self._saved = monotonic()

    def selector(self, lessons: Sequence[Lesson]) -> Selector:
        """Return what chooses the files that these lessons check."""
        rules = engine_rules(lessons, self._languages)
        return Selector(rules, self._languages, folder=self._library.folder)

    def _missing(self, key: str) -> tuple[IncidentId, ...]:
        """List the lessons without an outcome for a change."""
        lessons = self._library.lessons
        return tuple(lesson.incident for lesson in lessons if self._cache.get(lesson, key) is None)

    def _part(self, incidents: tuple[IncidentId, ...]) -> Library:
        lessons = tuple(self._library.by_incident[incident] for incident in incidents)
        return replace(self._library, lessons=lessons, faults=())

    def _put(self, key: str, change: Change, *, report: ScanReport, lessons: Sequence[Lesson]) -> None:
        self.faults |= dict.fromkeys(report.faults)
        versions = {file.path: [side for side in (file.base, file.head) if side] for file in change.files}
        for lesson in lessons:
            self._cache.put(lesson, key, self._make_outcome(report, lesson, versions))
            if any(fault.path == lesson.path for fault in report.faults):
                self._cache.exclude(lesson)  # or else the next run would not report the fault
        if monotonic() - self._saved > _SAVE_EVERY:
            self.save()

    def _make_outcome(
        self, report: ScanReport, lesson: Lesson, versions: Mapping[str, Sequence[FileVersion]]
    ) -> Outcome:
        incident = lesson.incident
        selector = self._selectors.setdefault(incident, self.selector((lesson,)))
        return Outcome(
            findings=tuple(
                _shortened(finding)
                for finding in report.findings
                if finding.lesson.incident == incident and finding.state.is_introduced
            ),
            # What is unchecked for all lessons counts for those that check the file, before or after.
            unchecked=tuple(
                item
                for item in report.unchecked
                if item.incident == incident
                or (item.incident is None and any(map(selector.wants, versions[item.path])))
            ),
            is_watched=any(
                notice.kind == "watched-path" and notice.incident == incident for notice in report.notices
            ),
        )


def _shortened(finding: Finding) -> Finding:
    """Return a finding with its first line only, which is all that a backtest shows."""
    lines = tuple(replace(line, text=line.text.strip()[:_LONGEST_TEXT]) for line in finding.lines[:1])
    return replace(finding, lines=lines, removed=(), snippet=finding.snippet[:_LONGEST_TEXT])


def _day(key: str) -> str:
    """Return the day in the key of a part of a tree; nothing for a change."""
    return key.removeprefix(_TREE).partition(" ")[0] if key.startswith(_TREE) else ""


def _version() -> str:
    """Return a checksum of lessonguard's sources: after any change to them, outcomes are made anew."""
    checksum = 0
    for source in sorted(Path(__file__).parents[2].rglob("*.py")):
        checksum = zlib.crc32(source.read_bytes(), checksum)
    return f"{checksum:08x}"
