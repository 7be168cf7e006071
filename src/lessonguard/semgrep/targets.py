"""What the rules must look at: which versions of which files, checked as which languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from lessonguard.git.changes import FileVersion
from lessonguard.lessons.model import is_lesson_path
from lessonguard.record import record
from lessonguard.semgrep.globs import PathFilter, path_filter, visible_path
from lessonguard.semgrep.interface import EngineRule, Target, Unchecked, UncheckedKind
from lessonguard.semgrep.languages import Languages

# Larger files are not checked, because they are rarely written by hand. It is Semgrep's own default:
# https://semgrep.dev/docs/cli-reference (`--max-target-bytes`).
MAX_BYTES = 1_000_000

# What Git has of a file that is stored with Git LFS, in fewer than 1,024 bytes:
# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md#the-pointer
# Git LFS also reads pointers with CRLF, blank lines, or the address of its time as Hawser or Git Media.
_LONGEST_LFS_POINTER = 1023
_LFS_LINE = re.compile(rb"(version|oid|size|ext-[0-9]-\S+)[ =]+\S+|\[git-media\]")

# In how many bytes Git looks for a NUL to tell binary from text (`FIRST_FEW_BYTES`):
# https://github.com/git/git/blob/master/xdiff-interface.c
_BINARY_SAMPLE = 8000


@record
class Selection:
    """What to ask an engine: the rules that apply to at least one of the targets, and these.

    `unchecked` are the files that rules should have looked at and cannot.
    """

    rules: tuple[EngineRule, ...]
    targets: tuple[Target, ...]
    unchecked: tuple[Unchecked, ...]


@record(eq=False)
class _Group:
    """Rules for one analyzer that look at the same paths."""

    analyzer: str
    filter: PathFilter
    rules: list[int]


class Selector:
    """Chooses, for a set of rules, what they must look at.

    First call `wants`, which needs no more than the name of a file, then `select` with the contents.
    Never stricter than Semgrep: a rule that is let through here may still have nothing to do there.
    """

    def __init__(self, rules: Sequence[EngineRule], languages: Languages, *, folder: str | None) -> None:
        """Index the rules by analyzer and `paths`. The lessons in `folder` are never selected."""
        self._rules = rules
        self._languages = languages
        self._folder = folder
        self._groups = _group(rules)
        self._by_path: dict[tuple[str, frozenset[str]], tuple[_Group, ...]] = {}

    def wants(self, version: FileVersion) -> bool:
        """Return whether some rule may look at this file, so that its content is worth reading."""
        analyzers = self._languages.of_name(version.path)
        if version.executable:
            analyzers |= self._languages.of_interpreters
        return bool(self._groups_for(version, analyzers))

    def selects_alike(self, one: FileVersion, other: FileVersion) -> bool:
        """Return whether the same rules look at two versions whose contents are equal."""
        if one.executable != other.executable:
            return False
        names = self._languages.of_name(one.path), self._languages.of_name(other.path)
        scripts = self._languages.of_interpreters if one.executable else frozenset()
        groups = [
            self._groups_for(version, analyzers | scripts)
            for version, analyzers in zip((one, other), names, strict=True)
        ]
        return set(groups[0]) == set(groups[1])

    def select(self, files: Iterable[tuple[FileVersion, bytes]], *, max_bytes: int = MAX_BYTES) -> Selection:
        """Choose among files, each with its content (without a byte order mark).

        The key of a target, also of one that cannot be checked, is the position of its file in `files`.
        """
        targets: list[Target] = []
        unchecked: list[Unchecked] = []
        applied: set[_Group] = set()
        for key, (version, content) in enumerate(files):
            analyzers = self._languages.of_name(version.path)
            if version.executable:
                analyzers |= self._languages.of_shebang(content)
            groups = self._groups_for(version, analyzers)
            if not groups:
                continue
            reason = _why_not(content, max_bytes)
            if reason is None:
                read_as = frozenset(group.analyzer for group in groups)
                path = visible_path(version.path)
                targets.append(Target(key=key, path=path, content=content, analyzers=read_as))
                applied.update(groups)
            elif reason[0] == "too-large" or any(self._expects_text(group) for group in groups):
                kind, text = reason
                unchecked.append(Unchecked(path=version.path, target=key, kind=kind, reason=text))
        rules = tuple(
            self._rules[index] for index in sorted({index for group in applied for index in group.rules})
        )
        return Selection(rules=rules, targets=tuple(targets), unchecked=tuple(unchecked))

    def _groups_for(self, version: FileVersion, analyzers: frozenset[str]) -> tuple[_Group, ...]:
        if is_lesson_path(version.path, folder=self._folder):
            return ()
        key = (version.path, analyzers)
        if key not in self._by_path:
            path = visible_path(version.path)
            groups = (group for analyzer in analyzers for group in self._groups.get(analyzer, ()))
            self._by_path[key] = tuple(group for group in groups if group.filter.admits(path))
        return self._by_path[key]

    def _expects_text(self, group: _Group) -> bool:
        """Return whether these rules mean this very file, not just every file there is."""
        return group.analyzer not in self._languages.of_any_file or group.filter.include is not None


def _group(rules: Sequence[EngineRule]) -> Mapping[str, Sequence[_Group]]:
    groups: dict[tuple[str, PathFilter], _Group] = {}
    for index, rule in enumerate(rules):
        paths = path_filter(rule.document)
        for analyzer in rule.analyzers:
            empty = _Group(analyzer=analyzer, filter=paths, rules=[])
            groups.setdefault((analyzer, paths), empty).rules.append(index)
    by_analyzer: dict[str, list[_Group]] = {}
    for group in groups.values():
        by_analyzer.setdefault(group.analyzer, []).append(group)
    return by_analyzer


def _why_not(content: bytes, max_bytes: int) -> tuple[UncheckedKind, str] | None:
    """Return why a content cannot be checked, as a kind and in words; None if it can."""
    if b"\0" in content[:_BINARY_SAMPLE]:
        return "binary", "its content is binary"
    if len(content) <= _LONGEST_LFS_POINTER and b"oid" in content and _is_lfs_pointer(content):
        return "git-lfs", "it is stored with Git LFS, so its content is not in Git"
    if len(content) > max_bytes:
        return "too-large", too_large(len(content), max_bytes)
    return None


def _is_lfs_pointer(content: bytes) -> bool:
    """Return whether all that a file holds is a pointer of Git LFS, so that no code can hide beside one."""
    lines = [_LFS_LINE.fullmatch(line) for raw in content.splitlines() if (line := raw.strip())]
    keys = {line[1] for line in lines if line}
    return all(lines) and {b"version", b"oid"} <= keys


def too_large(size: int, max_bytes: int) -> str:
    """Return the reason for not checking a file of so many bytes."""
    return f"it is larger than {max_bytes:,} bytes ({size:,})"
