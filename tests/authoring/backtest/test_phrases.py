"""The sentences of a backtest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from lessonguard.authoring.backtest.phrases import (
    advice,
    cause_words,
    replayed_words,
    stop_words,
    verdict,
    watch_words,
)
from lessonguard.authoring.backtest.result import Cause, LessonBacktest
from lessonguard.lessons.model import Mode, Watch
from tests.support.past import (
    PROVEN,
    backtest,
    change,
    commented,
    found,
    noisy,
    past,
    quiet,
    report,
    with_rule,
)
from tests.support.report import CACHE, TIMEOUT


def verdict_on(count: int, mode: Mode = Mode.COMMENT, **fields: object) -> str:
    """Return the verdict on a lesson that spoke on so many changes."""
    about = backtest(replace(PROVEN, mode=mode), *noisy(1).commented[:count])
    return verdict(about, report(about, **{"head": None, **fields}))


@pytest.mark.parametrize(
    ("words", "count", "fields"),
    [
        ("INC-245 would have commented on 3 of the last 500 merges.", 3, {}),
        ("INC-245 would have commented on none of the last 500 merges.", 0, {}),
        ("INC-245 would have blocked 3 of the last 500 merges.", 3, {"mode": Mode.BLOCK}),
        (
            "INC-245 would have silently recorded 1 of the last 500 merges.",
            1,
            {"mode": Mode.MONITOR},
        ),
        (
            "INC-245 would have commented on 1 of the last 37 merges.",
            1,
            {"reached": 37, "stopped": "time limit"},
        ),
        ("INC-245 would have commented on the last merge.", 1, {"past": past(1), "reached": 1}),
        ("INC-245 would have commented on nothing in the last merge.", 0, {"past": past(1), "reached": 1}),
        ("There is no past change to replay yet.", 0, {"past": past(0), "reached": 0, "head": "a" * 40}),
        (
            "There is no past change to replay in v1..v1.",
            0,
            {"past": past(0, limit=None, branch="v1..v1"), "reached": 0},
        ),
        ("INC-245 was not tried on any merge yet.", 0, {"reached": 0, "stopped": "interrupted"}),
        (
            "INC-245 would have commented on 1 of the 9 commits since 2026-01-01.",
            1,
            {
                "past": past(9, limit=None, since=date(2026, 1, 1), are_merges=False),
                "reached": 9,
            },
        ),
        (
            "INC-245 would have commented on 1 of the 9 merges in v1..v2.",
            1,
            {"past": past(9, limit=None, branch="v1..v2"), "reached": 9},
        ),
    ],
)
def test_the_verdict_is_a_sentence(words: str, count: int, fields: dict[str, object]) -> None:
    assert verdict_on(count, **fields) == words  # type: ignore[arg-type] # a table of keywords


@pytest.mark.parametrize(
    ("words", "today", "fields"),
    [
        ("; it matches nothing today.", 0, {}),
        ("; it matches 1 place today.", 1, {}),
        (
            "; it matches 2 places today, in the 300 of 1,999 files checked.",
            2,
            {"files_checked": 300},
        ),
        (".", 0, {"files_checked": 0, "stopped": "interrupted"}),
        (".", 0, {"head": None}),
    ],
)
def test_the_verdict_ends_with_today(words: str, today: int, fields: dict[str, object]) -> None:
    about = backtest(PROVEN, today=(found("a.py", 1),) * today)

    assert verdict(about, report(about, **fields)) == (
        f"INC-245 would have commented on none of the last 500 merges{words}"
    )


def test_a_cause_that_was_found_is_in_the_verdict() -> None:
    one = backtest(PROVEN, commented(3, found("a.py", 1)), cause=Cause.FOUND, caused_by=change(3))

    assert verdict(one, report(one, head=None)).endswith(
        "1 of the last 500 merges, the one that caused INC-245."
    )
    assert cause_words(one, past()) == ""


MISSED = (
    "None of these introduced the bad code of 4f1c2d9aa: the code was there before, or the rule does not "
    "find it: see `lessonguard prove`."
)


NOT_HERE = "The commit with its bad code, 4f1c2d9aa, is not in this history"


ELSEWHERE = f"{NOT_HERE}, so the merge that caused it is not known."


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause.NO_PROOF, ""),
        (Cause.EARLIER, "The merge that caused it is older than these: replay more with --last or --since."),
        (Cause.MISSED, MISSED),
        (Cause.ELSEWHERE, ELSEWHERE),
    ],
)
def test_a_cause_that_was_not_found_is_explained(cause: Cause, words: str) -> None:
    assert cause_words(backtest(PROVEN, cause=cause), past()) == words


def lesson_that(kind: str) -> LessonBacktest:
    monitoring = with_rule(CACHE)
    return {
        "never matches": backtest(PROVEN),
        "matches today": backtest(PROVEN, today=(found("a.py", 1),)),
        "is quiet": quiet(),
        "is quiet and monitors": backtest(monitoring, commented(3, found("a.py", 1))),
        "is busy": backtest(PROVEN, *noisy(20).commented),
        "is noisy": noisy(),
        "is noisy and monitors": backtest(monitoring, *noisy().commented),
        "only watches": backtest(replace(TIMEOUT, watch=Watch(paths=("a",)))),
    }[kind]


MONITOR = "or start with `mode: monitor`, which records findings and posts no comment."


BUSY = "Busy: it comments on one merge in 25. If most of these places are fine, narrow the rule with "


NOISY = "Noisy: it comments on one merge in 9. People stop reading so many comments: narrow the rule with "


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "never matches",
            "Nothing matches here, past or present: `lessonguard prove INC-245` shows whether it works.",
        ),
        ("matches today", "Quiet: nobody has added such code in these merges."),
        ("is quiet", "Quiet: it comments rarely enough that people will read it."),
        ("is quiet and monitors", "Quiet enough for `mode: comment`."),
        ("is busy", f"{BUSY}`pattern-not` or `paths`, {MONITOR}"),
        ("is noisy", f"{NOISY}`pattern-not` or `paths`, {MONITOR}"),
        ("is noisy and monitors", f"{NOISY}`pattern-not` or `paths` before it leaves `mode: monitor`."),
        ("only watches", ""),
    ],
)
def test_there_is_advice_for_every_kind_of_noise(kind: str, words: str) -> None:
    assert advice(lesson_that(kind), report(lesson_that(kind))) == words


def test_there_is_no_advice_if_no_change_was_replayed() -> None:
    silent = backtest(PROVEN, today=(found("a.py", 1),), replayed=0)

    assert advice(silent, report(silent, past=past(0), reached=0)) == ""
    assert cause_words(replace(silent, cause=Cause.EARLIER), past(0)) == ""


def test_there_is_no_advice_without_comments_if_the_replay_ended_early() -> None:
    silent = backtest(PROVEN)

    assert advice(silent, report(silent, reached=9, stopped="interrupted")) == ""


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("", {}),
        ("Interrupted after 213 of 500 merges", {"reached": 213, "stopped": "interrupted"}),
        ("Out of time after 213 of 500 merges", {"reached": 213, "stopped": "time limit"}),
        (
            "Interrupted before today's files were checked",
            {"files_checked": 0, "stopped": "interrupted"},
        ),
        ("Interrupted after 300 of today's 1,999 files", {"files_checked": 300, "stopped": "interrupted"}),
    ],
)
def test_a_report_states_that_it_ended_early(words: str, fields: dict[str, object]) -> None:
    assert stop_words(report(quiet(), **fields)) == words


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("500 merges into origin/main, 2025-01-06 to 2026-05-20", {}),
        ("1 merge into origin/main, 2026-05-20", {"past": past(1), "reached": 1}),
        ("no merges into origin/main", {"past": past(0), "reached": 0}),
        (
            "2 commits in v1..v2, 2026-05-19 to 2026-05-20",
            {"past": past(2, are_merges=False, branch="v1..v2"), "reached": 2},
        ),
        ("1 commit on HEAD, 2026-05-20", {"past": past(1, are_merges=False, branch="HEAD"), "reached": 1}),
    ],
)
def test_a_report_states_what_was_replayed(words: str, fields: dict[str, object]) -> None:
    assert replayed_words(report(quiet(), **fields)) == words


@pytest.mark.parametrize(
    ("watched", "replayed", "words"),
    [
        (0, 500, "None of the last 500 merges touch a path that it watches."),
        (1, 500, "1 of the last 500 merges touches a path that it watches, and would have got a notice."),
        (3, 500, "3 of the last 500 merges touch a path that it watches, and would have got a notice."),
        (0, 0, ""),
    ],
)
def test_notices_about_watched_paths_are_counted(watched: int, replayed: int, words: str) -> None:
    watching = backtest(replace(TIMEOUT, watch=Watch(paths=("a",))), watched=watched, replayed=replayed)

    assert watch_words(watching, report(watching, reached=replayed)) == words
