"""The public `semgrep scan` when things go wrong; that it finds what it should: `test_interface.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from lessonguard.errors import EngineError
from lessonguard.semgrep.cli import CliEngine, find_program
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import EngineResult, EngineRule, Limits, Target

RULE = EngineRule(
    id="pay",
    analyzers=frozenset({"python"}),
    document={"id": "pay", "languages": ["python"], "severity": "INFO", "message": "m", "pattern": "pay($X)"},
)
TARGET = Target(key=7, path="a.py", content=b"pay(1)\n", analyzers=frozenset({"python"}))


def run(folder: Path, script: str) -> EngineResult:
    """Run with a stand-in for `semgrep`."""
    program = folder / "semgrep"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return CliEngine(program, find_semgrep().languages).run([RULE], [TARGET], limits=Limits())


def answer(*errors: Mapping[str, object], scanned: bool = True) -> str:
    return json.dumps({"results": [], "errors": errors, "paths": {"scanned": ["7.py"] if scanned else []}})


def test_the_program_is_beside_the_python_that_runs() -> None:
    assert find_program().name == "semgrep"


def test_what_is_no_answer_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="exit code 2 without a usable answer: Out of luck"):
        run(tmp_path, "echo Out of luck >&2; exit 2")


def test_an_answer_that_leaves_a_target_out_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"whether it checked a\.py"):
        run(tmp_path, f"echo '{answer(scanned=False)}'")


def test_an_error_that_stops_semgrep_whatever_the_targets_refuses_the_rule(tmp_path: Path) -> None:
    error = {"type": "SemgrepError", "message": "cosmic rays"}

    assert run(tmp_path, f"echo '{answer(error)}'").refused == {"pay": "Semgrep stopped: cosmic rays"}


def test_the_first_line_of_a_message_is_left_out_because_it_names_our_files(tmp_path: Path) -> None:
    error = {"type": "Timeout", "path": "7.py", "message": "Timeout at line 7.py:1:\\n it was slow"}

    (unchecked,) = run(tmp_path, f"echo '{answer(error)}'").unchecked

    assert unchecked.reason == "Semgrep took too long: it was slow"


def test_it_neither_calls_home_nor_reads_the_settings_of_the_user(tmp_path: Path) -> None:
    script = f"echo $SEMGREP_SEND_METRICS $HOME $XDG_CONFIG_HOME $* > {tmp_path}/seen; echo '{answer()}'"

    run(tmp_path, script)

    metrics, home, settings, *arguments = (tmp_path / "seen").read_text(encoding="utf-8").split()
    assert metrics == "off"
    assert home == settings != str(Path.home())
    assert "--disable-version-check" in arguments
