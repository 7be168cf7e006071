"""Build reports of backtests for the tests of outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from lessonguard.authoring.backtest.result import (
    BacktestReport,
    Cause,
    CommentedChange,
    LessonBacktest,
)
from lessonguard.git.changes import CommitId
from lessonguard.git.past_changes import MergedChange, PastChanges
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Example, Lesson, Mode, Proof, Rule, RuleId, Watch
from lessonguard.scan.finding import Acceptance, Finding, Fingerprint, Position, SourceLine, State
from lessonguard.semgrep.interface import Unchecked
from tests.support.report import CACHE, FAULT, LOCK, TIMEOUT, hostile_text

_NEWEST = date(2026, 5, 20)
_TITLES = ("Retry payments (#812)", "Move the client to httpx (#790)", "Ask the bank twice (#655)")


def with_rule(lesson: Lesson, **fields: Any) -> Lesson:  # noqa: ANN401 - those of `Lesson`
    """Return a lesson a rule, and these fields."""
    rule = Rule(id=RuleId(lesson.incident), languages=("python",), document={"pattern": "f()"}, line=9)
    return replace(lesson, rules=(rule,), examples=(Example(bad="f()", good="g()"),), **fields)


PROVEN = with_rule(TIMEOUT, proof=Proof(broken="4f1c2d9aa", fixed="9a7b3e1"), mode=Mode.COMMENT)


def change(number: int) -> MergedChange:
    """Return a past change; the higher the number, the older."""
    return MergedChange(
        commit=CommitId(f"{number:04x}{'c' * 36}"),
        base=CommitId(f"{number + 1:04x}{'c' * 36}"),
        date=_NEWEST - timedelta(days=number),
        subject=f"Merge pull request #{900 - number} from acme/topic",
        title=_TITLES[number % len(_TITLES)],
    )


def past(count: int = 500, **fields: Any) -> PastChanges:  # noqa: ANN401 - those of `PastChanges`
    """Return so many merges into the default branch."""
    given: dict[str, Any] = {"branch": "origin/main", "are_merges": True, "limit": count} | fields
    return PastChanges(changes=tuple(map(change, range(count))), **given)


def found(
    path: str,
    line: int,
    *,
    text: str = "requests.post(url, json=payload)",
    is_accepted: bool = False,
    **fields: Any,  # noqa: ANN401 - those of `Finding`
) -> Finding:
    """Return a finding at column 5 of a line, as a backtest keeps it."""
    acceptance = Acceptance(reason="own host", until=None, where=f"{path}:{line}")
    given: dict[str, Any] = {
        "lesson": TIMEOUT,
        "rule": RuleId("INC-245"),
        "state": State.ADDED,
        "previous_path": None,
        "start": Position(line=line, column=5),
        "end": Position(line=line, column=5 + len(text)),
        "message": "",
        "fix": None,
        "fingerprint": Fingerprint("245"),
    }
    return Finding(
        path=path,
        snippet=text,
        lines=(SourceLine(number=line, text=text),),
        removed=(),
        accepted=acceptance if is_accepted else None,
        **(given | fields),
    )


def commented(number: int, *findings: Finding) -> CommentedChange:
    """Return a change on which a lesson would have commented."""
    return CommentedChange(change=change(number), findings=findings)


def backtest(lesson: Lesson = PROVEN, *said: CommentedChange, **fields: Any) -> LessonBacktest:  # noqa: ANN401
    """Return the result of a lesson for 500 changes."""
    given: dict[str, Any] = {
        "replayed": 500,
        "watched": 0,
        "today": (),
        "unchecked": (),
        "cause": Cause.NO_PROOF,
    } | fields
    return LessonBacktest(lesson=lesson, commented=said, **given)


def report(*lessons: LessonBacktest, **fields: Any) -> BacktestReport:  # noqa: ANN401 - those of the report
    """Return a report in which nothing ended early."""
    given: dict[str, Any] = {
        "past": past(),
        "reached": 500,
        "failed": (),
        "head": CommitId("8d57ebbd" + "0" * 32),
        "files": 1999,
        "files_checked": 1999,
        "stopped": "",
        "faults": (),
    }
    return BacktestReport(lessons=lessons, **(given | fields))


def quiet() -> LessonBacktest:
    """Return a lesson that would have commented on three changes, among them the cause of the incident."""
    return backtest(
        PROVEN,
        commented(
            18,
            found("billing/gateway.py", 41),
            found("billing/refunds/of_orders_that_were_charged_twice.py", 120),
        ),
        commented(130, found("lib/client.py", 12, state=State.EXPOSED, text="client.get(url)")),
        commented(311, found("bank.py", 7)),
        today=(found("billing/refunds.py", 20), found("probe.py", 3, is_accepted=True), found("web/x.py", 9)),
        cause=Cause.FOUND,
        caused_by=change(130),
    )


def noisy(every: int = 7) -> LessonBacktest:
    """Return a lesson that would have commented on many changes, at many places."""
    lines = range(1, 9)
    said = [commented(number, *(found("pay.py", line) for line in lines)) for number in range(0, 400, every)]
    return backtest(with_rule(LOCK), *said, today=tuple(found("pay.py", line) for line in range(1, 99)))


def full() -> BacktestReport:
    """Return a report with something of everything."""
    watching = replace(CACHE, watch=Watch(paths=("deploy/**",)))
    large = Unchecked(path="web/vendor.py", reason="it is larger than 1,000,000 bytes")
    return report(
        quiet(),
        noisy(),
        backtest(watching, watched=3, unchecked=((change(3), large), (None, large))),
        past=past(cut=CommitId("c0ffee" + "0" * 34)),
        reached=400,
        files_checked=0,
        stopped="interrupted",
        failed=((change(7), "Semgrep was stopped by signal 11."),),
        faults=(FAULT,),
    )


# The reports whose whole outputs are approved, in `tests/cases/render/backtest_*`.
REPORTS: Mapping[str, Callable[[], BacktestReport]] = {
    "one": lambda: report(quiet()),
    "noisy": lambda: report(noisy()),
    "full": full,
    "none": lambda: report(past=past(0), reached=0),
}


@st.composite
def hostile_reports(draw: st.DrawFn) -> BacktestReport:
    """Make reports in which all that anybody could have written is hostile."""
    text = draw(hostile_text) or "x"
    there = found(text, 3, text=text)
    said = replace(
        change(3),
        subject=text,
        title=text,
    )
    about = backtest(
        replace(PROVEN, title=text, watch=Watch(paths=(text,))),
        replace(commented(3, there), change=said),
        today=(there,),
        unchecked=((None, Unchecked(path=text, reason=text)),),
        cause=draw(st.sampled_from(Cause)),
        caused_by=draw(st.sampled_from([None, said])),
    )
    other = backtest(LOCK, commented(1, found("a.py", 1)))
    return report(
        *[about, other][: draw(st.integers(1, 2))],
        reached=5,
        past=past(5, branch=f"{text}..{text}", limit=None),
        failed=((said, text),),
        faults=(Diagnostic(path=text, code="schema", message=text, hint=text),),
    )
