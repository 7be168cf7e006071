"""What all commands share: how they end, whatever happens to them, and what their help shows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lessonguard.output.terminal import column_width
from tests.support.cli import LESSONGUARD, lessonguard
from tests.support.repo import Repo
from tests.support.scanning import LESSONS, make_repeat, start_scan
from tests.support.semgrep import install_semgrep

ROOT = Path(__file__).parents[2]


COMMANDS = (
    *("init", "scan", "review", "hook", "pre-push", "new", "check", "prove", "backtest", "list", "show"),
    *("export", "demo"),
)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Provide a repository with a lesson on main and a branch that repeats the incident."""
    return make_repeat(tmp_path / "repo")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupting_leaves_no_process_and_no_file(
    repo: Repo, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    install_semgrep(tmp_path, 'echo $$ > "$HERE/pid.new"; mv "$HERE/pid.new" "$HERE/pid"; sleep 60 & wait')
    pid = tmp_path / "pid"

    with start_scan(repo, tmp_path) as scan:
        _wait_for(pid)
        scan.send_signal(number)
        output, _ = scan.communicate(timeout=20)

    assert (scan.returncode, output) == (code, b"")
    assert list((tmp_path / "tmp").iterdir()) == []
    assert _is_gone(int(pid.read_text(encoding="utf-8")))


def test_an_engine_without_output_is_exit_3(repo: Repo, tmp_path: Path) -> None:
    install_semgrep(tmp_path, "exit 0")

    outcome = lessonguard("scan", cwd=repo.path, expect=3, PYTHONPATH=str(tmp_path))

    assert outcome.stdout == ""
    assert outcome.stderr.startswith("error: Semgrep ended with exit code 0 without a usable answer")


def test_any_other_error_is_exit_4_and_asks_for_a_report(repo: Repo, tmp_path: Path) -> None:
    install_semgrep(tmp_path, "exit 0")
    (tmp_path / "semgrep" / "__init__.py").write_bytes(b"\xff")

    outcome = lessonguard("scan", cwd=repo.path, expect=4, PYTHONPATH=str(tmp_path))

    assert "UnicodeDecodeError" in outcome.stderr
    assert "This is a bug in lessonguard, not in your change: nothing was checked." in outcome.stderr


def _is_gone(group: int) -> bool:
    """Return whether a process group ends within seconds: whatever adopts orphans may be slow to notice."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.01)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_has_an_example(command: str) -> None:
    outcome = lessonguard(command, "--help", cwd=ROOT)

    assert "Example" in outcome.stdout
    assert f"lessonguard {command}" in outcome.stdout


@pytest.mark.parametrize("command", ["", *COMMANDS, "hook install", "hook uninstall"])
def test_help_fits_a_terminal_of_80_columns(command: str) -> None:
    outcome = lessonguard(*command.split(), "--help", cwd=ROOT)

    assert [line for line in outcome.stdout.splitlines() if column_width(line) > 80] == []


def test_help_lists_the_commands() -> None:
    outcome = lessonguard("--help", cwd=ROOT)

    assert all(f"  {command} " in outcome.stdout for command in COMMANDS)


def test_the_version_is_shown() -> None:
    assert lessonguard("--version", cwd=ROOT).stdout.startswith("lessonguard ")


def test_module_runs_like_the_command() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "lessonguard", "--version"], cwd=ROOT, capture_output=True, check=True
    )

    assert result.stdout.startswith(b"lessonguard ")


def test_an_unknown_command_is_usage() -> None:
    assert "No such command 'scam'" in lessonguard("scam", cwd=ROOT, expect=2).stderr


def test_a_reader_that_stops_early_makes_exit_3_without_a_message() -> None:
    """As in `lessonguard export | head -1`, whose report did not arrive."""
    argv = f"(sleep 0.5; {LESSONGUARD} export --lessons {LESSONS}) | true; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", argv], cwd=ROOT, capture_output=True, check=False)

    assert (result.stdout, result.stderr, result.returncode) == (b"", b"", 3)


def test_shell_completion_knows_the_commands() -> None:
    outcome = lessonguard(
        cwd=ROOT, COMP_WORDS="lessonguard s", COMP_CWORD="1", _LESSONGUARD_COMPLETE="bash_complete"
    )

    assert outcome.stdout.split() == ["plain,scan", "plain,show"]
