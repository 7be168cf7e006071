"""Scan a change: from lessons and two trees to a report of what the change introduces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lessonguard.change.git import Repository
from lessonguard.change.model import BlobId, Change, ChangedFile, CommitId, LineMap
from lessonguard.engine.interface import Engine, Limits, RuleProblem
from lessonguard.engine.languages import Languages
from lessonguard.engine.look import Look, Obstacle, SeenFile
from lessonguard.engine.paths import glob_filter, visible_path
from lessonguard.engine.rules import engine_rules, unknown_languages
from lessonguard.engine.targets import MAX_BYTES, Selector
from lessonguard.findings.accept import Acceptances, AcceptComment
from lessonguard.findings.compared import ComparedFile
from lessonguard.findings.introduced import classify
from lessonguard.findings.model import ScanReport, State, Unchecked
from lessonguard.findings.notices import CitationIndex, make_notices
from lessonguard.findings.report import JudgedFile, RuleOfLesson, make_findings, unchecked_order
from lessonguard.findings.source import Source
from lessonguard.lessons.library import READ_AT_MOST, load_blobs
from lessonguard.lessons.model import Lesson, Library

_CACHE = "lessonguard/lessons.json"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, kw_only=True)
class ScanOptions:
    """How to scan.

    `today` decides which accept comments have expired. `step` hears, in words, what is done now.
    """

    today: date
    step: Callable[[str], None] = lambda _: None
    limits: Limits = field(default_factory=Limits)
    max_target_bytes: int = MAX_BYTES


def read_library(repository: Repository, commit: CommitId, *, folder: str) -> Library:
    """Load the lessons in the tree of a commit; the repository remembers what was parsed before."""
    return load_blobs(
        repository.tree_entries(commit, folder),
        lambda blobs: _lesson_texts(repository, blobs),
        folder=folder,
        cache=Path(repository.git_directory) / _CACHE,
    )


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
    files = [file for file in change.files if library.lessons and not _is_lesson(file, library)]
    options.step(f"reading {len(files)} changed files")
    texts = _read(repository, files, limit=options.max_target_bytes)

    selector = Selector(rules, languages, folder=library.folder)
    look = Look(files, texts, selector=selector, max_bytes=options.max_target_bytes)
    options.step(look.question)
    look.ask(engine, options.limits)

    options.step("comparing with what was there before")
    citations = CitationIndex(lesson.incident for lesson in library.lessons)
    judged = _judge(repository, _remarkable(look, library, citations), today=options.today)
    owners = _owners(library)
    findings = make_findings(judged, classify([file.compared for file in judged]), owners)
    refused = [*unknown_languages(rules), *look.rule_problems]
    return ScanReport(
        base=change.base,
        head=change.head,
        lessons=len(library.lessons),
        files=len(change.files),
        findings=tuple(finding for finding in findings if finding.state is not State.FIXED),
        fixed=tuple(finding for finding in findings if finding.state is State.FIXED),
        notices=make_notices(judged, library, citations),
        unchecked=_unchecked(look.obstacles(), files, owners),
        faults=(*library.faults, *_rule_faults(refused, owners)),
    )


@dataclass(frozen=True, kw_only=True)
class _Remarkable:
    """A changed file that there is something to say about, and why."""

    seen: SeenFile
    comments: Sequence[AcceptComment]
    watched_by: tuple[Lesson, ...]

    @property
    def pair(self) -> tuple[BlobId, BlobId] | None:
        """Give the blobs to compare; None for a file that was added or deleted."""
        file = self.seen.file
        return (file.base.blob, file.head.blob) if file.base and file.head else None


def _remarkable(look: Look, library: Library, citations: CitationIndex) -> list[_Remarkable]:
    watches = [(lesson, glob_filter(lesson.watch.paths)) for lesson in library.lessons if lesson.watch]
    found = []
    for seen in look.files():
        versions = [version for version in (seen.file.base, seen.file.head) if version]
        paths = {visible_path(version.path) for version in versions}
        watched_by = tuple(lesson for lesson, watched in watches if any(map(watched.admits, paths)))
        comments = _accept_comments(seen)
        sides = [side.source.content for side in (seen.base, seen.head) if side]
        if watched_by or comments or seen.has_matches or any(map(citations.cited, sides)):
            found.append(_Remarkable(seen=seen, comments=comments, watched_by=watched_by))
    return found


def _judge(repository: Repository, found: Sequence[_Remarkable], *, today: date) -> list[JudgedFile]:
    """Map the lines of files that there is something to say about; Git is not asked about others."""
    hunks = repository.hunks([item.pair for item in found if item.pair])
    return [
        JudgedFile(
            path=item.seen.file.path,
            previous_path=item.seen.file.previous_path,
            compared=ComparedFile(
                base=item.seen.base,
                head=item.seen.head,
                lines=LineMap(hunks[item.pair] if item.pair else ()),
            ),
            acceptances=Acceptances(item.comments, path=item.seen.file.path, today=today),
            watched_by=item.watched_by,
        )
        for item in found
    ]


def _accept_comments(seen: SeenFile) -> Sequence[AcceptComment]:
    if seen.head is None or not seen.is_head_looked_at or b"lessonguard:" not in seen.head.source.content:
        return ()
    # Loaded here, because Pygments costs 30 ms, and most changes have no such comment.
    from lessonguard.findings.comments import find_accept_comments  # noqa: PLC0415

    return find_accept_comments(seen.head.source, file_name=seen.file.path)


def _unchecked(
    obstacles: Iterable[Obstacle], files: Sequence[ChangedFile], owners: Mapping[str, RuleOfLesson]
) -> tuple[Unchecked, ...]:
    found = {
        Unchecked(
            path=files[obstacle.side.file].path,
            incident=owners[obstacle.rule].lesson.incident if obstacle.rule else None,
            reason=obstacle.reason if obstacle.side.is_head else f"before the change, {obstacle.reason}",
        )
        for obstacle in obstacles
    }
    return tuple(sorted(found, key=unchecked_order))


def _lesson_texts(repository: Repository, blobs: Sequence[BlobId]) -> Mapping[BlobId, bytes]:
    """Read lesson files; what is too large for one stays too large, whatever it holds."""
    contents = repository.read_blobs(blobs, limit=READ_AT_MOST)
    return {
        blob: bytes(READ_AT_MOST) if isinstance(content, int) else content
        for blob, content in contents.items()
    }


def _read(
    repository: Repository, files: Iterable[ChangedFile], *, limit: int
) -> Mapping[BlobId, Source | int]:
    """Read both versions of the files; of what has more bytes than `limit` only the size."""
    blobs = [version.blob for file in files for version in (file.base, file.head) if version]
    return {
        blob: content if isinstance(content, int) else Source(content.removeprefix(_BYTE_ORDER_MARK))
        for blob, content in repository.read_blobs(blobs, limit=limit).items()
    }


def _is_lesson(file: ChangedFile, library: Library) -> bool:
    return library.folder is not None and file.path.startswith(f"{library.folder}/")


def _owners(library: Library) -> Mapping[str, RuleOfLesson]:
    return {
        rule.id: RuleOfLesson(lesson=lesson, rule=rule) for lesson in library.lessons for rule in lesson.rules
    }


def _rule_faults(problems: Iterable[RuleProblem], owners: Mapping[str, RuleOfLesson]) -> Iterator[str]:
    for problem in problems:
        owner = owners[problem.rule]
        where = f"{owner.lesson.path}:{owner.rule.line}:1"
        yield f"{where}: Semgrep refuses rule {problem.rule}: {problem.message}"
