"""Scan a change: from lessons and two trees to a report of what the change introduces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

from lessonguard.errors import LessonguardError
from lessonguard.git.changes import BlobId, Change, CommitId, FileVersion, LineMap
from lessonguard.git.repository import Repository
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.library import READ_AT_MOST, load_blobs, load_folder
from lessonguard.lessons.model import Lesson, Library, is_lesson_path
from lessonguard.record import record
from lessonguard.scan.finding import Finding, Notice, ScanReport, State
from lessonguard.scan.notices import NOTICE_ORDER, CitationIndex, lesson_notices
from lessonguard.scan.plan import ScanPlan, files_to_compare, list_unchecked, plan_scan
from lessonguard.scan.source import Source
from lessonguard.scan.suppressions import AcceptComment, may_accept
from lessonguard.semgrep.interface import (
    Deadline,
    Engine,
    EngineResult,
    EngineRule,
    Limits,
    TimeIsUpError,
    Unchecked,
)
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rules, unknown_languages
from lessonguard.semgrep.targets import MAX_BYTES, Selector

if TYPE_CHECKING:
    from lessonguard.scan.compare import FileComparison

_CACHE = "lessonguard/lessons.json"
_CACHE_OF_DIRECTORY = "lessonguard/directory.json"

# Seconds, after which Semgrep has been started; it takes 0.1 s until it is ready.
_SEMGREP_STARTED = 0.02

# Of how many files Git compares the lines while Semgrep runs, before it is known which have matches.
_FEW_FILES = 100

# How many contents Git is asked for before their bytes are counted. A packed file may be a thousand
# times as large as its pack: 600 files below the limit of one took 620 MB, and came packed as 69 KB.
_CONTENTS_AT_ONCE = 16

# Seconds in which the accept comments of all files are read. 1 MB of Python, the largest file that is
# checked, takes 1.3 s.
_COMMENT_SECONDS = 20

_UNREAD = "its accept comments could not be read in time, so they do not count"
_NOT_COMPARED = "its findings could not be compared in time with what was there before"

# Semgrep finds no match on the first line of a Python file behind it. No line or column moves.
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@record
class ScanOptions:
    """How to scan.

    `today` decides which accept comments have expired. `step` is called with words for what is done
    now. `max_bytes_in_all` bounds how much of the contents is in memory: what comes packed as a
    kilobyte may be a gigabyte. With `notices_lessons`, what the change does to lessons is reported.
    """

    today: date
    step: Callable[[str], None] = lambda _: None
    limits: Limits = field(default_factory=Limits)
    max_target_bytes: int = MAX_BYTES
    max_bytes_in_all: int = 256_000_000
    notices_lessons: bool = True


def read_library(repository: Repository, commit: CommitId, *, folder: str) -> Library:
    """Read the lessons in the tree of a commit; the repository keeps a cache of what was parsed before."""
    entries = repository.tree_entries(commit, folder)
    cache = Path(repository.git_directory) / _CACHE
    return load_blobs(entries, partial(_read_lessons, repository), folder=folder, cache=cache)


def _read_lessons(repository: Repository, blobs: Sequence[BlobId]) -> Mapping[BlobId, bytes]:
    contents = repository.read_blobs(blobs, limit=READ_AT_MOST)
    # What is too large for a lesson stays too large, so that it is refused for its size.
    return {
        blob: bytes(READ_AT_MOST) if isinstance(content, int) else content
        for blob, content in contents.items()
    }


def read_directory(repository: Repository, directory: Path, *, folder: str) -> Library:
    """Read the lessons in a directory, which may be anywhere, to check changes of this repository.

    Inside of the repository they are called by their path in it, outside as the directory was given.
    `folder` is where the repository keeps its own: these do not apply then, but their examples are bad
    code on purpose all the same. The repository keeps a cache of the last such directory.
    """
    resolved, top = directory.resolve(), Path(repository.top or directory.anchor)
    is_inside = repository.top is not None and resolved.is_relative_to(top)
    library = load_folder(
        directory,
        name=resolved.relative_to(top).as_posix() if is_inside else None,
        cache=Path(repository.git_directory) / _CACHE_OF_DIRECTORY,
    )
    return library if is_inside else replace(library, folder=folder)


def scan_change(
    library: Library,
    repository: Repository,
    change: Change,
    *,
    engine: Engine,
    languages: Languages,
    options: ScanOptions,
) -> ScanReport:
    """Return what a change introduces, by the lessons of a library: plan, run, compare, report.

    The engine is started only if a lesson looks at a file of the change. Raise `GitError` or
    `EngineError` if any of it cannot be done.
    """
    deadline = Deadline.after(options.limits.deadline)
    rules = engine_rules(library.lessons, languages)
    plan = read_plan(library, repository, change, rules=rules, languages=languages, options=options)
    result = run_plan(plan, repository, engine=engine, options=options)
    options.step("comparing with what was there before")
    citations = CitationIndex(lesson.incident for lesson in library.lessons)
    findings: list[Finding] = []
    notices: tuple[Notice, ...] = ()
    late: list[Unchecked] = []
    about_lessons = _lesson_notices(library, repository, change) if options.notices_lessons else ()
    if watched := files_to_compare(plan, result, library, citations=citations):
        # Loaded here, because most changes need none of it, and loading takes a tenth of their time.
        from lessonguard.scan.report import list_findings  # noqa: PLC0415

        files, late = _compare(plan, result, repository, watched=watched, seconds=options.limits.deadline)
        findings, notices, not_compared = list_findings(
            files, library, citations=citations, today=options.today, deadline=deadline
        )
        late += [Unchecked(path=file.path, kind="timeout", reason=_NOT_COMPARED) for file in not_compared]
    refusals = []
    for rule_id, reason in {**unknown_languages(rules), **result.refused}.items():
        lesson = library.by_rule[rule_id]
        line = next(rule.line for rule in lesson.rules if rule.id == rule_id)
        message = f"Semgrep refuses rule {rule_id}: {reason}"
        refusals.append(Diagnostic(path=lesson.path, line=line, code="refused", message=message))
    return ScanReport(
        base=change.base,
        head=change.head,
        lessons=len(library.lessons),
        files=len(change.files),
        findings=tuple(finding for finding in findings if finding.state is not State.FIXED),
        fixed=tuple(finding for finding in findings if finding.state is State.FIXED),
        notices=tuple(sorted((*notices, *about_lessons), key=NOTICE_ORDER)),
        unchecked=list_unchecked(plan, result, library, late=late),
        faults=(*library.faults, *refusals),
    )


def read_plan(
    library: Library,
    repository: Repository,
    change: Change,
    *,
    rules: Sequence[EngineRule],
    languages: Languages,
    options: ScanOptions,
) -> ScanPlan:
    """Read what changed, and choose what the rules, those of the library, must look at.

    Raise `GitError` if contents cannot be read.
    """
    files = [
        file
        for file in change.files
        if library.lessons and not is_lesson_path(file.path, folder=library.folder)
    ]
    options.step(f"reading what changed (files: {len(files)})")
    selector = Selector(rules, languages, folder=library.folder)
    versions = [version for file in files for version in (file.base, file.head) if version]
    # What rules look at comes first, in case that not all can be read.
    versions.sort(key=lambda version: not selector.wants(version))
    texts = _read_texts(repository, versions, options)
    return plan_scan(files, texts, selector=selector, max_bytes=options.max_target_bytes)


def _read_texts(
    repository: Repository, versions: Iterable[FileVersion], options: ScanOptions
) -> Mapping[BlobId, Source | int]:
    """Read versions of files, in this order; of what is too large, alone or after others, only the size."""
    blobs = list(dict.fromkeys(version.blob for version in versions))
    texts: dict[BlobId, Source | int] = {}
    room = options.max_bytes_in_all
    for first in range(0, len(blobs), _CONTENTS_AT_ONCE):
        limit = options.max_target_bytes if room > 0 else 0
        contents = repository.read_blobs(blobs[first : first + _CONTENTS_AT_ONCE], limit=limit)
        for blob, content in contents.items():
            if isinstance(content, int):
                texts[blob] = content
            else:
                texts[blob] = Source(content.removeprefix(_BYTE_ORDER_MARK))
                room -= len(content)
    return texts


def _lesson_notices(library: Library, repository: Repository, change: Change) -> Iterable[Notice]:
    """List what a change does to the lessons that check it; most changes edit none, and cost nothing here."""
    folder = library.folder
    if folder is None or not library.lessons:
        return ()
    sides = [(file.base for file in change.files), (file.head for file in change.files)]
    base, head = (
        [(it.path, it.blob) for it in side if it and is_lesson_path(it.path, folder=folder)] for side in sides
    )
    if not base:
        return ()
    read = partial(_read_lessons, repository)
    before, after = (load_blobs(entries, read, folder=folder, cache=None) for entries in (base, head))
    return lesson_notices(library, before=before, after=after)


def run_plan(plan: ScanPlan, repository: Repository, *, engine: Engine, options: ScanOptions) -> EngineResult:
    """Ask the engine what is planned, if anything is; the only step that gives an answer.

    While Semgrep starts, load what reads its answer, and let Git compare lines, if they are few. Both
    happen again, or show why they cannot, when they are really needed. Raise `EngineError` if the engine
    cannot answer.
    """
    options.step(f"running Semgrep (rules: {len(plan.rules)}, files: {len(plan.targets)})")
    if not plan.targets:
        return EngineResult()
    files = (plan.files[index] for index in sorted({index for index, _ in plan.target_places}))
    pairs = [pair for file in files if (pair := file.pair)]

    def prepare() -> None:
        with suppress(LessonguardError):
            import_module("lessonguard.scan.report")
            repository.hunks(pairs if len(pairs) <= _FEW_FILES else ())

    timer = Timer(_SEMGREP_STARTED, prepare)
    timer.start()
    try:
        return engine.run(plan.rules, plan.targets, limits=options.limits)
    finally:
        timer.cancel()
        timer.join()


def _compare(
    plan: ScanPlan,
    result: EngineResult,
    repository: Repository,
    *,
    watched: Mapping[int, tuple[Lesson, ...]],
    seconds: float,
) -> tuple[list[FileComparison], list[Unchecked]]:
    """Put together what is known of these files; Git is asked about the lines of no others.

    Then list the files whose accept comments could not be read within `seconds`, and do not count.
    """
    from lessonguard.scan.compare import FileComparison  # noqa: PLC0415 - as `list_findings`

    files = {index: plan.files[index] for index in watched}
    hunks = repository.hunks([pair for file in files.values() if (pair := file.pair)])
    matches, unchecked = plan.matches(result), plan.all_unchecked(result)
    compared, unread = [], []
    deadline = Deadline.after(min(seconds, _COMMENT_SECONDS))
    for index, file in files.items():
        base, head = plan.source(file.base), plan.source(file.head)
        comments: Sequence[AcceptComment] = ()
        if head and (index, "head") in plan.target_places and may_accept(head.content):
            # Loaded here, because Pygments costs 30 ms, and most changes have no such comment.
            from lessonguard.scan.comments import find_accept_comments  # noqa: PLC0415

            try:
                comments = find_accept_comments(
                    head, file_name=file.path, analyzers=plan.analyzers[index, "head"], deadline=deadline
                )
            except TimeIsUpError:
                unread.append(Unchecked(path=file.path, kind="timeout", reason=_UNREAD))
        comparison = FileComparison(
            path=file.path,
            previous_path=file.previous_path,
            base=base,
            head=head,
            lines=LineMap(hunks[file.pair] if file.pair else ()),
            base_matches=matches.get((index, "base"), ()),
            head_matches=matches.get((index, "head"), ()),
            unchecked=unchecked.get(index, ()),
            accept_comments=comments,
            watched_by=watched[index],
        )
        compared.append(comparison)
    return compared, unread
