"""Progress on standard error: after a second, and gone in the end."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path
from shutil import copy

import pytest

from tests.support.cli import LESSONGUARD
from tests.support.repo import Repo
from tests.support.semgrep import install_semgrep

LESSON = Path(__file__).parents[1] / "cases" / "change_lessons" / "TIMEOUT.yaml"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Provide a repository with a lesson on main and a branch that repeats the incident."""
    repo = Repo(tmp_path / "repo").write({"app.py": "x = 1\n", "lessons/.keep": ""})
    copy(LESSON, repo.path / "lessons")
    repo.commit("Base")
    repo.branch("pr").commit("Bad", {"app.py": "import requests\nrequests.get(url)\n"})
    return repo


def start_scan(repo: Repo, tmp_path: Path, *, stderr: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """Start a scan with the engine of `tmp_path`, whose temporary files go below `tmp_path` too."""
    (tmp_path / "tmp").mkdir()
    mine = {
        "PYTHONPATH": str(tmp_path),
        "TMPDIR": str(tmp_path / "tmp"),
        "HERE": str(tmp_path),
        "TERM": "xterm",
    }
    environment = {**os.environ, **mine}  # noqa: TID251 - a child inherits what tests set
    return subprocess.Popen(
        [LESSONGUARD, "scan"], cwd=repo.path, env=environment, stdout=subprocess.PIPE, stderr=stderr
    )


def test_progress_is_shown_when_a_run_takes_longer_than_a_second(repo: Repo, tmp_path: Path) -> None:
    install_semgrep(tmp_path, "sleep 2.5")

    with start_scan(repo, tmp_path) as scan:
        _, errors = scan.communicate(timeout=20)

    assert "running Semgrep (rules: 1, files: 2) …\nerror: ".encode() in errors


def test_progress_on_a_terminal_is_gone_in_the_end(repo: Repo, tmp_path: Path) -> None:
    install_semgrep(tmp_path, "sleep 2.5")
    master, slave = pty.openpty()

    with start_scan(repo, tmp_path, stderr=slave) as scan:
        scan.communicate(timeout=20)
    os.close(slave)
    shown = os.read(master, 4096).decode()
    os.close(master)

    assert re.search(r"\r\x1b\[Krunning Semgrep \(rules: 1, files: 2\) … \d s\r\x1b\[K", shown)
    assert shown.endswith("\r\n")
