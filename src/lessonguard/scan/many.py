"""Scan many changes, each exactly as if it were the only one, with few runs of Semgrep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from time import monotonic

from lessonguard.errors import EngineError
from lessonguard.git.changes import BlobId, Change
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Library
from lessonguard.record import record
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.plan import ScanPlan
from lessonguard.scan.scan import ScanOptions, read_plan, scan_change
from lessonguard.semgrep.cached import RememberingEngine
from lessonguard.semgrep.interface import Engine, Limits
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rules

_MOST_CHANGES = 100
_ENOUGH_BYTES = 2_000_000
"""How much is put into one run of Semgrep, unless one change alone has more: some seconds of work."""

WORTH_A_PROCESS = 1_000_000
"""Rules times bytes that are worth another process of Semgrep: few rules look at many files here, and to
read the files takes longer than to match; measured on two cores."""

_HELD_BYTES = 64_000_000
"""How much is held of what changed until that run, with what no rule looks at, and what was before."""


class TimeIsUpError(Exception):
    """The time that a replay may take is over."""


@record
class Deadline:
    """An instant of the monotonic clock, or None for no end."""

    at: float | None

    def check(self) -> None:
        """Raise `TimeIsUpError` if it is over."""
        if self.at is not None and monotonic() >= self.at:
            raise TimeIsUpError

    def limit(self, limits: Limits) -> Limits:
        """Give limits that end a run of Semgrep at this instant at the latest."""
        if self.at is None:
            return limits
        return replace(limits, deadline=max(0.1, min(limits.deadline, self.at - monotonic())))


@record
class Question:
    """A change to scan, on the day that decides which accept comments of it have expired."""

    change: Change
    today: date


class Replay:
    """Scans changes by the lessons of one library.

    Semgrep looks once at each content under each path, so that of two changes to one file in a row
    it sees three versions and not four.
    """

    def __init__(
        self,
        library: Library,
        repository: Repository,
        *,
        engine: Engine,
        languages: Languages,
        options: ScanOptions,
        deadline: Deadline,
    ) -> None:
        self._library = library
        self._repository = repository
        self._rules = engine_rules(library.lessons, languages)
        self._engine = RememberingEngine(engine, self._rules)
        self._languages = languages
        self._options = options
        self._deadline = deadline

    def scan(self, questions: Iterable[Question]) -> Iterator[ScanReport | EngineError]:
        """Give the report of each change in order, or why Semgrep could not look at it.

        Raise `TimeIsUpError` at the deadline, `GitError` if contents cannot be read, and `EngineError`
        if Semgrep cannot look at anything.
        """
        waiting: list[Question] = []
        plans: list[ScanPlan] = []
        for question in questions:
            waiting.append(question)
            plans.append(self._plan(question.change))
            self._engine.note(plans[-1].targets)
            is_much = sum(plan.size for plan in plans) >= _HELD_BYTES
            if is_much or len(waiting) >= _MOST_CHANGES or self._engine.noted_bytes >= _ENOUGH_BYTES:
                self._prepare(plans)
                plans = []  # no longer in memory when each change is read once more
                yield from map(self._scan, waiting)
                waiting = []
        self._prepare(plans)
        yield from map(self._scan, waiting)

    def _prepare(self, plans: Iterable[ScanPlan]) -> None:
        """Ask Semgrep, and Git for the lines, about all of these at once."""
        self._deadline.check()
        try:
            self._engine.prepare(limits=self._deadline.limit(self._options.limits))
            self._repository.hunks(self._compared(plans))
        except EngineError:  # perhaps because of one change, so now each is asked about alone
            self._deadline.check()

    def _compared(self, plans: Iterable[ScanPlan]) -> Iterator[tuple[BlobId, BlobId]]:
        """List the contents whose lines will be compared, so that Git does it for all in one run."""
        for plan in plans:
            result = self._engine.run(plan.rules, plan.targets, limits=self._options.limits)
            for index in sorted({index for index, _ in plan.matches(result)}):
                if pair := plan.files[index].pair:
                    yield pair

    def _scan(self, question: Question) -> ScanReport | EngineError:
        limits = self._deadline.limit(self._options.limits)
        try:
            return scan_change(
                self._library,
                self._repository,
                question.change,
                engine=self._engine,
                languages=self._languages,
                options=replace(self._options, today=question.today, limits=limits),
            )
        except EngineError as error:
            self._deadline.check()
            self._engine.try_out(limits=limits)
            return error

    def _plan(self, change: Change) -> ScanPlan:
        return read_plan(
            self._library,
            self._repository,
            change,
            rules=self._rules,
            languages=self._languages,
            options=self._options,
        )
