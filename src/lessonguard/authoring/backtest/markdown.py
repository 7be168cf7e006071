"""A backtest in GitHub-flavoured Markdown, short: for the pull request that adds a lesson.

Titles, paths and code come from the repository's history, where anybody's pull request may have put
them: they are written as text, or stand in code spans.
"""

from __future__ import annotations

from collections.abc import Iterator

from lessonguard.authoring.backtest.phrases import (
    advice,
    cause_words,
    gaps,
    replayed_words,
    stop_words,
    unchecked_words,
    verdict,
    watch_words,
)
from lessonguard.authoring.backtest.result import BacktestReport, LessonBacktest
from lessonguard.git.changes import short
from lessonguard.output.escape import code_span, markdown_prose, markdown_text, shortened
from lessonguard.scan.finding import Finding

# How many changes of a lesson are listed, places of a change, and places of today: the whole report shares
# a pull request's summary with the findings, and `lessonguard backtest` lists the rest.
_CHANGES, _PLACES, _TODAY = 5, 2, 10

_LONGEST_PATH, _LONGEST_TITLE = 200, 100  # characters
_RESERVE = 200  # characters for saying what was left out


def render_backtest_markdown(report: BacktestReport, *, limit: int = 60_000) -> str:
    """Return the report as Markdown of at most `limit` characters, ending in a line feed.

    Lessons that do not fit are left out and counted.
    """
    after = [f"<sub>Replayed {markdown_text(replayed_words(report))}.</sub>"]
    before = [f"**{markdown_text(stop_words(report))}.**"] if report.stopped else []
    before += [markdown_prose(gap) for gap in gaps(report)]
    room = limit - _RESERVE - sum(len(text) + 2 for text in (*before, *after))
    sections: list[str] = []
    for backtest in report.lessons:
        section = "\n\n".join(_lesson(backtest, report))
        if len(section) + 2 > room:
            after.insert(0, f"{len(report.lessons) - len(sections)} more lessons are left out.")
            break
        room -= len(section) + 2
        sections.append(section)
    return "\n\n".join([*before, *sections, *after]) + "\n"


def _lesson(backtest: LessonBacktest, report: BacktestReport) -> Iterator[str]:
    said = verdict(backtest, report)
    incident = backtest.lesson.incident
    yield f"**{markdown_text(incident)}** {markdown_text(said.removeprefix(incident))}"
    further = (
        cause_words(backtest, report.past),
        watch_words(backtest, report),
        unchecked_words(backtest),
        advice(backtest, report),
    )
    yield " ".join(markdown_prose(text) for text in further if text)
    if backtest.commented:
        yield _table(backtest)
    if backtest.open_today:
        listed = "\n".join(f"- {_place(each)}" for each in backtest.open_today[:_TODAY])
        hidden = len(backtest.open_today) - _TODAY
        more = f"\n- … and {hidden} more" if hidden > 0 else ""
        yield f"<details>\n<summary>Matches today</summary>\n\n{listed}{more}\n\n</details>"


def _table(backtest: LessonBacktest) -> str:
    rows = ["| Merged | Change | Where |", "|---|---|---|"]
    for commented in backtest.commented[:_CHANGES]:
        change = commented.change
        is_cause = change == backtest.caused_by
        title = markdown_text(shortened(change.title, _LONGEST_TITLE)) + (" ◆" if is_cause else "")
        commit = code_span(short(change.commit))
        places = ", ".join(f"{_place(each)} {each.state.value}" for each in commented.findings[:_PLACES])
        more = f" and {len(commented.findings) - _PLACES} more" if len(commented.findings) > _PLACES else ""
        rows.append(f"| {change.date.isoformat()} | {commit} {title} | {places}{more} |")
    hidden = len(backtest.commented) - _CHANGES
    return "\n".join(rows) + (f"\n\n… and {hidden} more." if hidden > 0 else "")


def _place(finding: Finding) -> str:
    return code_span(f"{shortened(finding.path, _LONGEST_PATH)}:{finding.start.line}")
