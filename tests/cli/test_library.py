"""`lessonguard list`, `show` and `export`, and what all commands share."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import LESSONGUARD, lessonguard

ROOT = Path(__file__).parents[2]
LESSONS = Path(__file__).parents[1] / "cases" / "change_lessons"
COMMANDS = ("scan", "list", "show", "export", "demo")


def test_list_has_a_line_for_each_lesson_and_counts_them() -> None:
    outcome = lessonguard("list", "--lessons", str(LESSONS), cwd=ROOT)

    assert outcome.stdout.splitlines() == [
        "LOCK     2026-02-03  P0  comment  race-condition     Customers were charged twi…",
        "SHELL    2026-01-15  P0  comment  destructive-shell  A clean-up script removed …",
        "TIMEOUT  2026-05-14  P1  block    missing-timeout    Checkout hung when the pay…",
        "",
        "3 lessons",
    ]


def test_list_names_invalid_lessons_and_shows_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_bytes((LESSONS / "LOCK.yaml").read_bytes())
    (tmp_path / "bad.yaml").write_text("incident: [\n", encoding="utf-8")

    outcome = lessonguard("list", "--lessons", str(tmp_path), cwd=ROOT, expect=2)

    assert outcome.stdout.startswith("LOCK ")
    assert "bad.yaml:" in outcome.stderr


def test_list_of_an_empty_folder_says_so(tmp_path: Path) -> None:
    assert lessonguard("list", "--lessons", str(tmp_path), cwd=ROOT).stdout == "no lessons\n"


def test_show_tells_the_whole_lesson() -> None:
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


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_has_an_example(command: str) -> None:
    outcome = lessonguard(command, "--help", cwd=ROOT)

    assert "Example" in outcome.stdout
    assert f"lessonguard {command}" in outcome.stdout


def test_help_lists_the_commands() -> None:
    outcome = lessonguard("--help", cwd=ROOT)

    assert all(f"  {command} " in outcome.stdout for command in COMMANDS)


def test_version_is_told() -> None:
    assert lessonguard("--version", cwd=ROOT).stdout.startswith("lessonguard ")


def test_module_runs_like_the_command() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "lessonguard", "--version"], cwd=ROOT, capture_output=True, check=True
    )

    assert result.stdout.startswith(b"lessonguard ")


def test_an_unknown_command_is_usage() -> None:
    assert "No such command 'scam'" in lessonguard("scam", cwd=ROOT, expect=2).stderr


def test_a_reader_that_stops_early_hears_nothing_and_is_not_told_all_is_well() -> None:
    """As in `lessonguard export | head -1`, whose report did not arrive."""
    argv = f"(sleep 0.5; {LESSONGUARD} export --lessons {LESSONS}) | true; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", argv], cwd=ROOT, capture_output=True, check=False)

    assert (result.stdout, result.stderr, result.returncode) == (b"", b"", 3)


def test_shell_completion_knows_the_commands() -> None:
    outcome = lessonguard(
        cwd=ROOT, COMP_WORDS="lessonguard s", COMP_CWORD="1", _LESSONGUARD_COMPLETE="bash_complete"
    )

    assert outcome.stdout.split() == ["plain,scan", "plain,show"]
