"""What the rules will be asked about a change: which versions of which files, and what cannot be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from lessonguard.git.changes import BlobId, ChangedFile, FileVersion
from lessonguard.lessons.model import Lesson, Library, RuleId
from lessonguard.record import record
from lessonguard.scan.notices import CitationIndex
from lessonguard.scan.source import Source
from lessonguard.scan.suppressions import may_accept
from lessonguard.semgrep.globs import glob_filter, visible_path
from lessonguard.semgrep.interface import EngineResult, EngineRule, Match, Side, Target, Unchecked
from lessonguard.semgrep.targets import Selector, too_large

_SIDES: tuple[Side, ...] = ("base", "head")


@record(eq=False)
class ScanPlan:
    """What an engine will be asked about changed files. It holds no answer: only a run has one.

    `texts` has the content of each version without its byte order mark, or the size of one that
    is not read, being too large or one too many. `places` has, by the key of a target, the index of
    its file and its side. `unchecked` is what cannot be asked.
    """

    files: Sequence[ChangedFile]
    texts: Mapping[BlobId, Source | int]
    places: Sequence[tuple[int, Side]]
    rules: tuple[EngineRule, ...]
    targets: tuple[Target, ...]
    unchecked: tuple[Unchecked, ...]

    @property
    def size(self) -> int:
        """Return how many bytes of contents the plan holds."""
        return sum(len(text.content) for text in self.texts.values() if not isinstance(text, int))

    def source(self, version: FileVersion | None) -> Source | None:
        """Return the text of a version, an empty one if it was not read; None for no version."""
        text = self.texts[version.blob] if version else None
        return Source(b"") if isinstance(text, int) else text

    @cached_property
    def target_places(self) -> frozenset[tuple[int, Side]]:
        """Return the versions that rules look at: the index of the file, and the side."""
        return frozenset(self.places[target.key] for target in self.targets)

    @cached_property
    def analyzers(self) -> Mapping[tuple[int, Side], frozenset[str]]:
        """Return the languages, as Semgrep names them, that rules read each version as: by file and side."""
        found: defaultdict[tuple[int, Side], frozenset[str]] = defaultdict(frozenset)
        for target in self.targets:
            found[self.places[target.key]] |= target.analyzers
        return found

    def matches(self, result: EngineResult) -> Mapping[tuple[int, Side], Sequence[Match]]:
        """Group the matches in the answer of an engine by version: index of the file, and side."""
        found: defaultdict[tuple[int, Side], list[Match]] = defaultdict(list)
        for match in result.matches:
            found[self.places[match.target]].append(match)
        return found

    def all_unchecked(self, result: EngineResult) -> Mapping[int, Sequence[Unchecked]]:
        """Group what could not be checked by the index of the file, with the path that it has in head."""
        found: defaultdict[int, list[Unchecked]] = defaultdict(list)
        for item in (*self.unchecked, *result.unchecked):
            assert item.target is not None  # noqa: S101 - the selection and engines name their targets
            index, side = self.places[item.target]
            found[index].append(replace(item, path=self.files[index].path, side=side, target=None))
        return found


def plan_scan(
    files: Sequence[ChangedFile],
    texts: Mapping[BlobId, Source | int],
    *,
    selector: Selector,
    max_bytes: int,
) -> ScanPlan:
    """Choose what to ask about changed files; see `ScanPlan` for `texts`."""
    wanted: list[tuple[int, Side, FileVersion]] = []
    for index, file in enumerate(files):
        is_same = file.base and file.head and file.base.blob == file.head.blob
        if is_same and file.base and file.head and selector.selects_alike(file.base, file.head):
            continue  # because a file that only got another name has the same matches as before
        for side, version in zip(_SIDES, (file.base, file.head), strict=True):
            if version is not None and selector.wants(version):
                wanted.append((index, side, version))
    # What was read comes first, so that the selection has the same positions.
    wanted.sort(key=lambda place: isinstance(texts[place[2].blob], int))
    contents = []
    unread: list[Unchecked] = []
    for key, (_, _, version) in enumerate(wanted):
        text = texts[version.blob]
        if not isinstance(text, int):
            contents.append((version, text.content))
        elif text > max_bytes:
            reason = too_large(text, max_bytes)
            unread.append(Unchecked(path=version.path, target=key, kind="too-large", reason=reason))
        else:
            reason = "the changed files have too many bytes together"
            unread.append(Unchecked(path=version.path, target=key, kind="too-much", reason=reason))
    selection = selector.select(contents, max_bytes=max_bytes)
    return ScanPlan(
        files=files,
        texts=texts,
        places=[(index, side) for index, side, _ in wanted],
        rules=selection.rules,
        targets=selection.targets,
        unchecked=(*unread, *selection.unchecked),
    )


def files_to_compare(
    plan: ScanPlan, result: EngineResult, library: Library, *, citations: CitationIndex
) -> dict[int, tuple[Lesson, ...]]:
    """List the files that there may be something to say about, by index, and the lessons that watch each.

    These are few: those with a match, a citation or an accept comment, and those that are watched.
    """
    watches = [(lesson, glob_filter(lesson.watch.paths)) for lesson in library.lessons if lesson.watch]
    with_matches = {plan.places[match.target][0] for match in result.matches}
    found = {}
    for index, file in enumerate(plan.files):
        versions = [version for version in (file.base, file.head) if version]
        paths = {visible_path(version.path) for version in versions}
        watched_by = tuple(lesson for lesson, watched in watches if any(map(watched.admits, paths)))
        texts = [text for version in versions if isinstance(text := plan.texts[version.blob], Source)]
        accepts = (index, "head") in plan.target_places and may_accept(texts[-1].content)
        is_citing = any(citations.cited(text.content) for text in texts)
        if watched_by or index in with_matches or accepts or is_citing:
            found[index] = watched_by
    return found


def list_unchecked(
    plan: ScanPlan, result: EngineResult, library: Library, *, late: Iterable[Unchecked] = ()
) -> tuple[Unchecked, ...]:
    """List what could not be checked, once for each lesson and reason, sorted by path, lesson and reason.

    Of base only where it matters: where matches could not be compared. Of all rules, what came too `late`.
    """
    with_matches = {plan.places[match.target][0] for match in result.matches}
    found = {(item.path, "", item.explanation): item for item in late}
    for index, items in plan.all_unchecked(result).items():
        for item in items:
            if item.side == "head" or index in with_matches:
                incident = library.by_rule[RuleId(item.rule)].incident if item.rule else None
                key = (item.path, incident or "", item.explanation)
                found.setdefault(key, replace(item, incident=incident))
    return tuple(found[key] for key in sorted(found))
