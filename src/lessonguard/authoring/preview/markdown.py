"""What is known about the lessons of a change, in GitHub-flavoured Markdown for whoever reviews it.

Whoever wrote the change wrote these lessons: their words are escaped like code.
"""

from __future__ import annotations

from collections.abc import Iterator

from lessonguard.authoring.backtest.markdown import render_backtest_markdown
from lessonguard.authoring.check.result import CheckReport
from lessonguard.authoring.preview.result import Preview
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.output.escape import code_span, markdown_prose, shortened
from lessonguard.output.phrases import counted, state_words
from lessonguard.output.story import introduced
from lessonguard.scan.finding import ScanReport

_REMARKS, _PLACES = 20, 20
_LONGEST_PATH, _LONGEST_TEXT = 200, 500  # characters
_BACKTEST = 15_000  # characters


def render_preview(preview: Preview) -> str:
    """Write what the lessons of a change are worth: all faults first, then what they would have said."""
    return "\n\n".join(_sections(preview))


def _sections(preview: Preview) -> Iterator[str]:
    yield f"### {_headline(preview.check)}"
    diagnostics = [_diagnostic(diagnostic) for diagnostic in preview.check.diagnostics]
    if diagnostics:
        yield _listed(diagnostics, limit=_REMARKS)
    if preview.past:
        yield render_backtest_markdown(preview.past, limit=_BACKTEST).strip()
    if preview.said:
        yield from _said(preview.said)


def _headline(check: CheckReport) -> str:
    lessons = f"{counted(check.lessons, 'lesson')} in this change"
    errors, warnings = check.count("error"), check.count("warning")
    if errors:
        return f"{lessons}: {counted(errors, 'error')}, to be mended first"
    verdict = "proven" if check.rules else "valid"
    return (
        f"{lessons}: {verdict}, with {counted(warnings, 'warning')}" if warnings else f"{lessons}: {verdict}"
    )


def _diagnostic(diagnostic: Diagnostic) -> str:
    place = code_span(f"{shortened(diagnostic.path, _LONGEST_PATH)}:{diagnostic.line}")
    hint = f"; {diagnostic.hint}" if diagnostic.hint else ""
    return f"{place} {diagnostic.level}: {_prose(diagnostic.message + hint)}"


def _said(report: ScanReport) -> Iterator[str]:
    """Tell what the lessons say about the change that brings them; it fails nothing."""
    findings = introduced(report)
    if not findings:
        yield "About this change itself they say nothing."
        return
    yield "About this change itself they would say:"
    places = (code_span(f"{shortened(item.path, _LONGEST_PATH)}:{item.start.line}") for item in findings)
    entries = zip(places, findings, strict=True)
    yield _listed(
        [f"{place} {_prose(f'{item.lesson.incident}: {state_words(item)}')}" for place, item in entries],
        limit=_PLACES,
    )


def _listed(items: list[str], *, limit: int) -> str:
    more = [f"… and {len(items) - limit} more"] if len(items) > limit else []
    return "\n".join(f"- {item}" for item in [*items[:limit], *more])


def _prose(text: str) -> str:
    return markdown_prose(shortened(text, _LONGEST_TEXT))
