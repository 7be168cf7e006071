"""A backtest as JSON, version 1: what programs read; its schema is `schema/backtest.schema.json`."""

from __future__ import annotations

from lessonguard.authoring.backtest.phrases import advice, verdict
from lessonguard.authoring.backtest.result import BacktestReport, LessonBacktest, Place, Spoken, Unseen
from lessonguard.git.past_changes import MergedChange
from lessonguard.output.escape import json_text


def render_backtest_json(report: BacktestReport) -> str:
    r"""Write the whole report as JSON: the same bytes for the same report.

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
            "failed": [{**_change(each.change), "reason": each.reason} for each in report.failed],
            "tree": report.head,
            "files": report.files,
            "files_seen": report.files_seen,
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
        "spoken": [_spoken(spoken) for spoken in backtest.spoken],
        "watched": backtest.watched,
        "cause": backtest.cause.value,
        "caused_by": backtest.caused_by.commit if backtest.caused_by else None,
        "today": [{**_place(place), "accepted": place.is_accepted} for place in backtest.today],
        "unchecked": [_unseen(unseen) for unseen in backtest.unseen],
    }


def _spoken(spoken: Spoken) -> dict[str, object]:
    places = [{**_place(place), "state": place.state.value} for place in spoken.places]
    return {**_change(spoken.change), "places": places}


def _change(change: MergedChange) -> dict[str, object]:
    return {
        "commit": change.commit,
        "base": change.base,
        "date": change.date.isoformat(),
        "subject": change.subject,
        "title": change.title,
    }


def _place(place: Place) -> dict[str, object]:
    return {
        "rule": place.rule,
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "text": place.text,
    }


def _unseen(unseen: Unseen) -> dict[str, object]:
    commit = unseen.change.commit if unseen.change else None
    return {"commit": commit, "path": unseen.path, "reason": unseen.reason}
