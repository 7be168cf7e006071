"""Scan a change: from lessons and two trees to a report of what the change introduces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

from lessonguard.errors import LessonguardError
from lessonguard.git.changes import BlobId, Change, ChangedFile, CommitId, FileVersion, LineMap
from lessonguard.git.repository import Repository
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.library import READ_AT_MOST, load_blobs, load_folder
from lessonguard.lessons.model import Lesson, Library, RuleId
from lessonguard.record import record
from lessonguard.scan.finding import Finding, Notice, ScanReport, State
from lessonguard.scan.notices import CitationIndex
from lessonguard.scan.plan import ScanPlan, plan_scan
from lessonguard.scan.source import Source
from lessonguard.scan.suppressions import MARK, AcceptComment
from lessonguard.semgrep.globs import glob_filter, visible_path
from lessonguard.semgrep.interface import Engine, EngineResult, EngineRule, Limits, Unchecked
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rules, unknown_languages
from lessonguard.semgrep.targets import MAX_BYTES, Selector

if TYPE_CHECKING:
    from lessonguard.scan.compare import FileComparison

_CACHE = "lessonguard/lessons.json"
_CACHE_OF_DIRECTORY = "lessonguard/directory.json"
_SEMGREP_RUNS = 0.02  # seconds, after which Semgrep has been started; it takes longer to be ready
_FEW = 100
_AT_ONCE = 16  # contents to ask Git for before counting their bytes
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@record
class ScanOptions:
    """How to scan.

    `today` decides which accept comments have expired. `step` hears, in words, what is done now.
    `max_bytes_in_all` bounds how much of the contents is in memory: what comes packed as a
    kilobyte may be a gigabyte.
    """

    today: date
    step: Callable[[str], None] = lambda _: None
    limits: Limits = field(default_factory=Limits)
    max_target_bytes: int = MAX_BYTES
    max_bytes_in_all: int = 256_000_000


def read_library(repository: Repository, commit: CommitId, *, folder: str) -> Library:
    """Load the lessons in the tree of a commit; the repository remembers what was parsed before."""
    return load_blobs(
        repository.tree_entries(commit, folder),
        lambda blobs: _lesson_texts(repository, blobs),
        folder=folder,
        cache=Path(repository.git_directory) / _CACHE,
    )


def read_directory(repository: Repository, directory: Path, *, folder: str) -> Library:
    """Load the lessons in a directory, which may be anywhere, to judge changes of this repository.

    Inside of the repository they are called by their path in it, outside as the directory was given.
    `folder` is where the repository keeps its own: these do not judge then, but hold bad code on purpose all
    the same. The repository remembers what was parsed of the last such directory.
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
    """Say what a change introduces, judged by the lessons of a library.

    The engine is started only if a lesson looks at a file of the change. Raise `GitError` or
    `EngineError` if any of it cannot be done.
    """
    rules = engine_rules(library.lessons, languages)
    plan = read_plan(library, repository, change, rules=rules, languages=languages, options=options)
    result = _run(plan, engine, repository, options=options)
    options.step("comparing with what was there before")
    citations = CitationIndex(lesson.incident for lesson in library.lessons)
    watched = _worth_comparing(plan, result, library, citations=citations)
    findings: list[Finding] = []
    notices: tuple[Notice, ...] = ()
    if watched:
        # Loaded here, because most changes need none of it, and loading takes a tenth of their time.
        from lessonguard.scan.report import judge  # noqa: PLC0415

        compared = _compare(plan, result, repository, watched=watched)
        findings, notices = judge(compared, library, citations=citations, today=options.today)
    refused = {**unknown_languages(rules), **result.refused}
    return ScanReport(
        base=change.base,
        head=change.head,
        lessons=len(library.lessons),
        files=len(change.files),
        findings=tuple(finding for finding in findings if finding.state is not State.FIXED),
        fixed=tuple(finding for finding in findings if finding.state is State.FIXED),
        notices=notices,
        unchecked=_unchecked(plan, result, library),
        faults=(*library.faults, *_rule_faults(refused, library)),
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
    files = [file for file in change.files if library.lessons and not _is_lesson(file, library)]
    options.step(f"reading what changed (files: {len(files)})")
    selector = Selector(rules, languages, folder=library.folder)
    versions = [version for file in files for version in (file.base, file.head) if version]
    # What rules look at comes first, in case that not all can be read.
    texts = _read(repository, sorted(versions, key=lambda version: not selector.wants(version)), options)
    return plan_scan(files, texts, selector=selector, max_bytes=options.max_target_bytes)


def _run(plan: ScanPlan, engine: Engine, repository: Repository, *, options: ScanOptions) -> EngineResult:
    """Ask the engine, if there is anything to ask; and meanwhile prepare to read its answer."""
    options.step(f"running Semgrep (rules: {len(plan.rules)}, files: {len(plan.targets)})")
    if not plan.targets:
        return EngineResult()
    files = (plan.files[index] for index in sorted({index for index, _ in plan.target_places()}))
    with _prepared(repository, [pair for file in files if (pair := file.pair)]):
        return engine.run(plan.rules, plan.targets, limits=options.limits)


@contextmanager
def _prepared(repository: Repository, pairs: Sequence[tuple[BlobId, BlobId]]) -> Iterator[None]:
    """While Semgrep runs, load what reads its answer, and let Git compare lines, if they are few.

    Both happen again, or show why they cannot, when they are really needed.
    """

    def prepare() -> None:
        with suppress(LessonguardError):
            import_module("lessonguard.scan.report")
            repository.hunks(pairs if len(pairs) <= _FEW else ())

    timer = Timer(_SEMGREP_RUNS, prepare)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _worth_comparing(
    plan: ScanPlan, result: EngineResult, library: Library, *, citations: CitationIndex
) -> dict[int, tuple[Lesson, ...]]:
    """List the files that there may be something to say about, by index, and the lessons that watch each.

    These are few: those with a match, a citation or an accept comment, and those that are watched.
    """
    watches = [(lesson, glob_filter(lesson.watch.paths)) for lesson in library.lessons if lesson.watch]
    with_matches = {plan.places[match.target][0] for match in result.matches}
    looked_at = plan.target_places()
    found = {}
    for index, file in enumerate(plan.files):
        versions = [version for version in (file.base, file.head) if version]
        paths = {visible_path(version.path) for version in versions}
        watched_by = tuple(lesson for lesson, watched in watches if any(map(watched.admits, paths)))
        texts = [text for version in versions if isinstance(text := plan.texts[version.blob], Source)]
        accepts = (index, "head") in looked_at and MARK in texts[-1].content
        if (
            watched_by
            or index in with_matches
            or accepts
            or any(citations.cited(text.content) for text in texts)
        ):
            found[index] = watched_by
    return found


def _compare(
    plan: ScanPlan,
    result: EngineResult,
    repository: Repository,
    *,
    watched: Mapping[int, tuple[Lesson, ...]],
) -> list[FileComparison]:
    """Put together what is known of these files; Git is asked about the lines of no others."""
    from lessonguard.scan.compare import FileComparison  # noqa: PLC0415 - as `judge`

    files = {index: plan.files[index] for index in watched}
    hunks = repository.hunks([pair for file in files.values() if (pair := file.pair)])
    matches, unchecked, looked_at = plan.matches(result), plan.all_unchecked(result), plan.target_places()
    return [
        FileComparison(
            path=file.path,
            previous_path=file.previous_path,
            base=plan.source(file.base),
            head=plan.source(file.head),
            lines=LineMap(hunks[file.pair] if file.pair else ()),
            base_matches=matches.get((index, "base"), ()),
            head_matches=matches.get((index, "head"), ()),
            unchecked=unchecked.get(index, ()),
            accept_comments=_accept_comments(plan, file) if (index, "head") in looked_at else (),
            watched_by=watched[index],
        )
        for index, file in files.items()
    ]


def _accept_comments(plan: ScanPlan, file: ChangedFile) -> Sequence[AcceptComment]:
    source = plan.source(file.head)
    if source is None or MARK not in source.content:
        return ()
    # Loaded here, because Pygments costs 30 ms, and most changes have no such comment.
    from lessonguard.scan.comments import find_accept_comments  # noqa: PLC0415

    return find_accept_comments(source, file_name=file.path)


def _unchecked(plan: ScanPlan, result: EngineResult, library: Library) -> tuple[Unchecked, ...]:
    """List what could not be checked, once for each lesson and reason, sorted.

    Of base only where it matters: where matches could not be compared.
    """
    with_matches = {plan.places[match.target][0] for match in result.matches}
    found: dict[tuple[str, str, str], Unchecked] = {}
    for index, items in plan.all_unchecked(result).items():
        for item in items:
            if item.side == "head" or index in with_matches:
                incident = library.by_rule[item.rule].incident if item.rule else None
                key = (item.path, incident or "", item.explanation)
                found.setdefault(key, replace(item, incident=incident))
    return tuple(found[key] for key in sorted(found))


def _lesson_texts(repository: Repository, blobs: Sequence[BlobId]) -> Mapping[BlobId, bytes]:
    """Read lesson files; what is too large for one stays too large, whatever it holds."""
    contents = repository.read_blobs(blobs, limit=READ_AT_MOST)
    return {
        blob: bytes(READ_AT_MOST) if isinstance(content, int) else content
        for blob, content in contents.items()
    }


def _read(
    repository: Repository, versions: Iterable[FileVersion], options: ScanOptions
) -> Mapping[BlobId, Source | int]:
    """Read versions of files, in this order; of what is too large, alone or after others, only the size."""
    blobs = list(dict.fromkeys(version.blob for version in versions))
    texts: dict[BlobId, Source | int] = {}
    room = options.max_bytes_in_all
    for first in range(0, len(blobs), _AT_ONCE):
        limit = options.max_target_bytes if room > 0 else 0
        for blob, content in repository.read_blobs(blobs[first : first + _AT_ONCE], limit=limit).items():
            if isinstance(content, int):
                texts[blob] = content
            else:
                texts[blob] = Source(content.removeprefix(_BYTE_ORDER_MARK))
                room -= len(content)
    return texts


def _is_lesson(file: ChangedFile, library: Library) -> bool:
    return library.folder is not None and file.path.startswith(f"{library.folder}/")


def _rule_faults(refused: Mapping[str, str], library: Library) -> Iterator[Diagnostic]:
    for rule_id, reason in refused.items():
        lesson = library.by_rule[RuleId(rule_id)]
        line = next(rule.line for rule in lesson.rules if rule.id == rule_id)
        message = f"Semgrep refuses rule {rule_id}: {reason}"
        yield Diagnostic(path=lesson.path, line=line, code="refused", message=message)
