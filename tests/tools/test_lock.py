"""The locks hold what pyproject.toml asks for, and `make` installs them into Pythons that they are for."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = Path(__file__).parents[2]
_DEVELOP, _RUN, _ACTION = "requirements/dev.txt", "requirements/run.txt", "action/requirements.txt"
_ENVIRONMENTS = [
    {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": os,
        "platform_machine": cpu,
    }
    for python, (os, cpu) in product(
        ("3.10", "3.11", "3.12", "3.13", "3.14"),
        (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "x86_64"), ("darwin", "arm64")),
    )
]
"""Where a checkout and the action must be installable; the rest of each is as it is here."""


def _text(path: str) -> str:
    return (_ROOT / path).read_text(encoding="utf-8")


def _listed(*keys: str) -> Iterator[Requirement]:
    """Return the requirements in the lists of pyproject.toml with these names."""
    for key in keys:
        found = re.search(rf"^{key} = \[(.*?)\]$", _text("pyproject.toml"), flags=re.MULTILINE | re.DOTALL)
        assert found, key
        yield from map(Requirement, re.findall(r'"(.+?)"', found[1]))


def _pins(lock: str, environment: dict[str, str]) -> dict[str, str]:
    """Return the version of each package that pip takes from a lock there."""
    entries = [Requirement(line.rstrip("\\")) for line in _text(lock).splitlines() if re.match(r"\w", line)]
    wanted = [entry for entry in entries if entry.marker is None or entry.marker.evaluate(environment)]
    pins: dict[str, str] = {
        canonicalize_name(entry.name): next(iter(entry.specifier)).version for entry in wanted
    }
    assert len(pins) == len(wanted), "pip refuses a package that a lock names twice"
    return pins


@pytest.mark.parametrize("lock", [_DEVELOP, _RUN, _ACTION])
def test_a_lock_holds_nothing_but_exact_versions_and_hashes(lock: str) -> None:
    entry = r"[\w.-]+==[\w.]+(?: ; [^\\\n]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+    # via .+\n"

    assert re.fullmatch(rf"(?:#.*\n)+(?:{entry})+", _text(lock))


@pytest.mark.parametrize(
    ("lock", "lists"),
    [(_DEVELOP, ["dependencies", "dev"]), (_RUN, ["dependencies", "requires"]), (_ACTION, ["dependencies"])],
)
def test_a_lock_satisfies_pyproject(lock: str, lists: list[str]) -> None:
    """If this fails, pyproject.toml asks for what the lock does not have: run `make lock`."""
    unsatisfied = [
        (str(needed), environment)
        for environment in _ENVIRONMENTS
        for pins in [_pins(lock, environment)]
        for needed in _listed(*lists)
        if needed.marker is None or needed.marker.evaluate(environment)
        if not needed.specifier.contains(pins.get(canonicalize_name(needed.name), "0"))
    ]

    assert unsatisfied == []


@pytest.mark.parametrize("lock", [_RUN, _ACTION])
def test_what_runs_is_what_is_tested(lock: str) -> None:
    for environment in _ENVIRONMENTS:
        assert _pins(lock, environment).items() <= _pins(_DEVELOP, environment).items()


@pytest.mark.parametrize(
    ("version", "complaint"),
    [
        ("3, 9", "lessonguard needs Python 3.10 or newer, and '{python}' is not"),
        ("3, 15", "requirements/ are for Python 3.10 to 3.14, and '{python}' is newer"),
    ],
)
def test_make_says_which_pythons_the_locks_are_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, complaint: str
) -> None:
    for variable in ("MAKEFLAGS", "RESOLUTION"):  # of the make that runs the tests
        monkeypatch.delenv(variable, raising=False)
    python = tmp_path / "python"
    pretend = f"import sys; sys.version_info = ({version}, 0, 'final', 0); exec(sys.argv[2])"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -c {shlex.quote(pretend)} "$@"\n', encoding="utf-8")
    python.chmod(0o755)

    argv = ["make", "demo", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}"]
    result = subprocess.run(argv, cwd=_ROOT, capture_output=True, check=False, text=True)

    assert result.returncode == 2
    assert complaint.format(python=python) in result.stderr
    assert "make PYTHON=python3.13" in result.stderr
    assert not (tmp_path / "venv").exists()
