"""What tests of the client share: the scene, and a client that may write."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessonguard.github.client import GitHub
from tests.support.github_scene import LINES, Scene
from tests.support.hub.server import Hub
from tests.support.repo import Repo


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the repository that each test gets a copy of."""
    repo = Repo(tmp_path_factory.mktemp("template"))
    repo.commit("Start", {"old.py": "old\n", "lib/kept.py": "kept\n"})
    repo.branch("feature").commit("Change", {"new.py": LINES, "old.py": None, "logo.png": b"\0\1"})
    repo.switch("main").commit("Meanwhile")
    return repo.path


@pytest.fixture
def scene(tmp_path: Path, template: Path) -> Iterator[Scene]:
    """Provide the scene."""
    path = shutil.copytree(template, tmp_path / "shop")
    with Hub(tmp_path / "hub") as hub:
        yield Scene(hub, Repo(path, create=False))


@pytest.fixture
def github(scene: Scene) -> Iterator[GitHub]:
    """Provide a client with a token that may read, and write on pull requests."""
    client = scene.client()
    yield client
    client.close()
