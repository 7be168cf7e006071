"""What people and programs read of a backtest: whole outputs, hostile text, and the words of the verdict."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lessonguard.authoring.backtest.json import render_backtest_json
from lessonguard.authoring.backtest.markdown import render_backtest_markdown
from lessonguard.authoring.backtest.phrases import advice, cause_words, replayed_words, stop_words, verdict
from lessonguard.authoring.backtest.result import BacktestReport, Cause, LessonBacktest
from lessonguard.authoring.backtest.text import render_backtest
from lessonguard.git.changes import CommitId, short
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Mode, Watch
from lessonguard.output.terminal import column_width
from lessonguard.semgrep.interface import Unchecked
from tests.support.gfm import LINKING, Page
from tests.support.past import (
    PROVEN,
    backtest,
    change,
    commented,
    found,
    full,
    noisy,
    past,
    quiet,
    report,
    with_rule,
)
from tests.support.report import CACHE, LOCK, TIMEOUT, expected, hostile_text

SCHEMA = json.loads((Path(__file__).parents[3] / "schema" / "backtest.schema.json").read_text("utf-8"))
REPORTS: Mapping[str, Callable[[], BacktestReport]] = {
    "one": lambda: report(quiet()),
    "noisy": lambda: report(noisy()),
    "full": full,
    "none": lambda: report(past=past(0), reached=0),
}


# Whole outputs --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPORTS)
def test_text_is_as_people_have_approved_it(name: str) -> None:
    assert render_backtest(REPORTS[name](), width=80, colour=False) == expected(f"backtest_{name}.txt")


@pytest.mark.parametrize("name", REPORTS)
def test_markdown_is_as_people_have_approved_it(name: str) -> None:
    assert render_backtest_markdown(REPORTS[name]()) == expected(f"backtest_{name}.md")


def test_json_is_as_documented() -> None:
    assert render_backtest_json(report(quiet())) == expected("backtest_one.json")


@pytest.mark.parametrize("name", REPORTS)
def test_json_satisfies_the_committed_schema(name: str) -> None:
    validator = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)

    validator.validate(json.loads(render_backtest_json(REPORTS[name]())))


def test_the_schema_is_valid_and_knows_every_key() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    document = json.loads(render_backtest_json(full()))
    kinds = {"lesson": document["lessons"][0], "change": document["newest"]}
    kinds |= {"spoken": document["lessons"][0]["spoken"][0], "standing": document["lessons"][0]["today"][0]}
    kinds |= {"unchecked": document["lessons"][2]["unchecked"][0]}

    assert set(document) == set(SCHEMA["properties"])
    assert {name: set(kind) for name, kind in kinds.items()} == {
        name: set(SCHEMA["$defs"][name]["properties"]) for name in kinds
    }


def test_colour_changes_nothing_but_colour() -> None:
    plain = render_backtest(full(), width=80, colour=False)
    coloured = render_backtest(full(), width=80, colour=True)

    assert "\x1b[" in coloured
    assert _without_colour(coloured) == plain


@pytest.mark.parametrize("width", [60, 80, 132])
def test_lines_fit_but_for_paths(width: int) -> None:
    lines = render_backtest(full(), width=width, colour=False).splitlines()

    assert {line for line in lines if column_width(line) > width and ".py:" not in line} == set()


def test_the_cause_is_listed_however_old_it_is() -> None:
    said = [commented(number, found("a.py", 1)) for number in range(0, 400, 2)]
    about = backtest(PROVEN, *said, cause=Cause.FOUND, caused_by=change(390))

    text = render_backtest(report(about), width=80, colour=False)

    assert short(change(390).commit) in text
    assert text.count("◆") == 2  # once in the strip


def test_markdown_that_is_too_long_leaves_out_whole_lessons() -> None:
    about = [backtest(replace(PROVEN, incident=f"INC-{number}"), *noisy().commented) for number in range(50)]  # type: ignore[arg-type]

    text = render_backtest_markdown(report(*about), limit=5_000)

    assert len(text) <= 5_000
    assert "lessons are left out." in text
    assert Page(text).faults == [fault for fault in Page(text).faults if "table" in fault or "<t" in fault]


# Hostile text ---------------------------------------------------------------------------------


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


@given(hostile_reports())
def test_terminals_get_nothing_to_obey(hostile: BacktestReport) -> None:
    text = render_backtest(hostile, width=80, colour=False)

    left = {character for character in text if not character.isprintable()} - {"\n"}
    assert {character for character in left if category(character) != "Zs"} == set()  # blanks are no orders


@given(hostile_reports())
def test_markdown_shows_hostile_text_as_text(hostile: BacktestReport) -> None:
    page = Page(render_backtest_markdown(hostile))

    ours = {"table", "thead", "tbody", "tr", "th", "td"}
    assert {fault for fault in page.faults if fault not in {f"<{tag}> is not ours" for tag in ours}} == set()
    assert [words for words in page.prose if LINKING.search(words)] == []
    assert page.addresses == []


@given(hostile_reports())
def test_json_stays_json(hostile: BacktestReport) -> None:
    document = json.loads(render_backtest_json(hostile))

    Draft202012Validator(SCHEMA).validate(document)


# The words ------------------------------------------------------------------------------------


def said(count: int, mode: Mode = Mode.COMMENT, **fields: object) -> str:
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
        ("INC-245 had no merges to check.", 0, {"past": past(0), "reached": 0}),
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
    assert said(count, **fields) == words  # type: ignore[arg-type] # a table of keywords


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
        (Cause.UNTOLD, ""),
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


def test_there_is_no_advice_on_a_silence_that_ended_early() -> None:
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
def test_ending_early_is_said(words: str, fields: dict[str, object]) -> None:
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
def test_what_was_replayed_is_said(words: str, fields: dict[str, object]) -> None:
    assert replayed_words(report(quiet(), **fields)) == words


def test_a_lesson_in_another_mode_says_so_in_the_heading() -> None:
    text = render_backtest(report(backtest(with_rule(LOCK, mode=Mode.BLOCK))), width=80, colour=False)

    assert "INC-231 · 2026-03-02 · P2 · blocks" in text


def test_files_of_commits_with_long_names_fit() -> None:
    longer = replace(change(3), commit=CommitId("a" * 64), base=CommitId("b" * 64))
    about = backtest(PROVEN, replace(commented(3, found("a.py", 1)), change=longer))
    changes = tuple(longer if number == 3 else each for number, each in enumerate(past().changes))

    document = json.loads(render_backtest_json(report(about, past=replace(past(), changes=changes))))

    Draft202012Validator(SCHEMA).validate(document)


def _without_colour(text: str) -> str:
    while "\x1b[" in text:
        before, _, rest = text.partition("\x1b[")
        text = before + rest.partition("m")[2]
    return text
