"""Let the rules look at both versions of changed files: ask the engine once, and sort its answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lessonguard.git.changes import BlobId, ChangedFile, FileVersion
from lessonguard.lessons.model import Lesson
from lessonguard.record import record
from lessonguard.scan.compared import Occurrence, Version
from lessonguard.scan.source import Source
from lessonguard.scan.suppressions import MARK
from lessonguard.semgrep.interface import Engine, EngineResult, Limits, RuleProblem, Target
from lessonguard.semgrep.targets import Selector, too_large

_EVERYTHING = range(0)  # as in `Version.blind`
_TOO_MUCH = "the changed files have too many bytes together"


@record
class Side:
    """One version of a changed file; `file` is the index of that file."""

    file: int
    is_head: bool
    version: FileVersion


@record
class Obstacle:
    """What kept the rules, or the one named, from looking at a version or at some lines of it.

    `lines` are 1-based; none means all of them.
    """

    side: Side
    rule: str | None
    reason: str
    lines: Sequence[range] = ()


@record
class SeenFile:
    """A changed file with what was found in its two versions; None for one that is not there."""

    file: ChangedFile
    base: Version | None
    head: Version | None
    is_head_looked_at: bool

    @property
    def may_accept(self) -> bool:
        """Tell whether head may hold accept comments that count, for rules looked at it."""
        return self.is_head_looked_at and self.head is not None and MARK in self.head.source.content

    @property
    def has_matches(self) -> bool:
        """Tell whether a rule matches in either version."""
        return any(version is not None and version.occurrences for version in (self.base, self.head))


@record
class Remarkable:
    """A changed file that there is something to say about, and the lessons that watch it."""

    seen: SeenFile
    watched_by: tuple[Lesson, ...]

    @property
    def pair(self) -> tuple[BlobId, BlobId] | None:
        """Give the blobs to compare; None for a file that was added or deleted."""
        file = self.seen.file
        return (file.base.blob, file.head.blob) if file.base and file.head else None


class Look:
    """One question to an engine about changed files, and its answer.

    `texts` has the content of each version without its byte order mark, or the size of one that
    is not read, being too large or one too many.
    """

    def __init__(
        self,
        files: Sequence[ChangedFile],
        texts: Mapping[BlobId, Source | int],
        *,
        selector: Selector,
        max_bytes: int,
    ) -> None:
        self._files = files
        self._texts = texts
        self._max_bytes = max_bytes
        self._sides = [side for side in _sides(files, selector) if selector.wants(side.version)]
        self._read = [side for side in self._sides if not isinstance(texts[side.version.blob], int)]
        contents = ((side.version, self._source(side.version).content) for side in self._read)
        self._selection = selector.select(contents, max_bytes=max_bytes)
        self._answer = EngineResult(matches=(), problems=(), rule_problems=())

    @property
    def question(self) -> str:
        """Say in words what the engine is asked."""
        return f"running Semgrep (rules: {len(self._selection.rules)}, files: {len(self._selection.targets)})"

    @property
    def changed(self) -> Sequence[ChangedFile]:
        """Give the files that it is about."""
        return self._files

    @property
    def size(self) -> int:
        """Count the bytes of the contents that it holds."""
        return sum(len(text.content) for text in self._texts.values() if not isinstance(text, int))

    @property
    def targets(self) -> Sequence[Target]:
        """Give what the engine is asked about; their keys are unique in this look only."""
        return self._selection.targets

    @property
    def is_needed(self) -> bool:
        """Tell whether there is anything to ask."""
        return bool(self._selection.targets)

    def ask(self, engine: Engine, limits: Limits) -> None:
        """Ask the engine. Raise `EngineError` if it cannot answer."""
        self._answer = engine.run(self._selection.rules, self._selection.targets, limits=limits)

    @property
    def pairs(self) -> Sequence[tuple[BlobId, BlobId]]:
        """Give the blobs of the files that rules look at on both sides."""
        looked_at = {self._read[target.key].file for target in self._selection.targets}
        files = (self._files[index] for index in sorted(looked_at))
        return [(file.base.blob, file.head.blob) for file in files if file.base and file.head]

    @property
    def rule_problems(self) -> Sequence[RuleProblem]:
        """Give the rules that Semgrep refused."""
        return self._answer.rule_problems

    def files(self) -> Iterator[SeenFile]:
        """Give every changed file, in order, with what was found in it."""
        occurrences, blind = self._occurrences(), self._blind()
        looked_at = {self._read[target.key] for target in self._selection.targets}
        heads = {side.file for side in looked_at if side.is_head}
        for index, file in enumerate(self._files):
            base, head = (
                self._version(version, occurrences[index, is_head], blind[index, is_head])
                for is_head, version in ((False, file.base), (True, file.head))
            )
            yield SeenFile(file=file, base=base, head=head, is_head_looked_at=index in heads)

    def obstacles(self) -> Iterator[Obstacle]:
        """Give what could not be looked at.

        Of base only where it matters: where head has matches that could not be compared.
        """
        matched = {self._read[match.target].file for match in self._answer.matches}
        for obstacle in self._all_obstacles():
            if obstacle.side.is_head or obstacle.side.file in matched:
                yield obstacle

    def _all_obstacles(self) -> Iterator[Obstacle]:
        for side in self._sides:
            size = self._texts[side.version.blob]
            if isinstance(size, int):
                reason = too_large(size, self._max_bytes) if size > self._max_bytes else _TOO_MUCH
                yield Obstacle(side=side, rule=None, reason=reason)
        for skipped in self._selection.skipped:
            yield Obstacle(side=self._read[skipped.key], rule=None, reason=skipped.reason)
        for problem in self._answer.problems:
            side = self._read[problem.target]
            yield Obstacle(side=side, rule=problem.rule, reason=problem.message, lines=problem.lines)

    def _occurrences(self) -> Mapping[tuple[int, bool], Sequence[Occurrence]]:
        found: defaultdict[tuple[int, bool], list[Occurrence]] = defaultdict(list)
        for match in self._answer.matches:
            side = self._read[match.target]
            occurrence = Occurrence(
                rule=match.rule, start=match.start, end=match.end, message=match.message, fix=match.fix
            )
            found[side.file, side.is_head].append(occurrence)
        return found

    def _blind(self) -> Mapping[tuple[int, bool], Mapping[str | None, Sequence[range]]]:
        blind: defaultdict[tuple[int, bool], defaultdict[str | None, list[range]]]
        blind = defaultdict(lambda: defaultdict(list))
        for obstacle in self._all_obstacles():
            lines = obstacle.lines or [_EVERYTHING]
            blind[obstacle.side.file, obstacle.side.is_head][obstacle.rule] += lines
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
        return Source(b"") if isinstance(text, int) else text


def _sides(files: Iterable[ChangedFile], selector: Selector) -> Iterator[Side]:
    """Give the versions whose matches may differ; not those of a file that only got another name."""
    for index, file in enumerate(files):
        if not _is_same(file, selector):
            for is_head, version in ((False, file.base), (True, file.head)):
                if version is not None:
                    yield Side(file=index, is_head=is_head, version=version)


def _is_same(file: ChangedFile, selector: Selector) -> bool:
    if file.base is None or file.head is None or file.base.blob != file.head.blob:
        return False
    return selector.judges_alike(file.base, file.head)
