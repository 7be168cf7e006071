"""The fast engine when things go wrong: nothing of it is ever taken for a clean answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lessonguard.errors import EngineError, LessonguardError
from lessonguard.semgrep.core import CoreEngine
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import EngineResult, EngineRule, Limits, Target

RULE = EngineRule(
    id="pay",
    analyzers=frozenset({"python"}),
    document={"id": "pay", "languages": ["python"], "severity": "INFO", "message": "m", "pattern": "pay($X)"},
)
ONLY_SRC = EngineRule(
    id="src",
    analyzers=RULE.analyzers,
    document={**RULE.document, "id": "src", "paths": {"include": ["src/"]}},
)
TARGET = Target(key=7, path="a.py", content=b"pay(1)\n", analyzers=frozenset({"python"}))

_INTERRUPTED = """
import signal, sys
from pathlib import Path
from lessonguard.semgrep.core import CoreEngine
from lessonguard.semgrep.interface import Limits
from tests.semgrep.test_core import RULE, TARGET

signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
CoreEngine(Path(sys.argv[1])).run([RULE], [TARGET], limits=Limits())
"""


def program(folder: Path, script: str) -> Path:
    """Write a stand-in for `semgrep-core`."""
    path = folder / "semgrep-core"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def run(binary: Path, *, rules: Sequence[EngineRule] = (RULE,), limits: Limits | None = None) -> EngineResult:
    return CoreEngine(binary).run(rules, [TARGET], limits=limits or Limits())


def answer(**more: Any) -> str:  # noqa: ANN401 - JSON
    """Write an answer of Semgrep's that says nothing, but for `more`."""
    return json.dumps(
        {"results": [], "errors": [], "paths": {"scanned": []}, "time": {}, "skipped_rules": [], **more}
    )


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("kill -9 $$", "stopped by signal 9"),
        ("exit 0", "exit code 0 without a usable answer"),
        ("echo garbage", "exit code 0 without a usable answer"),
        ("echo '[]'", "without a usable answer"),
        ("echo '{\"errors\": []}'", "without a usable answer"),
        (
            f"echo '{answer()}'; echo Out of luck >&2; exit 2",
            "exit code 2 without a usable answer: Out of luck",
        ),
        (f"echo '{answer()}' | head -c 40", "without a usable answer"),
        (f"echo '{answer(results=[{'check_id': 'pay', 'path': '/elsewhere'}])}'", "without a usable answer"),
    ],
)
def test_what_is_no_answer_is_an_error(tmp_path: Path, script: str, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        run(program(tmp_path, script))


def test_an_answer_that_leaves_a_target_out_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"whether it checked a\.py"):
        run(program(tmp_path, f"echo '{answer()}'"))


def test_a_target_that_only_paths_of_rules_keep_out_may_be_left_out(tmp_path: Path) -> None:
    empty = EngineResult()

    assert run(program(tmp_path, f"echo '{answer()}'"), rules=[ONLY_SRC]) == empty
    assert run(find_semgrep().core, rules=[ONLY_SRC]) == empty


def test_an_error_about_nothing_in_particular_is_an_error(tmp_path: Path) -> None:
    error = {"error_type": "SemgrepError", "severity": "warn", "message": "cosmic rays"}

    with pytest.raises(EngineError, match="cosmic rays"):
        run(program(tmp_path, f"echo '{answer(errors=[error])}'"))


def test_an_error_that_is_fatal_whatever_the_rules_is_an_error(tmp_path: Path) -> None:
    fatal = {"error_type": "Fatal error", "severity": "error", "message": "no more\\nCalled from x.ml"}
    script = (
        f"grep -q CodeTarget targets0.json && echo '{answer(errors=[fatal])}' && exit 2; echo '{answer()}'"
    )

    with pytest.raises(EngineError, match=r"^Semgrep stopped: no more$"):
        run(program(tmp_path, script))


@pytest.mark.parametrize("place", ["errors", "fixpoint_timeouts"])
def test_an_error_about_a_target_makes_it_unchecked(tmp_path: Path, place: str) -> None:
    error = {
        "error_type": "Timeout",
        "severity": "warn",
        "message": "",
        "location": {"path": "HERE/7.py"},
    }
    text = answer(errors=[error]) if place == "errors" else answer(time={"fixpoint_timeouts": [error]})

    (unchecked,) = run(program(tmp_path, f"echo '{text}' | sed \"s|HERE|$PWD|\"")).unchecked

    assert (unchecked.target, unchecked.path, unchecked.rule) == (7, "a.py", None)
    assert unchecked.kind == "timeout"


def test_a_file_that_semgrep_runs_out_of_memory_on_is_unchecked() -> None:
    code = b"".join(b"pay(a%d, b, c, d, e, g)\n" % i for i in range(400))
    target = Target(key=1, path="a.py", content=code, analyzers=RULE.analyzers)

    result = CoreEngine(find_semgrep().core).run([RULE], [target], limits=Limits(max_memory=1))

    assert [(item.kind, item.rule) for item in result.unchecked] == [("memory", None)]


def test_a_file_with_more_matches_than_semgrep_reports_is_unchecked() -> None:
    """It drops all matches of a rule in a file where there are more than 10,000."""
    many = Target(key=1, path="a.py", content=b"pay(1)\n" * 10_001, analyzers=TARGET.analyzers)

    result = CoreEngine(find_semgrep().core).run([RULE], [many], limits=Limits(timeout=60))

    (unchecked,) = result.unchecked
    assert (unchecked.kind, unchecked.rule, unchecked.target) == ("too-many", "pay", 1)
    assert unchecked.reason == "Semgrep found more matches of this rule in it than it reports"
    assert result.matches == ()


def test_an_engine_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    binary = program(tmp_path, f"sleep 60 & echo $! > {tmp_path}/pid; wait")

    with pytest.raises(EngineError, match=r"within 0\.5 seconds"):
        run(binary, limits=Limits(deadline=0.5))
    wait_for(lambda: not is_running(tmp_path / "pid"))


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LessonguardError):
        run(tmp_path / "semgrep-core")


def test_what_the_system_refuses_to_write_is_an_error_and_no_bug(tmp_path: Path) -> None:
    target = Target(key=10**300, path="a.py", content=b"", analyzers=RULE.analyzers)

    with pytest.raises(EngineError, match="File name too long"):
        CoreEngine(program(tmp_path, "exit 0")).run([RULE], [target], limits=Limits())


def test_several_processes_give_the_same_result_as_one() -> None:
    bad = EngineRule(
        id="bad", analyzers=RULE.analyzers, document={**RULE.document, "id": "bad", "pattern": "("}
    )
    contents = [b"pay(1)\n" * 3, b"pay(\n", b"", b"x\ndef f(:\npay(2)\n", b"pay(3)\n"]
    targets = [
        Target(key=key, path=f"{key}.py", content=content, analyzers=RULE.analyzers)
        for key, content in enumerate(contents)
    ]
    whole = CoreEngine(find_semgrep().core).run([RULE, bad], targets, limits=Limits())

    divided = CoreEngine(find_semgrep().core, least=1).run([RULE, bad], targets, limits=Limits())

    assert divided == whole
    assert len(whole.matches) >= 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_neither_programs_nor_files(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "tmp").mkdir()
    binary = program(tmp_path, f"sleep 60 & echo $! > {tmp_path}/pid; wait")
    child = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED, str(binary)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},  # noqa: TID251 - children inherit this
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())

    child.send_signal(number)

    assert child.wait(10) != 0
    assert list((tmp_path / "tmp").iterdir()) == []
    wait_for(lambda: not is_running(tmp_path / "pid"))


def wait_for(condition: Any) -> None:  # noqa: ANN401 - whatever can be true
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(pid_file: Path) -> bool:
    status = Path(f"/proc/{int(pid_file.read_text())}/status")
    return status.exists() and "\nState:\tZ" not in status.read_text()


def test_settings_of_semgrep_and_ocaml_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCAMLRUNPARAM", "d=1")
    monkeypatch.setenv("SEMGREP_LOG_FILE", "/nowhere/at/all")
    monkeypatch.setenv("SEMGREP_RULES", "p/default")

    assert len(run(find_semgrep().core).matches) == 1
