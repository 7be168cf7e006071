"""`lessonguard list`, `show` and `export`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lessonguard.output.terminal import column_width
from tests.support.cli import lessonguard
from tests.support.repo import Repo
from tests.support.terminal import Terminal

ROOT = Path(__file__).parents[2]
_NO_LESSONS = (
    "There are no lessons in {}/. Copy some with `lessonguard init --starter`, "
    "or write one with `lessonguard new INCIDENT`.\n"
)
LESSONS = Path(__file__).parents[1] / "cases" / "change_lessons"


def test_list_has_a_line_for_each_lesson_and_counts_them() -> None:
    outcome = lessonguard("list", "--lessons", str(LESSONS), cwd=ROOT)

    assert outcome.stdout.splitlines() == [
        "LOCK     2026-02-03  P0  comment  race-condition     Customers were charged twice",
        "SHELL    2026-01-15  P0  comment  destructive-shell  A clean-up script removed the whole disk",
        "TIMEOUT  2026-05-14  P1  block    missing-timeout    Checkout hung when the payments API stalled",
        "",
        "3 lessons",
    ]


def test_list_fits_the_terminal() -> None:
    with Terminal("list", "--lessons", "builtin", cwd=ROOT) as terminal:
        assert terminal.end() == 0

    assert max(map(column_width, terminal.text.splitlines())) <= 80
    assert "…" not in terminal.text


def test_list_names_invalid_lessons_and_shows_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_bytes((LESSONS / "LOCK.yaml").read_bytes())
    (tmp_path / "bad.yaml").write_text("incident: [\n", encoding="utf-8")

    outcome = lessonguard("list", "--lessons", str(tmp_path), cwd=ROOT, expect=2)

    assert outcome.stdout.startswith("LOCK ")
    assert "bad.yaml:" in outcome.stderr


@pytest.mark.parametrize("command", ["list", "check", "prove", "backtest"])
def test_an_empty_folder_is_told_in_the_same_words_with_the_next_step(tmp_path: Path, command: str) -> None:
    repo = Repo(tmp_path).write({"lessons/README.md": ""})
    repo.commit("Begin")

    outcome = lessonguard(command, cwd=tmp_path)

    assert (outcome.stdout, outcome.stderr) == (_NO_LESSONS.format("lessons"), "")


def test_an_empty_folder_is_called_as_it_was_given(tmp_path: Path) -> None:
    Repo(tmp_path).write({"drafts/README.md": ""}).commit("Begin")

    for arguments in (["list", "--lessons", "drafts/"], ["check", "drafts"], ["prove", "./drafts"]):
        output = lessonguard(*arguments, cwd=tmp_path).stdout
        assert output == _NO_LESSONS.format(arguments[-1].rstrip("/"))


def test_show_prints_the_whole_lesson() -> None:
    outcome = lessonguard("show", "TIMEOUT", "--lessons", str(LESSONS), cwd=ROOT)

    expected = (Path(__file__).parents[1] / "cases" / "show_text.txt").read_text(encoding="utf-8")
    assert outcome.stdout == expected.replace("LESSONS", LESSONS.as_posix())


def test_show_of_an_unknown_incident_suggests_a_known_one() -> None:
    outcome = lessonguard("show", "TIMEOUTS", "--lessons", str(LESSONS), cwd=ROOT, expect=2)

    assert outcome.stderr == "error: There is no lesson about TIMEOUTS.\nhint: Did you mean TIMEOUT?\n"


def test_show_of_an_unknown_incident_names_the_command_that_lists() -> None:
    outcome = lessonguard("show", "zzz", "--lessons", str(LESSONS), cwd=ROOT, expect=2)

    assert "`lessonguard list`" in outcome.stderr


def test_export_is_one_configuration_that_says_which_incident_a_rule_is_from() -> None:
    rules = json.loads(lessonguard("export", "--lessons", str(LESSONS), cwd=ROOT).stdout)["rules"]

    assert [rule["metadata"]["incident"] for rule in rules] == ["LOCK", "SHELL", "TIMEOUT"]
    assert all(rule["message"].endswith(f"({rule['metadata']['incident']})") for rule in rules)
