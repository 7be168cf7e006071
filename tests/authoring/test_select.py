"""A lesson is named the same way in every command: by ID or by path, finished or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.authoring.select import Selection, select_lessons
from lessonguard.errors import LessonError, UsageError
from lessonguard.git.repository import Repository
from tests.support.cli import Outcome, lessonguard
from tests.support.repo import Repo

COMMANDS = ("check", "prove", "backtest", "show")
LESSON = """\
incident: INC-1
title: Checkout hung
date: 2026-05-14
severity: P1
failure-class: missing-timeout
failure-mode: A call had no timeout.
root-cause: The client has no default timeout.
mitigation: Pass an explicit timeout.
invariant: Every call has a timeout.
rules:
  - languages: [python]
    pattern: requests.get($URL)
examples:
  - bad: requests.get(url)
    good: requests.get(url, timeout=5)
"""
UNFINISHED = "incident: INC-9\ntitle: TODO\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo(tmp_path_factory.mktemp("select") / "shop")
    repo.commit("Start", {"pay.py": "requests.get(url, timeout=5)\n"})
    repo.write(
        {
            "lessons/INC-1.yaml": LESSON,
            "lessons/old/second.yml": LESSON.replace("INC-1", "INC-2"),
            "lessons/unfinished.yaml": UNFINISHED,
            "lessons/INC-8.yaml": "incident: [\n",
            "lessons/notes.txt": LESSON,
            ".drafts/INC-3.yaml": LESSON.replace("INC-1", "INC-3"),
            "docs/.keep": "",
        }
    )
    return repo


def _run(command: str, name: str, *, cwd: Path, expect: int) -> Outcome:
    options = ["--last", "1"] if command == "backtest" else []
    return lessonguard(command, name, *options, cwd=cwd, expect=expect)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("name", "folder"),
    [
        pytest.param("INC-1", "", id="an incident"),
        pytest.param("INC-2", "docs", id="an incident, from another folder"),
        pytest.param("lessons/INC-1.yaml", "", id="a file"),
        pytest.param("lessons/old/second.yml", "", id="a file with the other ending"),
        pytest.param("lessons/old", "", id="a folder"),
        pytest.param(".drafts/INC-3.yaml", "", id="a file in a hidden folder"),
        pytest.param(".drafts", "", id="a hidden folder"),
        pytest.param("../.drafts/INC-3.yaml", "docs", id="a file, from another folder"),
    ],
)
def test_every_command_finds_a_finished_lesson(command: str, name: str, folder: str, shop: Repo) -> None:
    outcome = _run(command, name, cwd=shop.path / folder, expect=0)

    assert outcome.stderr == ""
    assert outcome.stdout


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("name", "place", "message"),
    [
        pytest.param("INC-9", "lessons/unfinished.yaml:1:1: ", 'the lesson has no "date"', id="an incident"),
        pytest.param(
            "lessons/unfinished.yaml",
            "lessons/unfinished.yaml:1:1: ",
            'the lesson has no "date"',
            id="a file",
        ),
        pytest.param(
            "INC-8", "lessons/INC-8.yaml:2:1: ", "this is not YAML", id="a file named after its incident"
        ),
    ],
)
def test_every_command_says_what_is_missing_in_an_unfinished_lesson(
    command: str, name: str, place: str, message: str, shop: Repo
) -> None:
    outcome = _run(command, name, cwd=shop.path, expect=2)

    assert place in outcome.stdout + outcome.stderr
    assert message in outcome.stdout + outcome.stderr


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "INC-11",
            "error: There is no lesson about INC-11.\nhint: Did you mean INC-1?\n",
            id="an incident that nothing is about",
        ),
        pytest.param(
            "zzz",
            "error: There is no lesson about zzz.\nhint: `lessonguard list` names the incidents.\n",
            id="a word",
        ),
        pytest.param(
            "lessons/INC-7.yaml",
            "error: There is no file or folder lessons/INC-7.yaml.\n"
            "hint: Check the spelling, and where you are.\n",
            id="a file that is not there",
        ),
        pytest.param(
            "lessons/notes.txt",
            "error: lessons/notes.txt is not a lesson file: its name must end in .yaml or .yml.\n"
            "hint: Rename it to notes.yaml.\n",
            id="a copy with another ending",
        ),
        pytest.param(
            "notes.txt",
            "error: notes.txt is not a lesson file: its name must end in .yaml or .yml.\n"
            "hint: Rename it to notes.yaml.\n",
            id="a copy with another ending, beside it",
        ),
    ],
)
def test_every_command_refuses_what_is_no_lesson_in_the_same_words(
    command: str, name: str, message: str, shop: Repo
) -> None:
    folder = "lessons" if name == "notes.txt" else ""

    outcome = _run(command, name, cwd=shop.path / folder, expect=2)

    assert outcome.stderr == message
    assert outcome.stdout == ""


def _select(shop: Repo, *names: str, lessons: Path | None = None) -> Selection:
    with Repository.open(shop.path) as repository:
        return select_lessons(
            names, directory=shop.path, folder="lessons", lessons=lessons, repository=repository
        )


def test_without_a_name_all_files_of_the_folder_are_meant(shop: Repo) -> None:
    selection = _select(shop)

    assert selection.names == {
        "lessons/INC-1.yaml",
        "lessons/INC-8.yaml",
        "lessons/old/second.yml",
        "lessons/unfinished.yaml",
    }
    assert [lesson.incident for lesson in selection.lessons] == ["INC-1", "INC-2"]
    assert {fault.path for fault in selection.faults} == {"lessons/INC-8.yaml", "lessons/unfinished.yaml"}
    assert selection.is_all


def test_faults_of_files_that_are_not_meant_are_left_out(shop: Repo) -> None:
    selection = _select(shop, "INC-1", "INC-1", "lessons/INC-1.yaml")

    assert selection.names == {"lessons/INC-1.yaml"}
    assert selection.faults == ()
    assert [lesson.incident for lesson in selection.to_library().lessons] == ["INC-1"]
    assert not selection.is_all


def test_an_incident_is_found_that_was_copied_with_invisible_characters(shop: Repo, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(LESSON.replace("INC-1", "INC-20260514"), encoding="utf-8")

    selection = _select(shop, "INC-202605\u200b14\ufeff", lessons=tmp_path)

    assert [lesson.incident for lesson in selection.lessons] == ["INC-20260514"]


def test_two_files_about_one_incident_are_both_meant(shop: Repo, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(LESSON, encoding="utf-8")

    selection = _select(shop, "INC-1", lessons=tmp_path)

    assert {Path(name).name for name in selection.names} == {"a.yaml", "b.yaml"}
    assert [fault.code for fault in selection.faults] == ["duplicate"]


def test_another_folder_takes_the_place_of_the_repository_s_own(shop: Repo, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(LESSON.replace("INC-1", "INC-5"), encoding="utf-8")

    assert [lesson.incident for lesson in _select(shop, "INC-5", lessons=tmp_path).lessons] == ["INC-5"]
    with pytest.raises(UsageError, match="no lesson about INC-1"):
        _select(shop, "INC-1", lessons=tmp_path)


def test_a_bare_repository_has_the_lessons_of_its_head(shop: Repo, tmp_path: Path) -> None:
    shop = shop.clone(tmp_path / "shop")
    shop.commit("Learn", {"lessons/INC-1.yaml": LESSON, "lessons/b.yaml": UNFINISHED})
    bare = shop.clone(tmp_path / "bare", "--bare")

    every, one, unfinished = _select(bare), _select(bare, "INC-1"), _select(bare, "INC-9")

    assert every.names == {"lessons/INC-1.yaml", "lessons/b.yaml"}
    assert [lesson.path for lesson in one.lessons] == ["lessons/INC-1.yaml"]
    assert {fault.path for fault in unfinished.faults} == {"lessons/b.yaml"}


def test_a_folder_that_is_not_there_is_said(shop: Repo, tmp_path: Path) -> None:
    with pytest.raises(LessonError, match="there is no such folder"):
        _select(shop.clone(tmp_path / "shop"))
