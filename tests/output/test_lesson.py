"""Lessons as a person reads them at a terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from textwrap import dedent, indent

import pytest

from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Lesson, Proof, Remediation, RemediationKind, Timeline, Watch
from lessonguard.output.lesson import detection_gap, render_lesson, render_lessons

LESSONS = Path(__file__).parents[1] / "cases" / "change_lessons"
CELLS = "TIMEOUT  2026-05-14  P1  block    missing-timeout"
BEGAN = datetime(2026, 5, 14, 9, 0, tzinfo=timezone.utc)


@pytest.fixture
def lesson() -> Lesson:
    """Give a lesson with every optional part."""
    item = Remediation(
        kind=RemediationKind.TEST,
        failure_mode="stalled upstream holds a worker",
        owner="@acme/payments",
        due=date(2026, 5, 28),
        validation="tests/test_gateway.py::test_stalled_upstream",
    )
    return replace(
        load_folder(LESSONS, name="lessons").lessons[-1],
        timeline=Timeline(began=BEGAN, detected=BEGAN + timedelta(minutes=9)),
        proof=Proof(broken="4f1c2d9", fixed="9a7b3e1"),
        watch=Watch(paths=("billing/**",)),
        remediation=(item, replace(item, done=date(2026, 5, 25))),
    )


def test_a_whole_lesson_shows_origin_proof_and_remediation(lesson: Lesson) -> None:
    assert render_lesson(lesson, width=80, colour=False).split("\n\n", 2)[2] == indent(
        dedent("""\
          Timeline       noticed after 9 min
          Lesson         lessons/TIMEOUT.yaml
          Rule           TIMEOUT for python, line 12 of the lesson
          Watched        billing/**
          Proof          found at 4f1c2d9, not found at 9a7b3e1

          Follow-up      due 2026-05-28, test, @acme/payments: stalled upstream holds a
                         worker
                         seen by tests/test_gateway.py::test_stalled_upstream
          Follow-up      done 2026-05-25, test, @acme/payments: stalled upstream holds a
                         worker
                         seen by tests/test_gateway.py::test_stalled_upstream
        """),
        "  ",
    )


def test_colour_only_adds_escape_sequences(lesson: Lesson) -> None:
    coloured = render_lesson(lesson, width=80, colour=True)

    assert "\x1b[1mTIMEOUT\x1b[0m" in coloured
    assert "\x1b" not in render_lesson(lesson, width=80, colour=False)


@pytest.mark.parametrize(
    ("detected", "stabilized", "words"),
    [
        (0, 41, "noticed at once, under control after 41 min"),
        (90, 120, "noticed after 1 h 30 min, under control after 2 h"),
        (None, 3, "under control after 3 min"),
        (None, None, ""),
    ],
)
def test_detection_gap_is_told_in_hours_and_minutes(
    detected: int | None, stabilized: int | None, words: str
) -> None:
    times = [
        None if minutes is None else BEGAN + timedelta(minutes=minutes) for minutes in (detected, stabilized)
    ]

    assert detection_gap(Timeline(began=BEGAN, detected=times[0], stabilized=times[1])) == words


def test_detection_gap_is_not_guessed() -> None:
    assert detection_gap(None) == ""
    assert detection_gap(Timeline(detected=BEGAN)) == ""


def test_commits_of_a_proof_have_the_length_that_they_have_everywhere(lesson: Lesson) -> None:
    proven = replace(lesson, proof=Proof(broken="4f1c2d9a" * 5, fixed="9a7b3e1c4d55"))

    text = render_lesson(proven, width=80, colour=False)

    assert "found at 4f1c2d9a4f, not found at 9a7b3e1c4d" in text


def test_the_path_of_a_lesson_is_not_broken_however_long_it_is(lesson: Lesson) -> None:
    path = "a-checkout-in-a-folder-with-a-long-name/" * 3 + "lessons/TIMEOUT.yaml"

    lines = render_lesson(replace(lesson, path=path), width=80, colour=False).splitlines()

    assert f"  Lesson         {path}" in lines


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (120, [f"{CELLS}    Checkout hung when the payments API stalled"]),
        (94, [f"{CELLS}    Checkout hung when the payments API stal…"]),
        (80, [CELLS, "  Checkout hung when the payments API stalled"]),
        (40, ["TIMEOUT  2026-05-14  P1  block", "  Checkout hung when the payments API", "  stalled"]),
    ],
)
def test_a_title_in_the_list_is_never_cut_to_a_few_words(width: int, lines: list[str]) -> None:
    library = load_folder(LESSONS, name="lessons")

    text = render_lessons(library, width=width, colour=False)

    assert text.splitlines()[-len(lines) - 2 : -2] == lines


def test_the_list_without_a_width_has_whole_titles() -> None:
    library = load_folder(LESSONS, name="lessons")
    title = "Checkout hung when the payments API stalled " * 9
    long = replace(library, lessons=(replace(library.lessons[0], title=title.strip()),))

    assert title.strip() in render_lessons(long, width=None, colour=False)
