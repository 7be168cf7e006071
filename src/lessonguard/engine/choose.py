"""Find the Semgrep installed beside us, and choose how to run it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lessonguard.engine.core import CoreEngine
from lessonguard.engine.interface import Engine
from lessonguard.errors import EngineError

_VERSION = re.compile(r"""^__VERSION__ = ["'](\d+)\.(\d+)\.(\d+)["']""", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Semgrep:
    """An installed Semgrep: the folder of its Python package, and its version."""

    package: Path
    version: tuple[int, int, int]

    @property
    def core(self) -> Path:
        """Give the program that matches, `semgrep-core`."""
        return self.package / "bin" / "semgrep-core"


def find_semgrep() -> Semgrep:
    """Find the installed Semgrep by its files: importing it would take a second.

    Raise `EngineError` if there is none.
    """
    spec = find_spec("semgrep")
    if spec is None or spec.origin is None:
        raise EngineError("Semgrep is not installed.", hint="pip install semgrep")
    package = Path(spec.origin).parent
    found = _VERSION.search(Path(spec.origin).read_text(encoding="utf-8"))
    if found is None:
        raise EngineError(
            f"Cannot tell the version of Semgrep in {package}.", hint="pip install --upgrade semgrep"
        )
    major, minor, patch = found.groups()
    return Semgrep(package=package, version=(int(major), int(minor), int(patch)))


def open_engine(semgrep: Semgrep | None = None) -> Engine:
    """Choose the engine for this Semgrep, or for the one that is installed beside us."""
    semgrep = semgrep or find_semgrep()
    return CoreEngine(semgrep.core)
