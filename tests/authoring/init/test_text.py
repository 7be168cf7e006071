"""What `lessonguard init` did, as a person reads it at a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lessonguard.authoring.init.result import Left, Made, Started
from lessonguard.authoring.init.text import languages_words, render_started
from lessonguard.errors import UsageError

_STARTED = Started(
    made=(
        Made(path="lessons/README.md", about="says what belongs there", is_new=True),
        Made(path="lessons/cloudflare-2019-07-regex.yaml", about="catastrophic-backtracking", is_new=True),
        Made(path="lessons/ours.yaml", about="destructive-command-scope", is_new=False),
        Made(path=".github/workflows/lessonguard.yml", about="reviews each pull request", is_new=True),
    ),
    directory="",
    to_commit=("lessons", ".github/workflows/lessonguard.yml"),
    options="",
    lessons=2,
    languages={"python": 12, "yaml": 1},
    left=Left(starters=1, hook=True),
    is_unmet=False,
    has_history=True,
    to_fill_in=".github/workflows/lessonguard.yml",
    failure=None,
)
_FULL = """\
Wrote:
  lessons/README.md                      says what belongs there
  lessons/cloudflare-2019-07-regex.yaml  catastrophic-backtracking
  .github/workflows/lessonguard.yml      reviews each pull request

There before, and left alone:
  lessons/ours.yaml  destructive-command-scope

In .github/workflows/lessonguard.yml, put for OWNER whoever publishes the action
that you use.

Next:
  git add lessons .github/workflows/lessonguard.yml
                                     and commit: lessons judge once they are on
                                     the default branch
  lessonguard check                  tries every rule on its examples
  lessonguard backtest --last 200    says where the lessons would have spoken,
                                     and what they match today
  lessonguard init --starter --hook  adds 1 more lesson of public incidents, a
                                     look at each push before it happens
  lessonguard new INC-245            after the next postmortem
"""
_NOTHING = """\
Nothing to do: it is all here.

There before, and left alone:
  lessons/README.md  says what belongs there

Next:
  lessonguard new INC-245  writes the first lesson of your own
"""


def _nothing(started: Started = _STARTED) -> Started:
    kept = replace(started.made[0], is_new=False)
    return replace(started, made=(kept,), to_commit=(), lessons=0, left=Left(), to_fill_in="")


def test_it_is_said_file_by_file_and_then_what_to_do() -> None:
    assert render_started(_STARTED, width=80, colour=False) == _FULL


def test_where_all_is_there_that_is_said_first() -> None:
    assert render_started(_nothing(), width=80, colour=False) == _NOTHING


def test_it_is_not_all_there_if_something_could_not_be_made() -> None:
    started = replace(_nothing(), failure=UsageError("No hook."))

    assert render_started(started, width=80, colour=False).startswith("There before, and left alone:\n")


def test_where_nothing_could_be_made_only_the_error_speaks() -> None:
    started = replace(_STARTED, made=(), to_commit=(), failure=UsageError("No folder."))

    assert render_started(started, width=80, colour=False) == ""


def test_commands_say_where_if_that_is_not_here() -> None:
    options = " --lessons-folder 'our lessons' -C shop"
    started = replace(_STARTED, directory="my shop", to_commit=("our lessons",), options=options)

    text = render_started(started, width=100, colour=False)

    assert "  git -C 'my shop' add 'our lessons' " in text
    for command in ("check", "backtest --last 200", "init --starter --hook", "new INC-245"):
        assert f"  lessonguard {command}{options}" in text


def test_what_is_not_committed_yet_has_no_past() -> None:
    assert "backtest" not in render_started(replace(_STARTED, has_history=False), width=80, colour=False)


@pytest.mark.parametrize(
    ("languages", "words"),
    [
        ({}, "There is no code here yet, so no lesson was chosen."),
        ({"julia": 1}, "none that was asked for looks at what is here, julia (1 file)."),
    ],
)
def test_lessons_that_were_asked_for_and_are_not_there_are_told(
    languages: dict[str, int], words: str
) -> None:
    started = replace(_STARTED, languages=languages, is_unmet=True)

    assert words in " ".join(render_started(started, width=80, colour=False).split())


def test_many_languages_are_cut_short() -> None:
    many = {f"language{number}": number for number in range(1, 9)}

    assert languages_words(many).endswith("language6 (6 files), …")


@pytest.mark.parametrize("width", [20, 48, 80, 200])
def test_no_line_is_wider_than_the_terminal_unless_it_is_a_command(width: int) -> None:
    lines = render_started(_STARTED, width=width, colour=False).splitlines()

    assert max(len(line) for line in lines if "lessonguard" not in line) <= max(48, min(width, 100))


def test_a_path_is_whole_and_what_it_is_about_gives_way() -> None:
    made = [
        Made(path=f"lessons/{'x' * size}", about="catastrophic-backtracking", is_new=True)
        for size in (40, 60, 90)
    ]

    lines = render_started(replace(_STARTED, made=tuple(made)), width=80, colour=False).splitlines()

    assert lines[1:4] == [
        f"  lessons/{'x' * 40}  catastrophic-backtracking",
        f"  lessons/{'x' * 60}  catastr…",
        f"  lessons/{'x' * 90}",
    ]


def test_colour_is_all_that_colour_changes() -> None:
    coloured = render_started(_STARTED, width=80, colour=True)

    assert "\x1b[1mWrote:\x1b[0m" in coloured
    assert coloured.replace("\x1b[1m", "").replace("\x1b[0m", "") == _FULL


def test_names_of_files_are_made_visible() -> None:
    made = Made(path="lessons/\x1b[2J.yaml", about="x\u202e", is_new=False)
    started = replace(_STARTED, made=(made,), to_commit=("a\x1bb",), to_fill_in="\x1b")

    assert not {"\x1b", "\u202e"} & set(render_started(started, width=80, colour=False))
