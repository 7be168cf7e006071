"""Scan a change: from lessons and two trees to a report of what the change introduces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from threading import Timer

from lessonguard.errors import LessonguardError
from lessonguard.git.changes import BlobId, Change, ChangedFile, CommitId, FileVersion
from lessonguard.git.repository import Repository
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.library import READ_AT_MOST, load_blobs, load_folder
from lessonguard.lessons.model import Library
from lessonguard.record import record
from lessonguard.scan.citations import CitationIndex
from lessonguard.scan.finding import Finding, Notice, ScanReport, State, Unchecked
from lessonguard.scan.plan import Look, Obstacle, Remarkable
from lessonguard.scan.source import Source
from lessonguard.semgrep.globs import glob_filter, visible_path
from lessonguard.semgrep.interface import Engine, EngineRule, Limits, RuleProblem
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rules, unknown_languages
from lessonguard.semgrep.targets import MAX_BYTES, Selector

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
    look = look_at(library, repository, change, rules=rules, languages=languages, options=options)
    options.step(look.question)
    if look.is_needed:
        with _prepared(repository, look.pairs):
            look.ask(engine, options.limits)

    options.step("comparing with what was there before")
    citations = CitationIndex(lesson.incident for lesson in library.lessons)
    remarkable = _remarkable(look, library, citations)
    findings: list[Finding] = []
    notices: tuple[Notice, ...] = ()
    if remarkable:
        # Loaded here, because most changes need none of it, and loading takes a tenth of their time.
        from lessonguard.scan.judge import judge  # noqa: PLC0415

        findings, notices = judge(remarkable, repository, library, citations=citations, today=options.today)
    refused = [*unknown_languages(rules), *look.rule_problems]
    return ScanReport(
        base=change.base,
        head=change.head,
        lessons=len(library.lessons),
        files=len(change.files),
        findings=tuple(finding for finding in findings if finding.state is not State.FIXED),
        fixed=tuple(finding for finding in findings if finding.state is State.FIXED),
        notices=notices,
        unchecked=_unchecked(look.obstacles(), look.changed, library),
        faults=(*library.faults, *_rule_faults(refused, library)),
    )


def look_at(
    library: Library,
    repository: Repository,
    change: Change,
    *,
    rules: Sequence[EngineRule],
    languages: Languages,
    options: ScanOptions,
) -> Look:
    """Read what changed, and choose what the rules, those of the library, must look at.

    The engine is not asked yet. Raise `GitError` if contents cannot be read.
    """
    files = [file for file in change.files if library.lessons and not _is_lesson(file, library)]
    options.step(f"reading what changed (files: {len(files)})")
    selector = Selector(rules, languages, folder=library.folder)
    versions = [version for file in files for version in (file.base, file.head) if version]
    # What rules look at comes first, in case that not all can be read.
    texts = _read(repository, sorted(versions, key=lambda version: not selector.wants(version)), options)
    return Look(files, texts, selector=selector, max_bytes=options.max_target_bytes)


@contextmanager
def _prepared(repository: Repository, pairs: Sequence[tuple[BlobId, BlobId]]) -> Iterator[None]:
    """While Semgrep runs, load what reads its answer, and let Git compare lines, if they are few.

    Both happen again, or show why they cannot, when they are really needed.
    """

    def prepare() -> None:
        with suppress(LessonguardError):
            import_module("lessonguard.scan.judge")
            repository.hunks(pairs if len(pairs) <= _FEW else ())

    timer = Timer(_SEMGREP_RUNS, prepare)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _remarkable(look: Look, library: Library, citations: CitationIndex) -> list[Remarkable]:
    """Give the files that there is something to say about; of most changes, none."""
    watches = [(lesson, glob_filter(lesson.watch.paths)) for lesson in library.lessons if lesson.watch]
    found = []
    for seen in look.files():
        versions = [version for version in (seen.file.base, seen.file.head) if version]
        paths = {visible_path(version.path) for version in versions}
        watched_by = tuple(lesson for lesson, watched in watches if any(map(watched.admits, paths)))
        sources = [side.source for side in (seen.base, seen.head) if side]
        is_citing = any(citations.cited(source.content) for source in sources)
        if watched_by or is_citing or seen.has_matches or seen.may_accept:
            found.append(Remarkable(seen=seen, watched_by=watched_by))
    return found


def _unchecked(
    obstacles: Iterable[Obstacle], files: Sequence[ChangedFile], library: Library
) -> tuple[Unchecked, ...]:
    found = {
        Unchecked(
            path=files[obstacle.side.file].path,
            incident=library.by_rule[obstacle.rule].incident if obstacle.rule else None,
            reason=obstacle.reason if obstacle.side.is_head else f"before the change, {obstacle.reason}",
        )
        for obstacle in obstacles
    }
    return tuple(sorted(found, key=lambda item: (item.path, item.incident or "", item.reason)))


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


def _rule_faults(problems: Iterable[RuleProblem], library: Library) -> Iterator[Diagnostic]:
    for problem in problems:
        lesson = library.by_rule[problem.rule]
        line = next(rule.line for rule in lesson.rules if rule.id == problem.rule)
        message = f"Semgrep refuses rule {problem.rule}: {problem.message}"
        yield Diagnostic(path=lesson.path, line=line, code="refused", message=message)
