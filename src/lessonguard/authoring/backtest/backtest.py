"""Replay past changes, to see where lessons would have spoken before colleagues do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from itertools import takewhile
from time import monotonic

from lessonguard.authoring.backtest.cached import Enquiry
from lessonguard.authoring.backtest.memory import Memory, change_key, tree_key
from lessonguard.authoring.backtest.outcome import Outcome
from lessonguard.authoring.backtest.result import (
    BacktestReport,
    Cause,
    LessonBacktest,
    Spoken,
    Stop,
    Unreplayed,
    Unseen,
)
from lessonguard.errors import GitError
from lessonguard.git.changes import Change, ChangedFile, CommitId, empty_tree
from lessonguard.git.past_changes import MergedChange, PastChanges
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Lesson, Library, Proof
from lessonguard.record import record
from lessonguard.scan.many import DatedChange, Deadline, Replay, TimeIsUpError
from lessonguard.scan.scan import ScanOptions
from lessonguard.semgrep.interface import Engine
from lessonguard.semgrep.languages import Languages

_CHANGES_AT_ONCE = 100
"""How many changes Git lists, and a partial clone fetches the contents of, together."""

_FILES_AT_ONCE = 300
"""How many files of the whole tree are looked at together."""


@record
class BacktestOptions:
    """How to replay.

    `time_limit` is in seconds: what is not known by then is left out. `tree` is the commit in
    whose files, all of them, to look for places of today; None for nowhere. `memory` has what is
    known from before. `heard` is told what is done now, and how much of how much.
    """

    scan: ScanOptions
    tree: CommitId | None = None
    time_limit: float | None = None
    memory: Memory = field(default_factory=lambda: Memory(None))
    heard: Callable[[str, int, int], None] = lambda _what, _done, _all: None


def backtest(
    library: Library,
    repository: Repository,
    past: PastChanges,
    *,
    engine: Engine,
    languages: Languages,
    options: BacktestOptions,
) -> BacktestReport:
    """Say where the lessons of a library would have spoken, change by change, the newest first.

    Each change is scanned as `scan_change` does it, on the day on which it was merged. ^C ends
    this as a time limit does: the report is about what is known. Raise `GitError` or `EngineError`
    if history cannot be read, or Semgrep cannot run at all; what is known is in the memory then.
    """
    run = _Run(library, repository, past, engine=engine, languages=languages, options=options)
    return run.report(run.go())


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
        self._walk = repository.history()
        self._past = past
        self._options = options
        self._files: Sequence[ChangedFile] = ()
        self._seen: list[str] = []
        self._failed: list[tuple[ChangedFile, str]] = []
        self._seen_files = 0
        self._enquiry = Enquiry(
            library,
            languages=languages,
            memory=options.memory,
            replay=lambda part: Replay(
                part,
                repository,
                engine=engine,
                languages=languages,
                options=options.scan,
                deadline=Deadline(at=end),
            ),
        )

    def go(self) -> Stop:
        """Learn as much as there is time for, and say what ended that."""
        try:
            self._replay_changes()
            self._look_around()
        except KeyboardInterrupt:
            return "interrupted"
        except TimeIsUpError:
            return "time limit"
        finally:
            self._enquiry.save()
        return ""

    def _replay_changes(self) -> None:
        changes = self._past.changes
        for start in range(0, len(changes), _CHANGES_AT_ONCE):
            part = changes[start : start + _CHANGES_AT_ONCE]
            unknown = [change for change in part if not self._enquiry.is_known(change_key(change))]
            asked = [(change_key(change), question) for change, question in self._questions(unknown)]
            done = start + len(part) - len(unknown)
            self._options.heard(f"replaying {self._past.unit}s", done, len(changes))
            for number, _ in enumerate(self._enquiry.ask(asked), 1):
                self._options.heard(f"replaying {self._past.unit}s", done + number, len(changes))

    def _questions(self, changes: Sequence[MergedChange]) -> Iterator[tuple[MergedChange, DatedChange]]:
        listed = self._walk.changed_files([(change.commit, change.base) for change in changes])
        for change, files in zip(changes, listed, strict=True):
            judged = Change(base=change.base, tip=change.commit, head=change.commit, files=files)
            yield change, DatedChange(change=judged, today=change.date)

    def _look_around(self) -> None:
        """Look at the whole tree, as if a change had added every file that a rule looks at."""
        head = self._options.tree
        if head is None:
            return
        selector = self._enquiry.selector(self._lessons)
        self._files = [file for file in self._walk.all_files(head) if file.head and selector.wants(file.head)]
        for start in range(0, len(self._files), _FILES_AT_ONCE):
            self._options.heard("looking for places of today", start, len(self._files))
            self._look_at(head, self._files[start : start + _FILES_AT_ONCE])

    def _look_at(self, head: CommitId, files: Sequence[ChangedFile]) -> None:
        """Look at some files; if Semgrep cannot, find out by halves at which of them."""
        change = Change(base=empty_tree(head), tip=head, head=head, files=tuple(files))
        question = DatedChange(change=change, today=self._options.scan.today)
        key = tree_key([file.head for file in files if file.head], today=question.today)
        if not self._enquiry.is_known(key):
            self._walk.fetch(files)
            list(self._enquiry.ask([(key, question)]))
        reason = self._enquiry.failures.get(key)
        if reason and len(files) > 1:
            half = len(files) // 2
            self._look_at(head, files[:half])
            self._look_at(head, files[half:])
            return
        if reason:
            self._failed.append((files[0], reason))
        else:
            self._seen.append(key)
        self._seen_files += len(files)

    # What is known now --------------------------------------------------------------------------

    def report(self, stopped: Stop) -> BacktestReport:
        """Put together what is known."""
        known = takewhile(lambda change: self._enquiry.is_known(change_key(change)), self._past.changes)
        reached, failures = list(known), self._enquiry.failures
        replayed = [change for change in reached if change_key(change) not in failures]
        return BacktestReport(
            past=self._past,
            reached=len(reached),
            failed=tuple(
                Unreplayed(change=change, reason=failures[key])
                for change in reached
                if (key := change_key(change)) in failures
            ),
            head=self._options.tree,
            files=len(self._files),
            files_seen=self._seen_files,
            lessons=tuple(self._about(lesson, replayed) for lesson in self._lessons),
            stopped=stopped,
            faults=(*self._faults, *self._enquiry.faults),
        )

    def _about(self, lesson: Lesson, replayed: Sequence[MergedChange]) -> LessonBacktest:
        outcomes = [(change, self._outcome(lesson, change_key(change))) for change in replayed]
        now = [self._outcome(lesson, key) for key in self._seen]
        spoken = [
            Spoken(change=change, places=places)
            for change, outcome in outcomes
            if (places := tuple(place for place in outcome.places if not place.is_accepted))
        ]
        cause, caused_by = self._cause(lesson, spoken, replayed)
        pairs = [*outcomes, *((None, outcome) for outcome in (*now, self._failures(lesson)))]
        return LessonBacktest(
            lesson=lesson,
            replayed=len(replayed),
            spoken=tuple(spoken),
            watched=sum(outcome.is_watched for _, outcome in outcomes),
            today=tuple(place for outcome in now for place in outcome.places),
            unseen=tuple(
                Unseen(change=change, path=path, reason=reason)
                for change, outcome in pairs
                for path, reason in outcome.unchecked
            ),
            cause=cause,
            caused_by=caused_by,
        )

    def _failures(self, lesson: Lesson) -> Outcome:
        """Give the files of today that a lesson should have looked at, and Semgrep could not."""
        wants = self._enquiry.selector([lesson]).wants
        failed = ((file.path, reason) for file, reason in self._failed if file.head and wants(file.head))
        return Outcome(unchecked=tuple(failed))

    def _outcome(self, lesson: Lesson, key: str) -> Outcome:
        return self._enquiry.outcome(lesson, key) or Outcome()

    def _cause(
        self, lesson: Lesson, spoken: Sequence[Spoken], replayed: Sequence[MergedChange]
    ) -> tuple[Cause, MergedChange | None]:
        """Find the change that caused the incident; see `Cause`."""
        if lesson.proof is None or not replayed:
            return Cause.UNTOLD, None
        broken = None if lesson.proof.repository else self._find(lesson.proof.broken)
        if broken is None or not self._walk.is_in(broken, replayed[0].commit):
            return Cause.ELSEWHERE, None
        if self._walk.is_in(broken, replayed[-1].base):
            return Cause.EARLIER, None
        # A change came later than `broken` if that is in its base already; the newest come first.
        index = bisect_left(spoken, 1, key=lambda item: not self._walk.is_in(broken, item.change.base))
        mended = self._mended(lesson.proof, broken)
        suspects = sorted(
            spoken[index:], key=lambda item: mended.isdisjoint(place.path for place in item.places)
        )
        return (Cause.FOUND, suspects[0].change) if suspects else (Cause.MISSED, None)

    def _mended(self, proof: Proof, broken: CommitId) -> frozenset[str]:
        """Give the paths in which the fix differs from `broken`; none if it is not here."""
        fixed = self._find(proof.fixed)
        if fixed is None:
            return frozenset()
        return frozenset(file.path for file in self._repository.changed_files(broken, fixed))

    def _find(self, revision: str) -> CommitId | None:
        try:
            return self._repository.resolve(revision)
        except GitError:
            return None
