"""Decide which findings an output shows, and in which order.

`text`, `json` and `sarif` show the whole report. `markdown`, `annotations` and `rdjson` end up on
the pull request: they show `for_pull_request(report)`. Which groups a finding falls into
(`introduced`, `accepted`, `carried`) is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lessonguard.lessons.model import Lesson, Mode
from lessonguard.record import record
from lessonguard.scan.finding import Finding, ScanReport


@record
class Story:
    """The findings of one lesson, in the order of the report; never empty."""

    lesson: Lesson
    findings: tuple[Finding, ...]


def for_pull_request(report: ScanReport) -> ScanReport:
    """Return the report without what comes from lessons in monitor mode, which a pull request never shows."""
    return replace(
        report,
        findings=tuple(item for item in report.findings if item.lesson.mode is not Mode.MONITOR),
        fixed=tuple(item for item in report.fixed if item.lesson.mode is not Mode.MONITOR),
        notices=tuple(
            item for item in report.notices if item.lesson is None or item.lesson.mode is not Mode.MONITOR
        ),
    )


def introduced(report: ScanReport) -> tuple[Finding, ...]:
    """List the findings that the change introduces and nobody accepted."""
    return tuple(item for item in report.findings if item.state.is_introduced and not item.accepted)


def accepted(report: ScanReport) -> tuple[Finding, ...]:
    """List the findings that somebody accepted, whatever their state."""
    return tuple(item for item in report.findings if item.accepted)


def carried(report: ScanReport) -> tuple[Finding, ...]:
    """List the findings that matched before and were only edited or moved."""
    return tuple(item for item in report.findings if not item.state.is_introduced and not item.accepted)


def by_importance(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings: the strictest mode first, then by severity; otherwise as they were."""
    strictest_first = list(reversed(Mode))
    return sorted(
        findings,
        key=lambda item: (strictest_first.index(item.lesson.mode), item.lesson.severity.value),
    )


def stories(findings: Iterable[Finding]) -> list[Story]:
    """Group findings by lesson, the most important lesson first."""
    groups: dict[str, list[Finding]] = {}
    for finding in by_importance(findings):
        groups.setdefault(finding.lesson.incident, []).append(finding)
    return [Story(lesson=group[0].lesson, findings=tuple(group)) for group in groups.values()]
