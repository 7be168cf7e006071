"""The lessons that come with lessonguard: where they are, and what `--lessons builtin` does with them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import copy, copytree, ignore_patterns

import pytest

from lessonguard.lessons.builtin import builtin_folder, builtin_workflow
from lessonguard.lessons.library import load_folder
from tests.support.cli import lessonguard
from tests.support.repo import Repo

_ROOT = Path(__file__).parents[2]
_TIMEOUT = _ROOT / "tests/cases/change_lessons/TIMEOUT.yaml"
_INCIDENT = "bumblebee-2011-rm-usr"
_BAD = "#!/bin/bash\nrm -rf /usr /lib/nvidia-current/xorg/xorg\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make a repository with a lesson of its own, and a branch that repeats two incidents."""
    repo = Repo(tmp_path / "shop").write({"README.md": "Shop\n", "lessons/.keep": ""})
    copy(_TIMEOUT, repo.path / "lessons")
    repo.commit("Start")
    repo.branch("pr").commit("Install", {"install.sh": _BAD, "pay.py": "requests.get(url)\n"})
    return repo


def _found(repo: Repo, *argv: str, expect: int = 0) -> list[str]:
    outcome = lessonguard("scan", "--format", "json", *argv, cwd=repo.path, expect=expect)
    return [finding["lesson"] for finding in json.loads(outcome.stdout)["findings"]]


def test_a_checkout_has_them_where_they_are_kept() -> None:
    assert builtin_folder() == _ROOT / "lessons"
    assert builtin_workflow() == _ROOT / "docs/workflows/review.yml"


def test_an_installed_package_has_them_where_the_build_puts_them(tmp_path: Path) -> None:
    site = tmp_path / "site"
    copytree(_ROOT / "src", site, ignore=ignore_patterns("__pycache__", "*.egg-info"))
    text = (_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    included = re.findall(r'^"([^"]+)" = "(lessonguard/[^"]+)"$', text, flags=re.MULTILINE)
    for kept, put in included:
        (copytree if (_ROOT / kept).is_dir() else copy)(_ROOT / kept, site / put)

    code = "from lessonguard.lessons.builtin import *; print(builtin_folder(), builtin_workflow())"
    environment = {**os.environ, "PYTHONPATH": str(site)}  # noqa: TID251 - a child inherits what tests set
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )

    folder, workflow = map(Path, said.stdout.split())
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        path.name for path in builtin_folder().iterdir()
    )
    assert workflow.read_bytes() == builtin_workflow().read_bytes()
    assert {folder, workflow} == {site / put for _, put in included}


def test_a_change_is_judged_by_them_in_place_of_the_lessons_of_the_repository(repo: Repo) -> None:
    assert _found(repo, expect=1) == ["TIMEOUT"]

    found = _found(repo, "--lessons", "builtin")

    assert _INCIDENT in found
    assert "TIMEOUT" not in found


def test_the_bad_code_in_the_lessons_of_the_repository_is_not_judged_by_them(repo: Repo) -> None:
    selector = "spec:\n  nodeSelector:\n    node-role.kubernetes.io/master: ''\n"
    repo.commit("Keep an example", {"lessons/a.yaml": selector, "ops/a.yaml": selector})

    for folder, times in (("lessons", 1), ("ops", 1), ("docs", 2)):
        found = _found(repo, "--lessons", "builtin", "--lessons-folder", folder)
        assert found.count("reddit-2023-k8s-master-label") == times, folder


def test_what_was_parsed_of_them_is_remembered(repo: Repo) -> None:
    first = _found(repo, "--lessons", "builtin")
    cache = repo.path / ".git/lessonguard/directory.json"
    before = cache.stat()

    assert _found(repo, "--lessons", "builtin") == first

    assert _INCIDENT.encode() in cache.read_bytes()
    assert (cache.stat().st_ino, cache.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert _found(repo, expect=1) == ["TIMEOUT"]


def test_a_folder_of_that_name_is_reached_by_a_path(repo: Repo) -> None:
    (repo.path / "builtin").mkdir()
    copy(_TIMEOUT, repo.path / "builtin")

    assert _found(repo, "--lessons", "./builtin", expect=1) == ["TIMEOUT"]
    assert lessonguard("list", "--lessons", "./builtin", cwd=repo.path).stdout.endswith("\n1 lesson\n")


def test_they_can_be_looked_at_outside_of_any_repository(tmp_path: Path) -> None:
    number = len(load_folder(builtin_folder(), name=None).lessons)

    listed = lessonguard("list", "--lessons", "builtin", cwd=tmp_path).stdout
    shown = lessonguard("show", _INCIDENT, "--lessons", "builtin", cwd=tmp_path).stdout
    exported = json.loads(lessonguard("export", "--lessons", "builtin", cwd=tmp_path).stdout)

    assert listed.endswith(f"\n{number} lessons\n")
    assert f"Lesson         {builtin_folder()}/{_INCIDENT}.yaml" in shown
    assert _INCIDENT in {rule["metadata"]["incident"] for rule in exported["rules"]}


def test_the_word_is_completed_beside_the_folders(tmp_path: Path) -> None:
    outcome = lessonguard(
        cwd=tmp_path,
        COMP_WORDS="lessonguard scan --lessons b",
        COMP_CWORD="3",
        _LESSONGUARD_COMPLETE="bash_complete",
    )

    assert outcome.stdout.split() == ["plain,builtin", "dir,b"]


def test_where_there_are_no_lessons_yet_it_is_said_how_to_start(tmp_path: Path) -> None:
    outcome = lessonguard("list", cwd=tmp_path, expect=2)

    assert outcome.stderr.splitlines() == [
        "error: cannot read lessons from lessons: there is no such folder",
        "hint: `lessonguard init` starts one",
    ]


def test_they_are_replayed_on_the_past_and_proven_by_name(repo: Repo) -> None:
    replayed = lessonguard(
        "backtest", _INCIDENT, "main..pr", "--lessons", "builtin", "--format", "json", cwd=repo.path
    )
    proven = lessonguard("prove", _INCIDENT, "--lessons", "builtin", "--format", "json", cwd=repo.path)

    [lesson] = json.loads(replayed.stdout)["lessons"]
    assert lesson["lesson"] == _INCIDENT
    assert "install.sh" in replayed.stdout
    assert f"{_INCIDENT}.yaml" in proven.stdout
