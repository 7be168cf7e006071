"""Run workflows that use our action, for real and without GitHub: `act` is the runner."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.repo import Repo

ROOT = Path(__file__).parents[2]
ACTION = "OWNER/lessonguard@v1"
_BIN = Path(sys.executable).parent
_STAND_INS = Path(__file__).with_name("actions")
_SAID = re.compile(r"^\[[^]]*\] +(?:\| ?(.*)|(❌ .*|exit status \d+))$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Run:
    """How a run of a workflow ended: whether all jobs succeeded, and what its steps printed.

    After a step that failed the log has two lines: `❌ …` with its name, and `exit status …`.
    """

    is_green: bool
    log: str


class Act:
    """A runner in `folder`, to which the action was published as it is here now.

    Actions of others are replaced by stand-ins, which keep their caches and artifacts in `store`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "store"
        self.store.mkdir(parents=True)
        Repo(folder).commit()  # act wants to be in one
        self._action = folder / "action"
        ignored = shutil.ignore_patterns("__pycache__")
        for part in ("action", "src"):
            shutil.copytree(ROOT / part, self._action / part, ignore=ignored)
        shutil.copy(ROOT / "action.yml", self._action)

    @property
    def log(self) -> list[str]:
        """List what the stand-ins did, in order."""
        file = self.store / "log"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def run(
        self,
        workflow: str | Path,
        event: str,
        payload: Mapping[str, Any],
        *,
        token: str,
        variables: Mapping[str, str],
    ) -> Run:
        """Run a workflow, given as text or as a file, for an event; `variables` are for all its steps."""
        if isinstance(workflow, str):
            (self.folder / "workflow.yml").write_text(workflow, encoding="utf-8")
            workflow = self.folder / "workflow.yml"
        (self.folder / "event.json").write_text(json.dumps(payload), encoding="utf-8")
        options = [
            "--no-cache-server",
            f"--action-cache-path={self.folder}/runs",
            "--platform=ubuntu-latest=-self-hosted",
        ]
        options += [f"--local-repository={name}={path}" for name, path in self._replaced().items()]
        options += [f"--env={name}={value}" for name, value in variables.items()]
        options += [f"--env=STORE={self.store}", f"--secret=GITHUB_TOKEN={token}"]
        result = subprocess.run(
            [_BIN / "act", event, f"--workflows={workflow}", "--eventpath=event.json", *options],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert "Run Complete job" in result.stdout, result.stdout
        shutil.rmtree(self.folder / "runs")  # with all that was installed
        said = "\n".join(printed or failed for printed, failed in _SAID.findall(result.stdout))
        return Run(is_green=not result.returncode, log=said)

    def _environment(self) -> dict[str, str]:
        """Give a Python that has pip, that of the tests, and let pip fetch each file once, untraced."""
        mine = os.environ  # noqa: TID251 - children inherit what tests set
        inherited = {name: value for name, value in mine.items() if not name.startswith("COVERAGE_")}
        path = f"{_BIN}{os.pathsep}{inherited['PATH']}"
        return {**inherited, "PATH": path, "PIP_CACHE_DIR": f"{self.folder}/pip"}

    def _replaced(self) -> dict[str, Path]:
        """Give the folder for each action that is used: ours, or a stand-in."""
        names = {name for file in (ROOT / "action.yml", *WORKFLOWS) for name in used_actions(file)}
        folders = {name: _STAND_INS / name.partition("@")[0].split("/")[1] for name in names - {ACTION}}
        plain = {re.sub(r"^([^/]+/[^/]+)/[^@]+", r"\1", name): folder for name, folder in folders.items()}
        return {ACTION: self._action, **plain}


WORKFLOWS = sorted((ROOT / "docs" / "workflows").glob("*.yml"))


def used_actions(file: Path) -> set[str]:
    """Name the actions that a workflow or a composite action uses."""
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    jobs = [document["runs"]] if "runs" in document else document["jobs"].values()
    return {step["uses"] for job in jobs for step in job["steps"] if "uses" in step}
