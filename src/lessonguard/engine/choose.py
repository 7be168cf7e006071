"""Find the Semgrep installed beside us, and choose how to run it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from sysconfig import get_path

from lessonguard.engine.cli import CliEngine
from lessonguard.engine.core import CoreEngine
from lessonguard.engine.interface import Engine
from lessonguard.engine.languages import load_languages
from lessonguard.engine.program import REINSTALL
from lessonguard.errors import EngineError

_TESTED = ((1, 140, 0), (1, 185, 0))

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
    if _TESTED[0] <= semgrep.version <= _TESTED[1] and semgrep.core.is_file():
        return CoreEngine(semgrep.core)
    return open_public_engine(semgrep)


def open_public_engine(semgrep: Semgrep) -> Engine:
    """Give the engine that asks the public `semgrep scan`: slower, and right for any version."""
    return CliEngine(_program(), load_languages(semgrep.package))


def _program() -> Path:
    beside = Path(get_path("scripts")) / "semgrep"
    if beside.is_file():
        return beside
    found = which("semgrep")
    if found is None:
        raise EngineError("Semgrep is installed without its program `semgrep`.", hint=REINSTALL)
    return Path(found)
