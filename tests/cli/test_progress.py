"""Progress on standard error: after a second, and gone in the end."""

from __future__ import annotations

import os
import pty
import re
from pathlib import Path

import pytest

from tests.support.repo import Repo
from tests.support.scanning import make_repeat, start_scan
from tests.support.semgrep import install_semgrep


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Provide a repository with a lesson on main and a branch that repeats the incident."""
    return make_repeat(tmp_path / "repo")


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
