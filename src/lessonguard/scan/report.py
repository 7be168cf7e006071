"""Make a report of verdicts: findings with all that any output needs, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lessonguard.lessons.model import Lesson, Library, RuleId
from lessonguard.record import record
from lessonguard.scan.compared import ComparedFile, Verdict, Version
from lessonguard.scan.finding import Finding, Notice, SourceLine, State
from lessonguard.scan.fingerprint import Fingerprints
from lessonguard.scan.suppressions import Acceptances

_LONGEST_EXCERPT = 12
"""How many source lines of one match, or of what was removed above it, are kept."""


@record
class JudgedFile:
    """A compared file with its names, its accept comments and the lessons that watch it."""

    path: str
    previous_path: str | None
    compared: ComparedFile
    acceptances: Acceptances
    watched_by: tuple[Lesson, ...] = ()

    @property
    def base_path(self) -> str:
        """Name the file as base knew it."""
        return self.previous_path or self.path


def make_findings(
    files: Sequence[JudgedFile], verdicts: Sequence[Verdict], library: Library
) -> list[Finding]:
    """Turn verdicts into findings, sorted; what is merely `inherited` is left out.

    `verdicts` are in the order that `classify` gives them.
    """
    made = _make(files, verdicts, library)
    return sorted(made, key=finding_order)


def finding_order(finding: Finding) -> tuple[object, ...]:
    """Give what findings are sorted by: path, line, column, lesson, rule."""
    return (finding.path, finding.start, finding.lesson.incident, finding.rule, finding.end)


def notice_order(notice: Notice) -> tuple[object, ...]:
    """Give what notices are sorted by."""
    return (notice.path, notice.line, notice.incident, notice.kind, notice.side)


def _make(files: Sequence[JudgedFile], verdicts: Sequence[Verdict], library: Library) -> Iterator[Finding]:
    fingerprints: dict[tuple[int, bool], Fingerprints] = {}
    for verdict in verdicts:
        file, is_gone = files[verdict.file], verdict.state is State.FIXED
        version = file.compared.base if is_gone else file.compared.head
        assert version is not None  # noqa: S101 - a match stands in a version
        key = (verdict.file, is_gone)
        if key not in fingerprints:
            fingerprints[key] = Fingerprints(version.source, path=file.path)
        finding = _finding(
            file,
            verdict,
            version,
            fingerprints=fingerprints[key],
            lesson=library.by_rule[verdict.occurrence.rule],
        )
        if verdict.origin is not None and verdict.origin != verdict.file:
            finding = replace(finding, previous_path=files[verdict.origin].base_path)
        if verdict.state is not State.INHERITED:
            yield finding


def _finding(
    file: JudgedFile, verdict: Verdict, version: Version, *, fingerprints: Fingerprints, lesson: Lesson
) -> Finding:
    source, occurrence = version.source, verdict.occurrence
    lines = source.lines_of(occurrence.start, occurrence.end)
    is_gone = verdict.state is State.FIXED
    snippet = source.text(occurrence.start, occurrence.end)
    # Semgrep is not shown what is no UTF-8, so a fix would put something else in its place.
    is_known = "\N{REPLACEMENT CHARACTER}" not in snippet
    return Finding(
        lesson=lesson,
        rule=RuleId(occurrence.rule),
        state=verdict.state,
        path=file.path,
        previous_path=file.previous_path,
        start=source.position(occurrence.start),
        end=source.position(occurrence.end),
        snippet=snippet,
        lines=source.excerpt(lines[:_LONGEST_EXCERPT]),
        removed=_removed(file, verdict),
        is_removed_below=verdict.is_removed_below,
        message=occurrence.message,
        fix=occurrence.fix if is_known and not is_gone else None,
        fingerprint=fingerprints.make(
            incident=lesson.incident,
            rule=RuleId(occurrence.rule),
            tokens=source.token_text(occurrence.start, occurrence.end),
            line=lines.start,
        ),
        accepted=None if is_gone else file.acceptances.accept(lesson.incident, lines),
    )


def _removed(file: JudgedFile, verdict: Verdict) -> tuple[SourceLine, ...]:
    base = file.compared.base
    return base.source.excerpt(verdict.removed[-_LONGEST_EXCERPT:]) if base else ()
