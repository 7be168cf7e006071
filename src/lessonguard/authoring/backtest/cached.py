"""Ask lessons about changes: only those lessons whose answer is not known from before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from time import monotonic

from lessonguard.authoring.backtest.memory import Memory
from lessonguard.authoring.backtest.outcome import Outcome, make_outcome
from lessonguard.errors import EngineError
from lessonguard.git.changes import Change, FileVersion
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import IncidentId, Lesson, Library
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.many import DatedChange, Replay
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rules
from lessonguard.semgrep.targets import Selector

_SAVE_EVERY = 5.0
"""Seconds after which what is known is written, for the case that nobody is asked before this ends."""


class Enquiry:
    """What each lesson of a library has to say about changes, each of which has a key of its own.

    `failures` has, by key, why Semgrep could not look at a change; `faults` are rules that it refuses.
    """

    def __init__(
        self,
        library: Library,
        *,
        languages: Languages,
        memory: Memory,
        replay: Callable[[Library], Replay],
    ) -> None:
        """Ask by what `replay` makes of a library, with all lessons of this one or some of them."""
        self.failures: dict[str, str] = {}
        self.faults: dict[Diagnostic, None] = {}
        self._library = library
        self._languages = languages
        self._memory = memory
        self._replay = cache(lambda incidents: replay(self._some(incidents)))
        self._selectors: dict[IncidentId, Selector] = {}
        self._saved = monotonic()

    def outcome(self, lesson: Lesson, key: str) -> Outcome | None:
        """Give what a lesson has to say about a change, None if that is not known yet."""
        return self._memory.recall(lesson, key)

    def is_known(self, key: str) -> bool:
        """Tell whether there is nothing left to ask about a change."""
        return key in self.failures or not self._silent(key)

    def ask(self, asked: Sequence[tuple[str, DatedChange]]) -> Iterator[None]:
        """Ask about changes, each with its key; give a sign after each. See `Replay.scan` for errors."""
        for incidents, group in groupby(asked, lambda item: self._silent(item[0])):
            items = list(group)
            answers = self._replay(incidents).scan(question for _, question in items)
            for (key, question), answer in zip(items, answers, strict=True):
                if isinstance(answer, EngineError):
                    self.failures[key] = answer.message
                else:
                    self._note(key, question.change, report=answer, lessons=self._some(incidents).lessons)
                yield

    def save(self) -> None:
        """Write what is known."""
        self._memory.save()
        self._saved = monotonic()

    def selector(self, lessons: Sequence[Lesson]) -> Selector:
        """Give what tells which files these lessons look at."""
        rules = engine_rules(lessons, self._languages)
        return Selector(rules, self._languages, folder=self._library.folder)

    def _silent(self, key: str) -> tuple[IncidentId, ...]:
        """Name the lessons whose answer is not known."""
        lessons = self._library.lessons
        return tuple(lesson.incident for lesson in lessons if self._memory.recall(lesson, key) is None)

    def _some(self, incidents: tuple[IncidentId, ...]) -> Library:
        lessons = tuple(self._library.by_incident[incident] for incident in incidents)
        return replace(self._library, lessons=lessons, faults=())

    def _note(self, key: str, change: Change, *, report: ScanReport, lessons: Sequence[Lesson]) -> None:
        self.faults |= dict.fromkeys(report.faults)
        versions = {file.path: [side for side in (file.base, file.head) if side] for file in change.files}
        for lesson in lessons:
            outcome = make_outcome(report, lesson, looks_at=self._looks_at(lesson, versions))
            self._memory.note(lesson, key, outcome)
            if any(fault.path == lesson.path for fault in report.faults):
                self._memory.keep_out(lesson)  # else nobody would hear of the fault again
        if monotonic() - self._saved > _SAVE_EVERY:
            self.save()

    def _looks_at(
        self, lesson: Lesson, versions: Mapping[str, Sequence[FileVersion]]
    ) -> Callable[[str], bool]:
        """Give what tells whether a lesson looks at the file with a path."""
        selector = self._selectors.setdefault(lesson.incident, self.selector((lesson,)))
        return lambda path: any(map(selector.wants, versions[path]))
