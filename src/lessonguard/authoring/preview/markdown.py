"""The preview of the lessons that a change adds or edits, in GitHub-flavoured Markdown for its reviewers.

The author of the change wrote these lessons: their words are escaped like code.
"""

from __future__ import annotations

from collections.abc import Iterator

from lessonguard.authoring.backtest.markdown import render_backtest_markdown
from lessonguard.authoring.backtest.result import BacktestReport
from lessonguard.authoring.check.result import CheckReport
from lessonguard.output.escape import code_span, markdown_prose, shortened
from lessonguard.output.phrases import counted, state_words
from lessonguard.output.story import introduced
from lessonguard.record import record
from lessonguard.scan.finding import ScanReport

# All but the two counts are in characters. GitHub refuses comments of more than 65,536, and a review's own
# summary comes first.
_MAX_DIAGNOSTICS, _MAX_FINDINGS = 20, 20
_MAX_PATH, _MAX_TEXT = 200, 500
_MAX_BACKTEST = 15_000


@record
class Preview:
    """What was found out about the lessons of a change.

    `check` is about their files; `past` is the backtest of the last changes, None if there is no rule to
    try. `current` is the scan of the change itself by these lessons, None if that was not asked for.
    """

    check: CheckReport
    past: BacktestReport | None
    current: ScanReport | None

    @property
    def is_sound(self) -> bool:
        """Return whether the lessons can be used: all are valid and proven."""
        return not self.check.fails(strict=False)


def render_preview(preview: Preview) -> str:
    """Return the Markdown: all diagnostics first, then the backtest and the findings in the change itself."""
    sections = [f"### {_headline(preview.check)}"]
    diagnostics = []
    for each in preview.check.diagnostics:
        place = code_span(f"{shortened(each.path, _MAX_PATH)}:{each.line}")
        hint = f"; {each.hint}" if each.hint else ""
        diagnostics.append(f"{place} {each.level}: {_prose(each.message + hint)}")
    if diagnostics:
        sections.append(_listed(diagnostics, limit=_MAX_DIAGNOSTICS))
    if preview.past:
        sections.append(render_backtest_markdown(preview.past, limit=_MAX_BACKTEST).strip())
    if preview.current:
        sections += _findings(preview.current)
    return "\n\n".join(sections)


def _headline(check: CheckReport) -> str:
    lessons = f"{counted(check.lessons, 'lesson')} in this change"
    errors, warnings = check.count("error"), check.count("warning")
    if errors:
        return f"{lessons}: {counted(errors, 'error')}, to be fixed first"
    verdict = "proven" if check.rules else "valid"
    return (
        f"{lessons}: {verdict}, with {counted(warnings, 'warning')}" if warnings else f"{lessons}: {verdict}"
    )


def _findings(report: ScanReport) -> Iterator[str]:
    """List what the lessons find in the change that adds them; it fails nothing."""
    findings = introduced(report)
    if not findings:
        yield "They find nothing in this change itself."
        return
    yield "In this change itself they find:"
    places = (code_span(f"{shortened(item.path, _MAX_PATH)}:{item.start.line}") for item in findings)
    entries = zip(places, findings, strict=True)
    yield _listed(
        [f"{place} {_prose(f'{item.lesson.incident}: {state_words(item)}')}" for place, item in entries],
        limit=_MAX_FINDINGS,
    )


def _listed(items: list[str], *, limit: int) -> str:
    more = [f"… and {len(items) - limit} more"] if len(items) > limit else []
    return "\n".join(f"- {item}" for item in [*items[:limit], *more])


def _prose(text: str) -> str:
    return markdown_prose(shortened(text, _MAX_TEXT))
