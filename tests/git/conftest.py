"""Repositories that several tests of Git share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessonguard.git.repository import Repository
from tests.support.change import Seen, build_change, see
from tests.support.git_server import GitServer
from tests.support.repo import Repo
from tests.support.server_shop import build_shop


@pytest.fixture(scope="session")
def original_change(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide a repository where nothing is set, to copy."""
    return build_change(tmp_path_factory.mktemp("original") / "repo").path


@pytest.fixture(scope="session")
def ordinary(original_change: Path) -> Seen:
    """Provide what the change looks like where nothing is set."""
    return see(original_change)


@pytest.fixture
def copy(original_change: Path, tmp_path: Path) -> Repo:
    """Provide a repository with the same change, to set things in."""
    shutil.copytree(original_change, tmp_path / "repo", symlinks=True)
    return Repo(tmp_path / "repo", create=False)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Provide a repository with one commit."""
    repo = Repo(tmp_path / "repo")
    repo.commit("Start", {"a.py": "a\n", "lessons/one.yaml": "1\n"})
    return repo


@pytest.fixture
def repository(repo: Repo) -> Iterator[Repository]:
    """Provide the same, opened."""
    with Repository.open(repo.path) as opened:
        yield opened


@pytest.fixture
def merges(tmp_path: Path) -> Repo:
    """Provide a repository whose main has three merges, and a commit between them."""
    repo = Repo(tmp_path / "repo")
    repo.commit("Start", {"a.py": "start\n"})
    for number in range(3):
        repo.branch(f"topic-{number}").commit(f"Topic {number}", {f"{number}.py": "new\n"})
        repo.switch("main").merge(f"topic-{number}")
        if number == 1:
            repo.commit("Release 1", {"version": "1\n"})
    return repo


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    """Provide a server of Git over HTTP."""
    with GitServer(tmp_path / "server") as running:
        yield running


@pytest.fixture(scope="session")
def original_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide a repository to copy."""
    repo = build_shop(tmp_path_factory.mktemp("original") / "shop")
    repo.git("gc", "--quiet")
    return repo.path


@pytest.fixture
def shop(server: GitServer, original_shop: Path) -> Repo:
    """Provide a repository on the server; `change` left `main` at the tag `fork`, 30 commits ago."""
    shutil.copytree(original_shop, server.folder / "shop")
    return Repo(server.folder / "shop", create=False)
