"""Histories to replay."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.backtests import (
    BAD,
    SAFE,
    merge,
)
from tests.support.repo import Repo


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    """Make a shop whose code was safe, then was not, then was fixed."""
    repo = Repo(tmp_path / "shop")
    repo.commit("Open", {"app.py": SAFE, "README.md": "A shop.\n"})
    merge(repo, "Tell of it", {"README.md": "A shop that sells.\n"})
    repo.git("tag", "broken-topic", merge(repo, "Retry payments", {"app.py": BAD}))
    merge(repo, "Ship", {"ship.py": BAD.replace("get", "post")})
    merge(repo, "Mend", {"app.py": SAFE})
    merge(repo, "Add a probe", {"probe.py": "import requests\n\nrequests.head(url)\n"})
    return repo


@pytest.fixture
def long(tmp_path: Path) -> Repo:
    """Make a branch of 130 commits, of which every tenth is bad."""
    repo = Repo(tmp_path / "long").write({"start.py": BAD})
    for number in range(131):
        repo.commit(f"Number {number}", {f"{number % 7}.py": f"x = {number}\n" + BAD * (number % 10 == 0)})
    return repo
