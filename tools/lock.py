"""Write `action/requirements.txt`: what the GitHub Action installs, each file of it by its hash."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_LOCK = _ROOT / "action" / "requirements.txt"
_UV = "uv==0.13.9"  # from PyPI and for this alone, so it is no tool of developers
_HEAD = """\
# Written by `make lock`: what lessonguard needs to run on Python 3.10 and newer, with the hashes of all
# its files. Only the engine of Semgrep is used, so what its own command line needs is left out.
"""
_OURS = "lessonguard (pyproject.toml)"
_ENTRY = re.compile(r"(?P<pins>(?P<name>\S+)==.*?)    # via (?P<parents>[^\n]+)\n", re.DOTALL)


def main() -> None:
    """Choose the newest versions that go together, and write those that are needed."""
    with tempfile.TemporaryDirectory() as folder:
        entries = list(_ENTRY.finditer(_resolve(Path(folder))))
    edges = [(entry["name"], parent) for entry in entries for parent in entry["parents"].split(", ")]
    needed = _needed(edges)
    lines = [
        entry["pins"] + f"    # via {', '.join(asking)}\n"
        for entry in entries
        if (asking := [parent for parent in entry["parents"].split(", ") if parent in needed - {"semgrep"}])
    ]
    _LOCK.write_text(_HEAD + "".join(lines), encoding="utf-8")
    print(f"wrote {_LOCK.relative_to(_ROOT)}: {len(lines)} packages")


def _resolve(folder: Path) -> str:
    """Give the lock of all dependencies, in the form of pip's requirement files."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", _UV], check=True)
    options = ("--universal", "--python-version=3.10", "--generate-hashes", "--no-build", "--no-header")
    argv = [str(folder / "bin" / "uv"), "pip", "compile", "--quiet", *options, "--annotation-style=line"]
    result = subprocess.run([*argv, "pyproject.toml"], cwd=_ROOT, stdout=subprocess.PIPE, check=True)
    return result.stdout.decode()


def _needed(edges: Collection[tuple[str, str]]) -> set[str]:
    """Name ourselves and all that we need if Semgrep needs nothing; edges lead from a package to who asks."""
    needed, before = {_OURS}, 0
    while len(needed) > before:
        before = len(needed)
        needed |= {name for name, asking in edges if asking in needed - {"semgrep"}}
    return needed


if __name__ == "__main__":
    main()
