"""`lessonguard hook`: what it prints."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.cli import lessonguard
from tests.support.code import SAFE
from tests.support.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "shop")
    repo.commit("Begin", {"app.py": SAFE})
    return repo


def hook_of(repo: Repo) -> Path:
    return repo.path / ".git" / "hooks" / "pre-push"


def test_install_writes_a_script_that_may_be_run(repo: Repo) -> None:
    outcome = lessonguard("hook", "install", cwd=repo.path)

    hook = hook_of(repo)
    assert outcome.stdout == f"Installed {hook}: each push is checked before it leaves.\n"
    assert outcome.stderr == ""
    assert os.access(hook, os.X_OK)
    assert hook.read_bytes().startswith(b"#!/bin/sh\n# lessonguard: ")
    assert {path.name for path in hook.parent.glob("pre-push*")} <= {"pre-push", "pre-push.sample"}


def test_install_again_writes_it_anew_and_keeps_nothing(repo: Repo) -> None:
    lessonguard("hook", "install", cwd=repo.path)
    first = hook_of(repo).read_bytes()

    outcome = lessonguard("hook", "install", "--required", cwd=repo.path)

    assert outcome.stdout.startswith(f"Updated {hook_of(repo)}")
    assert hook_of(repo).read_bytes() == first.replace(b"required=no", b"required=yes")
    assert not hook_of(repo).with_name("pre-push.before-lessonguard").exists()


def test_uninstall_leaves_nothing_where_nothing_was(repo: Repo) -> None:
    before = sorted(path.name for path in hook_of(repo).parent.iterdir())
    lessonguard("hook", "install", cwd=repo.path)

    outcome = lessonguard("hook", "uninstall", cwd=repo.path)

    assert outcome.stdout == f"Removed {hook_of(repo)}.\n"
    assert sorted(path.name for path in hook_of(repo).parent.iterdir()) == before


def test_a_folder_of_hooks_for_all_repositories_is_told(repo: Repo) -> None:
    home = Path.home()
    repo.git("config", "--file", str(home / ".gitconfig"), "core.hooksPath", "~/my hooks")

    outcome = lessonguard("hook", "install", cwd=repo.path)

    assert (home / "my hooks" / "pre-push").is_file()
    assert (
        f"It runs in all of your repositories, because {home}/.gitconfig sets core.hooksPath.\n"
        in outcome.stdout
    )


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    outcome = lessonguard("hook", "install", cwd=tmp_path, expect=3)

    assert "is not in a Git repository" in outcome.stderr
