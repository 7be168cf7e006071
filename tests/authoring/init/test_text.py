"""What `lessonguard init` did, as a person reads it at a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lessonguard.authoring.init.result import InitResult, Remaining, SetUpFile
from lessonguard.authoring.init.text import language_counts, render_init
from lessonguard.errors import UsageError

_RESULT = InitResult(
    files=(
        SetUpFile(path="lessons/README.md", about="explains the folder", is_new=True),
        SetUpFile(
            path="lessons/cloudflare-2019-07-regex.yaml", about="catastrophic-backtracking", is_new=True
        ),
        SetUpFile(path="lessons/ours.yaml", about="destructive-command-scope", is_new=False),
        SetUpFile(path=".github/workflows/lessonguard.yml", about="reviews each pull request", is_new=True),
    ),
    directory="",
    to_commit=("lessons", ".github/workflows/lessonguard.yml"),
    options="",
    lessons=2,
    languages={"python": 12, "yaml": 1},
    remaining=Remaining(starters=1, hook=True),
    no_starter_fits=False,
    has_history=True,
    workflow_to_edit=".github/workflows/lessonguard.yml",
    failure=None,
)
_FULL = """\
Wrote:
  lessons/README.md                      explains the folder
  lessons/cloudflare-2019-07-regex.yaml  catastrophic-backtracking
  .github/workflows/lessonguard.yml      reviews each pull request

Already here, not changed:
  lessons/ours.yaml  destructive-command-scope

In .github/workflows/lessonguard.yml, replace OWNER with the GitHub account that
publishes the action.

Next:
  git add lessons .github/workflows/lessonguard.yml
                                     and commit: lessons take effect once they
                                     are merged
  lessonguard check                  runs every rule on its examples
  lessonguard backtest --last 200    shows which past changes would have got a
                                     comment, and what matches today
  lessonguard init --starter --hook  copies 1 more lesson of public incidents,
                                     checks each push before it leaves
  lessonguard new INC-245            after the next postmortem
"""
_NOTHING = """\
Nothing to do: everything is already here.

Already here, not changed:
  lessons/README.md  explains the folder

Next:
  lessonguard new INC-245  writes your first lesson
"""


def _nothing(result: InitResult = _RESULT) -> InitResult:
    kept = replace(result.files[0], is_new=False)
    return replace(result, files=(kept,), to_commit=(), lessons=0, remaining=Remaining(), workflow_to_edit="")


def test_the_output_lists_files_and_then_next_steps() -> None:
    assert render_init(_RESULT, width=80, colour=False) == _FULL


def test_that_nothing_is_to_do_comes_first() -> None:
    assert render_init(_nothing(), width=80, colour=False) == _NOTHING


def test_after_a_failure_it_does_not_say_that_nothing_is_to_do() -> None:
    result = replace(_nothing(), failure=UsageError("No hook."))

    assert render_init(result, width=80, colour=False).startswith("Already here, not changed:\n")


def test_a_failure_alone_has_no_output_but_the_error() -> None:
    result = replace(_RESULT, files=(), to_commit=(), failure=UsageError("No folder."))

    assert render_init(result, width=80, colour=False) == ""


def test_commands_name_the_folder_if_it_is_elsewhere() -> None:
    options = " --lessons-folder 'our lessons' -C shop"
    result = replace(_RESULT, directory="my shop", to_commit=("our lessons",), options=options)

    text = render_init(result, width=100, colour=False)

    assert "  git -C 'my shop' add 'our lessons' " in text
    for command in ("check", "backtest --last 200", "init --starter --hook", "new INC-245"):
        assert f"  lessonguard {command}{options}" in text


def test_without_history_there_is_no_backtest() -> None:
    assert "backtest" not in render_init(replace(_RESULT, has_history=False), width=80, colour=False)


@pytest.mark.parametrize(
    ("languages", "words"),
    [
        ({}, "There is no code here yet, so no lesson was copied."),
        ({"julia": 1}, "none of those that you asked for fits the code here, julia (1 file)."),
    ],
)
def test_the_output_says_why_no_lesson_was_copied(languages: dict[str, int], words: str) -> None:
    result = replace(_RESULT, languages=languages, no_starter_fits=True)

    assert words in " ".join(render_init(result, width=80, colour=False).split())


def test_many_languages_are_cut_short() -> None:
    many = {f"language{number}": number for number in range(1, 9)}

    assert language_counts(many).endswith("language6 (6 files), …")


@pytest.mark.parametrize("width", [20, 48, 80, 200])
def test_no_line_is_wider_than_the_terminal_unless_it_is_a_command(width: int) -> None:
    lines = render_init(_RESULT, width=width, colour=False).splitlines()

    assert max(len(line) for line in lines if "lessonguard" not in line) <= max(48, min(width, 100))


def test_a_path_is_whole_and_what_it_is_about_gives_way() -> None:
    files = [
        SetUpFile(path=f"lessons/{'x' * size}", about="catastrophic-backtracking", is_new=True)
        for size in (40, 60, 90)
    ]

    lines = render_init(replace(_RESULT, files=tuple(files)), width=80, colour=False).splitlines()

    assert lines[1:4] == [
        f"  lessons/{'x' * 40}  catastrophic-backtracking",
        f"  lessons/{'x' * 60}  catastr…",
        f"  lessons/{'x' * 90}",
    ]


def test_colour_is_all_that_colour_changes() -> None:
    coloured = render_init(_RESULT, width=80, colour=True)

    assert "\x1b[1mWrote:\x1b[0m" in coloured
    assert coloured.replace("\x1b[1m", "").replace("\x1b[0m", "") == _FULL


def test_names_of_files_are_made_visible() -> None:
    file = SetUpFile(path="lessons/\x1b[2J.yaml", about="x\u202e", is_new=False)
    result = replace(_RESULT, files=(file,), to_commit=("a\x1bb",), workflow_to_edit="\x1b")

    assert not {"\x1b", "\u202e"} & set(render_init(result, width=80, colour=False))
