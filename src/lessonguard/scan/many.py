"""Scan many changes, each exactly as if it were the only one, with few runs of Semgrep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from lessonguard.errors import EngineError
from lessonguard.git.changes import Change
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Library
from lessonguard.record import record
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.plan import ScanPlan
from lessonguard.scan.scan import ScanOptions, read_plan, scan_change
from lessonguard.semgrep.engine_cache import CachingEngine
from lessonguard.semgrep.interface import Deadline, Engine
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rules

_MOST_CHANGES = 100

# How much is put into one run of Semgrep, unless one change alone has more: some seconds of work.
_ENOUGH_BYTES = 2_000_000

# Rules times bytes that are worth another process of Semgrep, a tenth of what is for one change: few rules
# look at many files here, and to read the files takes longer than to match. Measured on two cores.
WORTH_A_PROCESS = 1_000_000

# How much is held of what changed until that run, with what no rule looks at, and what was before.
_HELD_BYTES = 64_000_000


@record
class DatedChange:
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
        self._engine = CachingEngine(engine, self._rules)
        self._languages = languages
        self._options = options
        self._deadline = deadline

    def scan(self, changes: Iterable[DatedChange]) -> Iterator[ScanReport | EngineError]:
        """Yield the report of each change in order, or why Semgrep could not look at it.

        Raise `TimeIsUpError` at the deadline, `GitError` if contents cannot be read, and `EngineError`
        if Semgrep cannot look at anything.
        """
        waiting: list[DatedChange] = []
        plans: list[ScanPlan] = []
        for change in changes:
            waiting.append(change)
            plan = read_plan(
                self._library,
                self._repository,
                change.change,
                rules=self._rules,
                languages=self._languages,
                options=self._options,
            )
            plans.append(plan)
            self._engine.add(plan.targets)
            is_much = sum(plan.size for plan in plans) >= _HELD_BYTES
            if is_much or len(waiting) >= _MOST_CHANGES or self._engine.waiting_bytes >= _ENOUGH_BYTES:
                self._prepare(plans)
                plans = []  # no longer in memory when each change is read once more
                yield from map(self._scan, waiting)
                waiting = []
        self._prepare(plans)
        yield from map(self._scan, waiting)

    def _prepare(self, plans: Iterable[ScanPlan]) -> None:
        """Ask Semgrep, and Git for the lines of files with matches, about all of these at once."""
        self._deadline.check()
        pairs = []
        try:
            self._engine.prepare(limits=self._deadline.limit(self._options.limits))
            for plan in plans:
                result = self._engine.run(plan.rules, plan.targets, limits=self._options.limits)
                files = (plan.files[index] for index in sorted({index for index, _ in plan.matches(result)}))
                pairs += [pair for file in files if (pair := file.pair)]
            self._repository.hunks(pairs)
        except EngineError:  # perhaps because of one change, so now each is asked about alone
            self._deadline.check()

    def _scan(self, change: DatedChange) -> ScanReport | EngineError:
        limits = self._deadline.limit(self._options.limits)
        try:
            return scan_change(
                self._library,
                self._repository,
                change.change,
                engine=self._engine,
                languages=self._languages,
                options=replace(self._options, today=change.today, limits=limits, notices_lessons=False),
            )
        except EngineError as error:
            self._deadline.check()
            self._engine.check_works(limits=limits)
            return error
