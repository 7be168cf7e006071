"""Build reports of backtests for the tests of outputs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from lessonguard.authoring.backtest.result import (
    BacktestReport,
    Cause,
    LessonBacktest,
    Place,
    Spoken,
    Unreplayed,
    Unseen,
)
from lessonguard.git.changes import CommitId
from lessonguard.git.past_changes import MergedChange, PastChanges
from lessonguard.lessons.model import Example, Lesson, Mode, Proof, Rule, RuleId, Watch
from lessonguard.scan.finding import State
from tests.support.report import CACHE, FAULT, LOCK, TIMEOUT

_NEWEST = date(2026, 5, 20)
_TITLES = ("Retry payments (#812)", "Move the client to httpx (#790)", "Ask the bank twice (#655)")


def with_rule(lesson: Lesson, **fields: Any) -> Lesson:  # noqa: ANN401 - those of `Lesson`
    """Give a lesson a rule, and these fields."""
    rule = Rule(id=RuleId(lesson.incident), languages=("python",), document={"pattern": "f()"}, line=9)
    return replace(lesson, rules=(rule,), examples=(Example(bad="f()", good="g()"),), **fields)


PROVEN = with_rule(TIMEOUT, proof=Proof(broken="4f1c2d9aa", fixed="9a7b3e1"), mode=Mode.COMMENT)


def change(number: int) -> MergedChange:
    """Give a past change; the higher the number, the older."""
    return MergedChange(
        commit=CommitId(f"{number:04x}{'c' * 36}"),
        base=CommitId(f"{number + 1:04x}{'c' * 36}"),
        date=_NEWEST - timedelta(days=number),
        subject=f"Merge pull request #{900 - number} from acme/topic",
        title=_TITLES[number % len(_TITLES)],
    )


def past(count: int = 500, **fields: Any) -> PastChanges:  # noqa: ANN401 - those of `PastChanges`
    """Give so many merges into the default branch."""
    given: dict[str, Any] = {"branch": "origin/main", "are_merges": True, "limit": count} | fields
    return PastChanges(changes=tuple(map(change, range(count))), **given)


def place(path: str, line: int, **fields: Any) -> Place:  # noqa: ANN401 - those of `Place`
    """Give a place in code."""
    text = fields.pop("text", "requests.post(url, json=payload)")
    given: dict[str, Any] = {"column": 5, "state": State.ADDED, "rule": RuleId("INC-245")} | fields
    return Place(path=path, line=line, text=text, **given)


def spoken(number: int, *places: Place) -> Spoken:
    """Give a change on which a lesson spoke."""
    return Spoken(change=change(number), places=places)


def backtest(lesson: Lesson = PROVEN, *said: Spoken, **fields: Any) -> LessonBacktest:  # noqa: ANN401
    """Give what a lesson said about 500 changes."""
    given: dict[str, Any] = {
        "replayed": 500,
        "watched": 0,
        "today": (),
        "unseen": (),
        "cause": Cause.UNTOLD,
    } | fields
    return LessonBacktest(lesson=lesson, spoken=said, **given)


def report(*lessons: LessonBacktest, **fields: Any) -> BacktestReport:  # noqa: ANN401 - those of the report
    """Give a report in which nothing ended early."""
    given: dict[str, Any] = {
        "past": past(),
        "reached": 500,
        "failed": (),
        "head": CommitId("8d57ebbd" + "0" * 32),
        "files": 1999,
        "files_seen": 1999,
        "stopped": "",
        "faults": (),
    }
    return BacktestReport(lessons=lessons, **(given | fields))


def quiet() -> LessonBacktest:
    """Give a lesson that spoke on three changes, among them the one that caused the incident."""
    return backtest(
        PROVEN,
        spoken(
            18,
            place("billing/gateway.py", 41),
            place("billing/refunds/of_orders_that_were_charged_twice.py", 120),
        ),
        spoken(130, place("lib/client.py", 12, state=State.EXPOSED, text="client.get(url)")),
        spoken(311, place("bank.py", 7)),
        today=(place("billing/refunds.py", 20), place("probe.py", 3, is_accepted=True), place("web/x.py", 9)),
        cause=Cause.FOUND,
        caused_by=change(130),
    )


def noisy(every: int = 7) -> LessonBacktest:
    """Give a lesson that spoke on many changes, at many places."""
    lines = range(1, 9)
    said = [spoken(number, *(place("pay.py", line) for line in lines)) for number in range(0, 400, every)]
    return backtest(with_rule(LOCK), *said, today=tuple(place("pay.py", line) for line in range(1, 99)))


def full() -> BacktestReport:
    """Give a report with something of everything."""
    watching = replace(CACHE, watch=Watch(paths=("deploy/**",)))
    unseen = Unseen(change=change(3), path="web/vendor.py", reason="it is larger than 1,000,000 bytes")
    return report(
        quiet(),
        noisy(),
        backtest(watching, watched=3, unseen=(unseen, replace(unseen, change=None))),
        past=past(cut=CommitId("c0ffee" + "0" * 34)),
        reached=400,
        files_seen=0,
        stopped="interrupted",
        failed=(Unreplayed(change=change(7), reason="Semgrep was stopped by signal 11."),),
        faults=(FAULT,),
    )
