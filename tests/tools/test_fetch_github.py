"""GitHub's description is fetched for the tests: only the one that was looked at, or none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = Path(__file__).parents[2] / "tools/fetch_github.py"


@pytest.mark.parametrize(
    ("npm", "code", "complaint"),
    [
        (None, 2, "Cannot fetch @octokit/openapi"),
        ("#!/bin/sh\nexit 1\n", 2, "Cannot fetch @octokit/openapi"),
        ("#!/bin/sh\necho other > octokit-openapi.tgz\n", 1, "is not what it was"),
    ],
    ids=["no npm", "no network", "another package"],
)
def test_nothing_but_the_known_package_is_taken(
    tmp_path: Path, npm: str | None, code: int, complaint: str
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    if npm:
        (programs / "npm").write_text(npm, encoding="utf-8")
        (programs / "npm").chmod(0o755)

    result = subprocess.run(
        [sys.executable, _PROGRAM, tmp_path / "github"],
        env={"PATH": str(programs)},
        capture_output=True,
        check=False,
        text=True,
    )

    assert (result.returncode, list((tmp_path / "github").iterdir())) == (code, [])
    assert complaint in result.stderr
