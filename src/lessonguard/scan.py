"""Scan a change: from lessons and two trees to a report of what the change introduces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lessonguard.change.git import Repository
from lessonguard.change.model import BlobId, Change, ChangedFile, CommitId, FileVersion, LineMap
from lessonguard.engine.interface import Engine, EngineResult, Limits, RuleProblem
from lessonguard.engine.languages import Languages
from lessonguard.engine.paths import glob_filter, visible_path
from lessonguard.engine.rules import engine_rules, unknown_languages
from lessonguard.engine.targets import MAX_BYTES, Selector, too_large
from lessonguard.findings.accept import Acceptances, AcceptComment
from lessonguard.findings.introduced import ComparedFile, Occurrence, Version, classify
from lessonguard.findings.model import ScanReport, State, Unchecked
from lessonguard.findings.notices import CitationIndex, make_notices
from lessonguard.findings.report import JudgedFile, RuleOfLesson, make_findings, unchecked_order
from lessonguard.findings.source import Source
from lessonguard.lessons.library import READ_AT_MOST, load_blobs
from lessonguard.lessons.model import Library

_CACHE = "lessonguard/lessons.json"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_EVERYTHING = range(0)  # as in `Version.blind`


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

    look = _Look(files, texts, Selector(rules, languages, folder=library.folder), options)
    options.step(f"matching {len(look.selection.rules)} rules with {len(look.selection.targets)} files")
    result = look.run(engine, options.limits)

    options.step("comparing with what was there before")
    cited = CitationIndex(lesson.incident for lesson in library.lessons)
    judged = _judge(repository, look.results(result, cited), library, options)
    owners = _owners(library)
    findings = make_findings(judged, classify([file.compared for file in judged]), owners)
    return ScanReport(
        base=change.base,
        head=change.head,
        lessons=len(library.lessons),
        files=len(change.files),
        findings=tuple(finding for finding in findings if finding.state is not State.FIXED),
        fixed=tuple(finding for finding in findings if finding.state is State.FIXED),
        notices=make_notices(judged, library, cited),
        unchecked=tuple(sorted(set(look.unchecked(result, owners)), key=unchecked_order)),
        faults=(*library.faults, *_rule_faults(owners, [*unknown_languages(rules), *result.rule_problems])),
    )


@dataclass(frozen=True, kw_only=True)
class _Side:
    """One version of a changed file; `file` is the index of that file."""

    file: int
    is_head: bool
    version: FileVersion


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """A changed file with what was found in its versions, and the accept comments in its head."""

    file: ChangedFile
    base: Version | None
    head: Version | None
    comments: Sequence[AcceptComment]
    is_citing: bool

    @property
    def is_remarkable(self) -> bool:
        """Tell whether there is anything to say about this file."""
        versions = (self.base, self.head)
        return self.is_citing or bool(self.comments) or any(side and side.occurrences for side in versions)

    @property
    def pair(self) -> tuple[BlobId, BlobId] | None:
        """Give the blobs to compare; None for a file that was added or deleted."""
        return (self.file.base.blob, self.file.head.blob) if self.file.base and self.file.head else None


class _Look:
    """Which versions of which files the rules look at, and what became of each."""

    def __init__(
        self,
        files: Sequence[ChangedFile],
        texts: Mapping[BlobId, Source | int],
        selector: Selector,
        options: ScanOptions,
    ) -> None:
        self._files = files
        self._texts = texts
        self._max_bytes = options.max_target_bytes
        self._sides = [side for side in _sides(files) if selector.wants(side.version)]
        self._read = [side for side in self._sides if isinstance(texts[side.version.blob], Source)]
        contents = ((side.version, self._source(side.version).content) for side in self._read)
        self.selection = selector.select(contents, max_bytes=self._max_bytes)

    def run(self, engine: Engine, limits: Limits) -> EngineResult:
        """Ask the engine, if there is anything to ask."""
        if not self.selection.targets:
            return EngineResult(matches=(), problems=(), rule_problems=())
        return engine.run(self.selection.rules, self.selection.targets, limits=limits)

    def results(self, result: EngineResult, cited: CitationIndex) -> Iterator[_Seen]:
        """Give every changed file with what was found in it."""
        occurrences, blind = self._occurrences(result), self._blind(result)
        looked_at = {
            (self._read[target.key].file, self._read[target.key].is_head) for target in self.selection.targets
        }
        for index, file in enumerate(self._files):
            base = self._version(file.base, occurrences[index, False], blind[index, False])
            head = self._version(file.head, occurrences[index, True], blind[index, True])
            yield _Seen(
                file=file,
                base=base,
                head=head,
                comments=_accept_comments(head.source, file.path)
                if head and (index, True) in looked_at
                else (),
                is_citing=any(side and cited.cited(side.source.content) for side in (base, head)),
            )

    def unchecked(self, result: EngineResult, owners: Mapping[str, RuleOfLesson]) -> Iterator[Unchecked]:
        """Name what a lesson should have looked at in head and could not.

        Of base only what is needed: where head has matches that could not be compared.
        """
        matched = {self._read[match.target].file for match in result.matches}
        for side, rule, reason, _ in self._obstacles(result):
            lesson = owners[rule].lesson if rule else None
            words = reason if side.is_head else f"before the change, {reason}"
            if side.is_head or side.file in matched:
                path = self._files[side.file].path
                yield Unchecked(path=path, incident=lesson.incident if lesson else None, reason=words)

    def _obstacles(self, result: EngineResult) -> Iterator[tuple[_Side, str | None, str, Sequence[range]]]:
        """Give what could not be looked at: the side, the rule if only one, why, and the lines if not all."""
        for side in self._sides:
            size = self._texts[side.version.blob]
            if isinstance(size, int):
                yield side, None, too_large(size, self._max_bytes), ()
        for skipped in self.selection.skipped:
            yield self._read[skipped.key], None, skipped.reason, ()
        for problem in result.problems:
            yield self._read[problem.target], problem.rule, problem.message, problem.lines

    def _occurrences(self, result: EngineResult) -> Mapping[tuple[int, bool], Sequence[Occurrence]]:
        found: defaultdict[tuple[int, bool], list[Occurrence]] = defaultdict(list)
        for match in result.matches:
            side = self._read[match.target]
            found[side.file, side.is_head].append(
                Occurrence(
                    rule=match.rule, start=match.start, end=match.end, message=match.message, fix=match.fix
                )
            )
        return found

    def _blind(self, result: EngineResult) -> Mapping[tuple[int, bool], Mapping[str | None, Sequence[range]]]:
        blind: defaultdict[tuple[int, bool], defaultdict[str | None, list[range]]]
        blind = defaultdict(lambda: defaultdict(list))
        for side, rule, _, lines in self._obstacles(result):
            blind[side.file, side.is_head][rule] += lines or [_EVERYTHING]
        return blind

    def _version(
        self,
        version: FileVersion | None,
        occurrences: Sequence[Occurrence],
        blind: Mapping[str | None, Sequence[range]],
    ) -> Version | None:
        if version is None:
            return None
        return Version(source=self._source(version), occurrences=occurrences, blind=blind)

    def _source(self, version: FileVersion) -> Source:
        text = self._texts[version.blob]
        return text if isinstance(text, Source) else Source(b"")


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


def _accept_comments(source: Source, path: str) -> Sequence[AcceptComment]:
    if b"lessonguard:" not in source.content:
        return ()
    # Loaded here, because Pygments costs 30 ms, and most changes have no such comment.
    from lessonguard.findings.comments import find_accept_comments  # noqa: PLC0415

    return find_accept_comments(source, file_name=path)


def _sides(files: Sequence[ChangedFile]) -> Iterator[_Side]:
    for index, file in enumerate(files):
        for is_head, version in ((False, file.base), (True, file.head)):
            if version is not None:
                yield _Side(file=index, is_head=is_head, version=version)


def _judge(
    repository: Repository, seen: Iterable[_Seen], library: Library, options: ScanOptions
) -> list[JudgedFile]:
    """Compare the files there is something to say about: their lines, comments and watchers."""
    watches = [(lesson, glob_filter(lesson.watch.paths)) for lesson in library.lessons if lesson.watch]
    kept = []
    for item in seen:
        paths = {visible_path(version.path) for version in (item.file.base, item.file.head) if version}
        watched_by = tuple(lesson for lesson, watched in watches if any(map(watched.admits, paths)))
        if watched_by or item.is_remarkable:
            kept.append((item, watched_by))
    hunks = repository.hunks([item.pair for item, _ in kept if item.pair])
    return [
        JudgedFile(
            path=item.file.path,
            previous_path=item.file.previous_path,
            compared=ComparedFile(
                base=item.base, head=item.head, lines=LineMap(hunks[item.pair] if item.pair else ())
            ),
            acceptances=Acceptances(item.comments, path=item.file.path, today=options.today),
            watched_by=watched_by,
        )
        for item, watched_by in kept
    ]


def _owners(library: Library) -> Mapping[str, RuleOfLesson]:
    return {
        rule.id: RuleOfLesson(lesson=lesson, rule=rule) for lesson in library.lessons for rule in lesson.rules
    }


def _rule_faults(owners: Mapping[str, RuleOfLesson], problems: Iterable[RuleProblem]) -> Iterator[str]:
    for problem in problems:
        owner = owners[problem.rule]
        where = f"{owner.lesson.path}:{owner.rule.line}:1"
        yield f"{where}: Semgrep refuses rule {problem.rule}: {problem.message}"
