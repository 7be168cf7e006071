"""A backtest as JSON, version 1: what programs read; its schema is `schema/backtest.schema.json`."""

from __future__ import annotations

from lessonguard.authoring.backtest.phrases import advice, first_line, verdict
from lessonguard.authoring.backtest.result import BacktestReport, LessonBacktest
from lessonguard.git.past_changes import MergedChange
from lessonguard.output.escape import json_text
from lessonguard.scan.finding import Finding


def render_backtest_json(report: BacktestReport) -> str:
    r"""Return the whole report as JSON: the same bytes for the same report.

    Changes are in order, the newest first. Lines and columns are 1-based, columns in characters;
    dates are ISO 8601. A byte of a path that is not UTF-8 is the four characters `\xff`.
    """
    past, changes = report.past, report.past.changes[: report.reached]
    return json_text(
        {
            "version": 1,
            "branch": past.branch,
            "unit": past.unit,
            "chosen": len(past.changes),
            "replayed": report.replayed,
            "newest": _change(changes[0]) if changes else None,
            "oldest": _change(changes[-1]) if changes else None,
            "stopped": report.stopped or None,
            "shallow_at": past.cut,
            "failed": [{**_change(change), "reason": reason} for change, reason in report.failed],
            "tree": report.head,
            "files": report.files,
            "files_seen": report.files_checked,
            "lessons": [_lesson(each, report) for each in report.lessons],
        }
    )


def _lesson(backtest: LessonBacktest, report: BacktestReport) -> dict[str, object]:
    lesson = backtest.lesson
    return {
        "lesson": lesson.incident,
        "title": lesson.title,
        "mode": lesson.mode.value,
        "verdict": verdict(backtest, report),
        "noise": backtest.noise.value,
        "advice": advice(backtest, report),
        "spoken": [
            {
                **_change(commented.change),
                "places": [{**_place(each), "state": each.state.value} for each in commented.findings],
            }
            for commented in backtest.commented
        ],
        "watched": backtest.watched,
        "cause": backtest.cause.value,
        "caused_by": backtest.caused_by.commit if backtest.caused_by else None,
        "today": [{**_place(each), "accepted": each.accepted is not None} for each in backtest.today],
        "unchecked": [
            {"commit": change.commit if change else None, "path": item.path, "reason": item.explanation}
            for change, item in backtest.unchecked
        ],
    }


def _change(change: MergedChange) -> dict[str, object]:
    return {
        "commit": change.commit,
        "base": change.base,
        "date": change.date.isoformat(),
        "subject": change.subject,
        "title": change.title,
    }


def _place(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "path": finding.path,
        "line": finding.start.line,
        "column": finding.start.column,
        "text": first_line(finding),
    }
