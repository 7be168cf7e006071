"""The weekly workflow runs targets that exist, and keeps one issue open at most."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

_ROOT = Path(__file__).parents[2]
_JOBS: dict[str, Any] = yaml.safe_load((_ROOT / ".github/workflows/weekly.yml").read_text("utf-8"))["jobs"]
_GH = """#!/bin/sh
echo "$1 $2" >> "$LOG"
if [ "$1 $2" = "issue list" ]; then printf '%s' "$OPEN"; fi
"""


def test_each_kind_of_packages_has_a_target() -> None:
    makefile = (_ROOT / "Makefile").read_text(encoding="utf-8")

    for packages in _JOBS["test"]["strategy"]["matrix"]["packages"]:
        assert f"\ntest-{packages}:" in makefile


@pytest.mark.parametrize(("open_issue", "then"), [("", "issue create"), ("7\n", "issue comment")])
def test_a_red_week_opens_an_issue_unless_one_is_open(tmp_path: Path, open_issue: str, then: str) -> None:
    gh, log = tmp_path / "gh", tmp_path / "log"
    gh.write_text(_GH, encoding="utf-8")
    gh.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}{os.pathsep}{os.defpath}",
        "LOG": str(log),
        "OPEN": open_issue,
        "RUN": "URL",
    }

    subprocess.run(["bash", "-c", _JOBS["report"]["steps"][0]["run"]], env=environment, check=True)

    assert log.read_text(encoding="utf-8").splitlines() == ["label create", "issue list", then]
