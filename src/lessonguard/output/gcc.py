"""One line a finding, as GCC writes them (the format `gcc`): what editors make a list of places from.

It is `path:line:column: error|warning|note: message`, with 1-based columns; see "Formatting Error
Messages" in the GNU Coding Standards. VS Code's `$gcc` matches it, and so does Vim's `errorformat`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lessonguard.lessons.model import Mode
from lessonguard.output.escape import one_line, visible
from lessonguard.output.phrases import notice_words, place, state_words, unchecked_words
from lessonguard.output.story import introduced
from lessonguard.scan.finding import ScanReport

_KINDS = {Mode.BLOCK: "error", Mode.COMMENT: "warning", Mode.MONITOR: "note"}


def render_gcc(report: ScanReport) -> str:
    """Write what was introduced and is not accepted, then notices and what was not checked."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: ScanReport) -> Iterator[str]:
    for finding in introduced(report):
        lesson = finding.lesson
        message = f"{lesson.incident}: {one_line(lesson.title)} ({state_words(finding)})"
        yield f"{place(finding)}: {_KINDS[lesson.mode]}: {message}"
    for notice in report.notices:
        line = notice.line if notice.side == "head" else 1
        yield f"{visible(notice.path)}:{line}:1: note: {notice_words(notice)}"
    for path, reason in unchecked_words(report.unchecked):
        yield f"{path}:1:1: note: not checked: {reason}"
    for fault in report.faults:
        yield f"{visible(fault.path)}:{fault.line}:{fault.column}: error: {one_line(fault.words)}"
