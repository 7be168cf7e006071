"""Where Git looks for hooks: the folder of the repository, or one that a setting names."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.git.hooks import Hooks
from lessonguard.git.repository import Repository
from tests.support.repo import Repo


def _hooks(repo: Repo) -> Hooks:
    with Repository.open(repo.path) as repository:
        return repository.hooks()


def _set_for_the_user(repo: Repo, folder: str) -> None:
    repo.git("config", "--file", str(Path.home() / ".gitconfig"), "core.hooksPath", folder)


def test_without_a_setting_hooks_are_in_the_repository(repo: Repo) -> None:
    assert _hooks(repo) == Hooks(
        folder=repo.path / ".git/hooks", setting=None, is_shared=False, is_tracked=False
    )


def test_a_linked_work_tree_has_the_hooks_of_its_repository(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))

    assert _hooks(Repo(tmp_path / "linked", create=False)).folder == repo.path / ".git/hooks"


@pytest.mark.parametrize(
    ("value", "is_tracked"), [(".githooks", True), (".git/other", False), ("../outside", False)]
)
def test_a_folder_in_the_work_tree_may_be_committed(value: str, *, is_tracked: bool, repo: Repo) -> None:
    repo.git("config", "core.hooksPath", value)

    found = _hooks(repo)

    assert (found.folder, found.is_shared, found.is_tracked) == (repo.path / value, False, is_tracked)
    assert found.setting == str(repo.path / ".git/config")


def test_a_setting_of_the_user_counts_for_all_repositories(repo: Repo, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    _set_for_the_user(repo, str(shared))

    found = _hooks(repo)

    assert (found.folder, found.is_shared, found.is_tracked) == (shared, True, False)
    assert found.setting == str(Path.home() / ".gitconfig")


def test_the_setting_of_the_repository_comes_before_that_of_the_user(repo: Repo) -> None:
    _set_for_the_user(repo, "/shared")
    repo.git("config", "core.hooksPath", "hooks")

    assert _hooks(repo).folder == repo.path / "hooks"
