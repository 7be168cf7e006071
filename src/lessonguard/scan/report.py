"""Make a report of verdicts: findings with all that any output needs, in a fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lessonguard.lessons.model import Lesson, Library, RuleId
from lessonguard.scan.compare import ClassifiedMatch, FileComparison, classify
from lessonguard.scan.finding import Finding, Notice, State
from lessonguard.scan.fingerprint import Fingerprints
from lessonguard.scan.notices import CitationIndex, make_notices
from lessonguard.scan.suppressions import Acceptances

_LONGEST_EXCERPT = 12
"""How many source lines of one match, or of what was removed above it, are kept."""


def list_findings(
    files: Sequence[FileComparison],
    library: Library,
    *,
    citations: CitationIndex,
    today: date,
) -> tuple[list[Finding], tuple[Notice, ...]]:
    """List the findings and the notices about these files, sorted; what is merely `inherited` is left out.

    The order of findings is path, line, column, lesson, rule.
    """
    accepting = {file: Acceptances(file.accept_comments, path=file.path, today=today) for file in files}
    fingerprints: dict[tuple[FileComparison, bool], Fingerprints] = {}
    findings = []
    for match in classify(files):
        version = match.file, match.state is State.FIXED
        if version not in fingerprints:
            fingerprints[version] = Fingerprints(match.source, path=match.file.path)
        # Also for what is inherited: equal findings are told apart by counting, and accept comments are used.
        finding = _finding(
            match,
            fingerprints=fingerprints[version],
            lesson=library.by_rule[match.match.rule],
            acceptances=accepting[match.file],
        )
        if match.state is not State.INHERITED:
            findings.append(finding)
    findings.sort(key=lambda it: (it.path, it.start, it.lesson.incident, it.rule, it.end))
    return findings, make_notices(accepting, library, citations)


def _finding(
    classified: ClassifiedMatch, *, fingerprints: Fingerprints, lesson: Lesson, acceptances: Acceptances
) -> Finding:
    file, source, match = classified.file, classified.source, classified.match
    lines, is_gone = classified.lines, classified.state is State.FIXED
    origin = classified.origin
    snippet = source.text(match.start, match.end)
    # Semgrep is not shown what is no UTF-8, so a fix would put something else in its place.
    is_known = "\N{REPLACEMENT CHARACTER}" not in snippet
    removed = classified.removed[-_LONGEST_EXCERPT:]
    return Finding(
        lesson=lesson,
        rule=RuleId(match.rule),
        state=classified.state,
        path=file.path,
        previous_path=origin.base_path if origin and origin is not file else file.previous_path,
        start=source.position(match.start),
        end=source.position(match.end),
        snippet=snippet,
        lines=source.excerpt(lines[:_LONGEST_EXCERPT]),
        removed=file.base.excerpt(removed) if file.base else (),
        is_removed_below=classified.is_removed_below,
        message=match.message,
        fix=match.fix if is_known and not is_gone else None,
        fingerprint=fingerprints.make(
            incident=lesson.incident,
            rule=RuleId(match.rule),
            tokens=source.token_text(match.start, match.end),
            line=lines.start,
        ),
        accepted=None if is_gone else acceptances.accept(lesson.incident, lines),
    )
