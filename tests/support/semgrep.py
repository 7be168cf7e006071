"""An installed Semgrep whose engine is a shell script, for what the real one does too rarely."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from lessonguard.semgrep.installed import TESTED


def install_semgrep(folder: Path, script: str) -> None:
    """Make a package in `folder`, to be put on PYTHONPATH: the real table of languages, and this engine."""
    spec = find_spec("semgrep")
    assert spec
    assert spec.origin
    table = (Path(spec.origin).parent / "semgrep_interfaces" / "lang.json").read_bytes()
    package = folder / "semgrep"
    (package / "bin").mkdir(parents=True)
    (package / "semgrep_interfaces").mkdir()
    version = ".".join(map(str, (*TESTED[1], 0)))
    (package / "__init__.py").write_text(f'__VERSION__ = "{version}"\n', encoding="utf-8")
    (package / "semgrep_interfaces" / "lang.json").write_bytes(table)
    engine = package / "bin" / "semgrep-core"
    engine.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    engine.chmod(0o755)
