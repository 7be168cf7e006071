"""The GitHub Action as a runner meets it: real workflows, run by `act` against a GitHub on the loopback."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
import yaml

from tests.support.act import ACTION, ROOT, Act, Run
from tests.support.hub.model import Permission
from tests.support.hub.pull import Pull
from tests.support.hub.server import Hub
from tests.support.repo import Repo

_EXAMPLES = ROOT / "docs" / "workflows"
_LESSONS = ROOT / "tests" / "cases" / "change_lessons"
_BLOCKED = "import requests\n\nrequests.get(url)\n"
_COMMENTED = "charge(order, 1)\n"

_AFTER_CHECKOUT = f"""\
on: pull_request
jobs:
  review:
    runs-on: ubuntu-latest
    steps:
      - run: cp -R "$CHECKOUT/." .
      - uses: {ACTION}
        id: lessonguard
        with: {{ fail-on: comment, max-comments: 1 }}
      - if: always()
        env:
          ALL: ${{{{ toJSON(steps.lessonguard.outputs) }}}}
          REPORT: ${{{{ steps.lessonguard.outputs.report }}}}
          SARIF: ${{{{ steps.lessonguard.outputs.sarif }}}}
        run: echo "$ALL" && test -s "$REPORT" && test -s "$SARIF" && echo both files are there
"""


class Scene:
    """`acme/shop` on a hub, and a runner that works for it."""

    def __init__(self, hub: Hub, act: Act, repo: Repo) -> None:
        self.hub = hub
        self.act = act
        self.repo = repo
        for lesson in _LESSONS.glob("*.yaml"):
            (repo.path / "lessons").mkdir(exist_ok=True)
            copy(lesson, repo.path / "lessons")
        repo.commit("Start", {"app.py": "import requests\n"})
        self.shop = hub.repository("acme/shop", repo.path)

    def pull(self, content: str, *, fork: str | None = None) -> Pull:
        """Open a pull request that adds `pay.py` with this content."""
        head = self.repo.branch("feature").commit("Change", {"pay.py": content})
        self.repo.git("switch", "--quiet", "main")
        return self.shop.pull(7, head=head, fork=fork)

    def run(
        self,
        workflow: str | Path,
        pull: Pull,
        *,
        event: str = "pull_request",
        may: Permission = "write",
        variables: Mapping[str, str] | None = None,
    ) -> Run:
        """Run a workflow for an event of the pull request, with a token that may read or write it."""
        addresses = {
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_API_URL": self.hub.api_url,
            "GITHUB_GRAPHQL_URL": self.hub.graphql_url,
            "GITHUB_SERVER_URL": self.hub.server_url,
        }
        events = self.shop.events
        payload = events.workflow_run(pull) if event == "workflow_run" else events.pull_request(pull)
        return self.act.run(
            workflow,
            event,
            payload,
            token=self.hub.token(pull_requests=may).value,
            variables={**addresses, **(variables or {})},
        )


@pytest.fixture(scope="module")
def act(tmp_path_factory: pytest.TempPathFactory) -> Act:
    """Return a runner; what the first test caches is there for the others."""
    return Act(tmp_path_factory.mktemp("act"))


@pytest.fixture
def scene(act: Act, tmp_path: Path) -> Iterator[Scene]:
    """Set the scene."""
    with Hub(tmp_path / "hub") as hub:
        yield Scene(hub, act, Repo(tmp_path / "shop"))


def test_a_repeated_incident_gets_its_review_and_packages_are_cached(scene: Scene) -> None:
    pull = scene.pull(_COMMENTED)

    cold = scene.run(_EXAMPLES / "review.yml", pull)
    warm = scene.run(_EXAMPLES / "review.yml", pull)

    assert cold.is_green, cold.log
    assert warm.is_green, warm.log
    assert [comment.path for comment in pull.comments.values()] == ["pay.py"]
    assert len(pull.reviews) == 1
    key = scene.act.log[0].removeprefix("restore ")
    assert scene.act.log == [f"restore {key}", f"save {key}", f"restore {key}"]


def test_a_clean_pull_request_gets_nothing(scene: Scene) -> None:
    pull = scene.pull("with lock(order):\n    charge(order, 1)\n")
    saved = [line for line in scene.act.log if line.startswith("save")]

    run = scene.run(_EXAMPLES / "review-target.yml", pull, event="pull_request_target")

    assert run.is_green, run.log
    assert scene.hub.writes == []
    assert len(scene.hub.calls) <= 3
    assert [line for line in scene.act.log if line.startswith("save")] == saved, "GitHub would refuse that"


def test_a_fork_is_reviewed_by_two_workflows_without_a_cache(scene: Scene) -> None:
    pull = scene.pull(_COMMENTED, fork="mallory/shop")
    before = scene.act.log

    scan = scene.run(_EXAMPLES / "review-forks.yml", pull, may="none")
    said_by_the_first = list(pull.comments)
    used_by_the_first = scene.act.log
    post = scene.run(_EXAMPLES / "post-review.yml", pull, event="workflow_run")

    assert scan.is_green, scan.log
    assert post.is_green, post.log
    assert said_by_the_first == []
    assert used_by_the_first == before
    assert [comment.path for comment in pull.comments.values()] == ["pay.py"]


def test_a_hostile_checkout_changes_nothing_and_outputs_reach_the_next_step(
    scene: Scene, tmp_path: Path
) -> None:
    pull = scene.pull(_COMMENTED + _BLOCKED)
    checkout, trap = _set_traps(tmp_path)

    run = scene.run(_AFTER_CHECKOUT, pull, variables={"CHECKOUT": str(checkout)})

    assert not run.is_green
    assert re.search(r"❌ +Failure - Main Review.*\nexit status 1\n", run.log), run.log
    for output in ('"introduced": "2"', '"blocking": "1"', '"accepted": "0"', '"unchecked": "0"'):
        assert output in run.log
    assert "both files are there" in run.log
    assert len(pull.comments) == 1
    assert not trap.exists()
    subprocess.run([sys.executable, "-c", "import yaml"], cwd=checkout, check=False)
    assert trap.exists(), "these traps would never have sprung"


def test_inputs_are_data_whatever_they_hold(scene: Scene, tmp_path: Path) -> None:
    pull = scene.pull(_COMMENTED)
    trap = tmp_path / "sprung"
    evil = f"'\"; touch {trap}; $(touch {trap}) `touch {trap}` ${{HOME}}\n\r%0A::error::x\n--help\\ * "
    names = [name for name in _action()["inputs"] if name != "token"]
    steps = [{"uses": ACTION, "id": name, "continue-on-error": True, "with": {name: evil}} for name in names]
    job = {"runs-on": "ubuntu-latest", "steps": [*steps, {"run": "echo this is the end"}]}

    run = scene.run(yaml.safe_dump({"on": "pull_request", "jobs": {"review": job}}), pull)

    assert run.log.endswith("this is the end"), run.log
    assert "'--fail-on'" in run.log
    assert "The event pull_request says itself what to compare" in run.log
    assert not trap.exists()


def test_an_old_python_is_replaced_and_a_damaged_cache_is_not_installed(scene: Scene, tmp_path: Path) -> None:
    pull = scene.pull(_COMMENTED)
    old = tmp_path / "old"
    for name in ("python", "python3"):
        write_program(old / name, "exit 1")
    damaged = [next(folder.glob("pygithub*.whl")) for folder in scene.act.store.glob("lessonguard-*")]
    for wheel in damaged:
        wheel.write_bytes(b"PK")
    variables = {"PATH": f"{old}:/usr/bin:/bin", "PYTHON_TO_SET_UP": sys.executable}

    run = scene.run(_EXAMPLES / "review.yml", pull, variables=variables)

    assert damaged
    assert run.is_green, run.log
    assert "setup-python" in scene.act.log
    assert "downloading them again" in run.log
    assert len(pull.comments) == 1


def _set_traps(folder: Path) -> tuple[Path, Path]:
    """Make a checkout in which everything that somebody might start or read makes a file, and that file."""
    checkout, trap = folder / "checkout", folder / "sprung"
    python = f"open({str(trap)!r}, 'w').close()\n"
    for name in ("yaml", "click", "github", "sitecustomize", "usercustomize", "setup", "action/run"):
        write(checkout / f"{name}.py", python)
    for name in ("lessonguard", "pip", "semgrep", "unidiff"):
        write(checkout / name / "__init__.py", python)
        write(checkout / name / "__main__.py", python)
    for name in ("python", "python3", "git", "bash", "semgrep-core"):
        write_program(checkout / name, f"touch {trap}")
    write(checkout / "trap.pth", f"import os; os.system('touch {trap}')\n")
    write(checkout / "pip.conf", "[global]\nindex-url = http://127.0.0.1:9/\n")
    write(checkout / "setup.cfg", "[install]\nprefix = .\n[global]\nquiet = 1\n")
    write(checkout / "pyproject.toml", "[build-system]\nrequires = ['trap']\nbuild-backend = 'trap'\n")
    write(checkout / ".python-version", "2.7\n")
    write(checkout / "action/requirements.txt", "trap\n")
    write(checkout / ".semgrepignore", "*\n")
    return checkout, trap


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_program(path: Path, script: str) -> None:
    write(path, f"#!/bin/sh\n{script}\n").chmod(0o755)


def _action() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return document
