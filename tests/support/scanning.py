"""A scan in a process of its own, with an engine that the test provides."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from shutil import copy

from tests.support.cli import LESSONGUARD
from tests.support.repo import Repo

LESSONS = Path(__file__).parents[1] / "cases" / "change_lessons"


def make_repeat(folder: Path) -> Repo:
    """Make a repository with a lesson on main and a branch that repeats the incident."""
    repo = Repo(folder).write({"app.py": "x = 1\n", "lessons/.keep": ""})
    copy(LESSONS / "TIMEOUT.yaml", repo.path / "lessons")
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
