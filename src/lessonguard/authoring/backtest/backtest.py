"""Replay past changes, to see where lessons would have commented before colleagues do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import field
from itertools import takewhile
from time import monotonic

from lessonguard.authoring.backtest.backtest_cache import (
    CachedReplay,
    Outcome,
    OutcomeCache,
    change_key,
    tree_key,
)
from lessonguard.authoring.backtest.result import (
    BacktestReport,
    Cause,
    CommentedChange,
    LessonBacktest,
    Stop,
)
from lessonguard.errors import GitError
from lessonguard.git.changes import Change, ChangedFile, CommitId, empty_tree
from lessonguard.git.past_changes import MergedChange, PastChanges
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Lesson, Library
from lessonguard.record import record
from lessonguard.scan.many import DatedChange, Replay
from lessonguard.scan.scan import ScanOptions
from lessonguard.semgrep.interface import Deadline, Engine, TimeIsUpError, Unchecked
from lessonguard.semgrep.languages import Languages

# How many changes Git lists together, and how many files of the tree are checked together: a partial clone
# fetches their contents in one request, and what is done when somebody interrupts is not lost.
_CHANGES_AT_ONCE = 100
_FILES_AT_ONCE = 300


@record
class BacktestOptions:
    """How to replay.

    `time_limit` is in seconds: what is not replayed by then is left out. `tree` is the commit whose files,
    all of them, are searched for matches of today; None for no search. `outcomes` has what earlier runs
    found. `on_progress` gets what is done now, and how much of how much.
    """

    scan: ScanOptions
    tree: CommitId | None = None
    time_limit: float | None = None
    outcomes: OutcomeCache = field(default_factory=lambda: OutcomeCache(None))
    on_progress: Callable[[str, int, int], None] = lambda _what, _done, _all: None


def backtest(
    library: Library,
    repository: Repository,
    past: PastChanges,
    *,
    engine: Engine,
    languages: Languages,
    options: BacktestOptions,
) -> BacktestReport:
    """Return on which changes the lessons of a library would have commented, the newest first.

    Each change is scanned as `scan_change` does it, on the day on which it was merged. Ctrl-C ends
    this as a time limit does: the report is about what was replayed. Raise `GitError` or `EngineError`
    if history cannot be read, or Semgrep cannot run at all; what was replayed is in the cache then.
    """
    run = _Run(library, repository, past, engine=engine, languages=languages, options=options)
    return run.report(run.run())


class _Run:
    """One backtest: first the changes, then the tree."""

    def __init__(
        self,
        library: Library,
        repository: Repository,
        past: PastChanges,
        *,
        engine: Engine,
        languages: Languages,
        options: BacktestOptions,
    ) -> None:
        end = None if options.time_limit is None else monotonic() + options.time_limit
        self._lessons = library.lessons
        self._faults = library.faults
        self._repository = repository
        self._history = repository.history()
        self._past = past
        self._options = options
        self._files: Sequence[ChangedFile] = ()
        self._checked_keys: list[str] = []
        self._failed: list[tuple[ChangedFile, str]] = []
        self._files_checked = 0
        self._replay = CachedReplay(
            library,
            languages=languages,
            outcomes=options.outcomes,
            make_replay=lambda part: Replay(
                part,
                repository,
                engine=engine,
                languages=languages,
                options=options.scan,
                deadline=Deadline(at=end),
            ),
        )

    def run(self) -> Stop:
        """Replay as much as there is time for, and return what ended that."""
        try:
            self._replay_changes()
            self._search_tree()
        except KeyboardInterrupt:
            return "interrupted"
        except TimeIsUpError:
            return "time limit"
        finally:
            self._replay.save()
        return ""

    def _replay_changes(self) -> None:
        changes = self._past.changes
        for start in range(0, len(changes), _CHANGES_AT_ONCE):
            part = changes[start : start + _CHANGES_AT_ONCE]
            unknown = [change for change in part if not self._replay.is_complete(change_key(change))]
            done = start + len(part) - len(unknown)
            self._options.on_progress(f"replaying {self._past.unit}s", done, len(changes))
            listed = self._history.changed_files([(change.commit, change.base) for change in unknown])
            dated = []
            for past, files in zip(unknown, listed, strict=True):
                change = Change(base=past.base, tip=past.commit, head=past.commit, files=files)
                dated.append((change_key(past), DatedChange(change=change, today=past.date)))
            for number, _ in enumerate(self._replay.run(dated), 1):
                self._options.on_progress(f"replaying {self._past.unit}s", done + number, len(changes))

    def _search_tree(self) -> None:
        """Check the whole tree, as if a change had added every file that a rule checks."""
        head = self._options.tree
        if head is None:
            return
        selector = self._replay.selector(self._lessons)
        self._files = [
            file for file in self._history.all_files(head) if file.head and selector.wants(file.head)
        ]
        for start in range(0, len(self._files), _FILES_AT_ONCE):
            self._options.on_progress("searching today's code", start, len(self._files))
            self._check(head, self._files[start : start + _FILES_AT_ONCE])

    def _check(self, head: CommitId, files: Sequence[ChangedFile]) -> None:
        """Check some files; where Semgrep fails, find out by halves on which of them."""
        change = Change(base=empty_tree(head), tip=head, head=head, files=tuple(files))
        dated = DatedChange(change=change, today=self._options.scan.today)
        key = tree_key([file.head for file in files if file.head], today=dated.today)
        if not self._replay.is_complete(key):
            self._history.fetch(files)
            list(self._replay.run([(key, dated)]))
        reason = self._replay.failures.get(key)
        if reason and len(files) > 1:
            half = len(files) // 2
            self._check(head, files[:half])
            self._check(head, files[half:])
            return
        if reason:
            self._failed.append((files[0], reason))
        else:
            self._checked_keys.append(key)
        self._files_checked += len(files)

    # The report ---------------------------------------------------------------------------------

    def report(self, stopped: Stop) -> BacktestReport:
        """Return the report about what was replayed."""
        known = takewhile(lambda change: self._replay.is_complete(change_key(change)), self._past.changes)
        reached, failures = list(known), self._replay.failures
        replayed = [change for change in reached if change_key(change) not in failures]
        return BacktestReport(
            past=self._past,
            reached=len(reached),
            failed=tuple(
                (change, failures[key]) for change in reached if (key := change_key(change)) in failures
            ),
            head=self._options.tree,
            files=len(self._files),
            files_checked=self._files_checked,
            lessons=tuple(self._lesson_backtest(lesson, replayed) for lesson in self._lessons),
            stopped=stopped,
            faults=(*self._faults, *self._replay.faults),
        )

    def _lesson_backtest(self, lesson: Lesson, replayed: Sequence[MergedChange]) -> LessonBacktest:
        outcomes = [(change, self._outcome(lesson, change_key(change))) for change in replayed]
        now = [self._outcome(lesson, key) for key in self._checked_keys]
        commented = [
            CommentedChange(change=change, findings=findings)
            for change, outcome in outcomes
            if (findings := tuple(each for each in outcome.findings if not each.accepted))
        ]
        cause, caused_by = self._cause(lesson, commented, replayed)
        wants = self._replay.selector([lesson]).wants
        failed = [
            Unchecked(path=file.path, reason=reason)
            for file, reason in self._failed
            if file.head and wants(file.head)
        ]
        return LessonBacktest(
            lesson=lesson,
            replayed=len(replayed),
            commented=tuple(commented),
            watched=sum(outcome.is_watched for _, outcome in outcomes),
            today=tuple(finding for outcome in now for finding in outcome.findings),
            unchecked=(
                *((change, item) for change, outcome in outcomes for item in outcome.unchecked),
                *((None, item) for outcome in now for item in outcome.unchecked),
                *((None, item) for item in failed),
            ),
            cause=cause,
            caused_by=caused_by,
        )

    def _outcome(self, lesson: Lesson, key: str) -> Outcome:
        return self._replay.outcome(lesson, key) or Outcome()

    def _cause(
        self, lesson: Lesson, commented: Sequence[CommentedChange], replayed: Sequence[MergedChange]
    ) -> tuple[Cause, MergedChange | None]:
        """Find the change that caused the incident; see `Cause`."""
        if lesson.proof is None or not replayed:
            return Cause.NO_PROOF, None
        broken = None if lesson.proof.repository else self._find(lesson.proof.broken)
        if broken is None or not self._history.is_in(broken, replayed[0].commit):
            return Cause.ELSEWHERE, None
        if self._history.is_in(broken, replayed[-1].base):
            return Cause.EARLIER, None
        # A change came later than `broken` if that is in its base already; the newest come first.
        index = bisect_left(commented, 1, key=lambda item: not self._history.is_in(broken, item.change.base))
        fixed_commit = self._find(lesson.proof.fixed)
        fix = self._repository.changed_files(broken, fixed_commit) if fixed_commit else ()
        fixed = {file.path for file in fix}
        suspects = sorted(
            commented[index:], key=lambda item: fixed.isdisjoint(finding.path for finding in item.findings)
        )
        return (Cause.FOUND, suspects[0].change) if suspects else (Cause.MISSED, None)

    def _find(self, revision: str) -> CommitId | None:
        try:
            return self._repository.resolve(revision)
        except GitError:
            return None
