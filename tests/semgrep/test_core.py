"""The fast engine when things go wrong: nothing of it is ever taken for a clean answer."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.errors import EngineError, LessonguardError
from lessonguard.semgrep.batches import Entry, split_entries
from lessonguard.semgrep.core import CoreEngine
from lessonguard.semgrep.installed import TESTED, Semgrep, find_semgrep
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


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("Timeout", "timeout"),
        ("Fixpoint timeout", "timeout"),
        ("Out of memory", "memory"),
        ("Stack overflow", "memory"),
        ("Lexical error", "parse"),
        ("Syntax error", "parse"),
        ("Other syntax error", "parse"),
        ("AST builder error", "parse"),
        ("Internal matching error", "crash"),
        ("Too many matches", "too-many"),
        ("Something of tomorrow", "crash"),
        (["SomethingOfTomorrow", {"a": 1}], "crash"),
    ],
)
@pytest.mark.parametrize("place", ["errors", "fixpoint_timeouts"])
def test_every_error_about_a_target_is_a_problem(tmp_path: Path, place: str, type_: Any, kind: str) -> None:  # noqa: ANN401
    error = {"error_type": type_, "severity": "warn", "message": "", "location": {"path": "HERE/7.py"}}
    said = answer(errors=[error]) if place == "errors" else answer(time={"fixpoint_timeouts": [error]})

    (problem,) = run(program(tmp_path, f"echo '{said}' | sed \"s|HERE|$PWD|\"")).unchecked

    assert (problem.target, problem.rule, problem.kind) == (7, None, kind)
    assert problem.reason.startswith("Semgrep ")


def test_running_out_of_memory_is_a_problem_of_the_file() -> None:
    code = b"".join(b"pay(a%d, b, c, d, e, g)\n" % i for i in range(400))
    target = Target(key=1, path="a.py", content=code, analyzers=RULE.analyzers)

    result = CoreEngine(find_semgrep().core).run([RULE], [target], limits=Limits(max_memory=1))

    assert [(problem.kind, problem.rule) for problem in result.unchecked] == [("memory", None)]


def test_more_matches_than_semgrep_reports_are_a_problem_and_never_none() -> None:
    """It drops all matches of a rule in a file where there are more than 10,000."""
    many = Target(key=1, path="a.py", content=b"pay(1)\n" * 10_001, analyzers=TARGET.analyzers)

    result = CoreEngine(find_semgrep().core).run([RULE], [many], limits=Limits(timeout=60))

    (problem,) = result.unchecked
    assert (problem.kind, problem.rule, problem.target) == ("too-many", "pay", 1)
    assert problem.reason == "Semgrep found more matches of this rule in it than it reports"
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


@given(st.lists(st.tuples(st.integers(0, 10**8), st.integers(1, 3)), max_size=12), st.integers(1, 4))
def test_what_is_asked_is_divided_evenly_and_completely(sizes: list[tuple[int, int]], most: int) -> None:
    entries = [
        Entry(target=_sized(key, size), analyzer=str(number), rules=1, certain=frozenset())
        for key, (size, languages) in enumerate(sizes)
        for number in range(languages)
    ]

    shares = split_entries(entries, most=most, least=10**7)

    keys = [{entry.target.key for entry in share} for share in shares]
    assert 1 <= len(shares) <= most
    assert sorted(map(id, entries)) == sorted(id(entry) for share in shares for entry in share)
    assert sum(map(len, keys)) == len(set().union(*keys))
    assert len(shares) == 1 or all(shares)


class _Zeros(bytes):
    """Many bytes that take no memory."""

    size: int

    def __len__(self) -> int:
        return self.size


def _sized(key: int, size: int) -> Target:
    content = _Zeros()
    content.size = size
    return Target(key=key, path="a.py", content=content, analyzers=frozenset())


def test_small_questions_are_not_divided() -> None:
    entries = [Entry(target=_sized(i, 10**6), analyzer="", rules=1, certain=frozenset()) for i in range(19)]

    assert len(split_entries(entries, most=4, least=10**7)) == 1
    assert len(split_entries([*entries, *entries], most=4, least=10**7)) == 3


def test_a_divided_question_has_the_same_answer() -> None:
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
    # A signal that arrives before Popen has returned would leave the program: so it waits to be known.
    binary = program(tmp_path, f"sleep 60 & sleep 0.5; echo $! > {tmp_path}/pid; wait")
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


@pytest.mark.parametrize(
    ("version", "name"),
    [((1, 136, 0), "CliEngine"), ((*TESTED[1], 0), "CoreEngine"), ((2, 0, 0), "CliEngine")],
)
def test_only_tested_versions_take_the_fast_path(version: tuple[int, int, int], name: str) -> None:
    semgrep = Semgrep(package=find_semgrep().package, version=version)

    assert type(semgrep._engine).__name__ == name  # noqa: SLF001 - what is chosen shows nowhere else


def test_a_package_without_the_engine_takes_the_public_path(tmp_path: Path) -> None:
    semgrep = Semgrep(package=tmp_path, version=(*TESTED[1], 0))

    assert not semgrep.core.is_file()


@pytest.mark.parametrize(
    ("language", "code", "span"),
    [
        ("Python", "requests.$M(, timeout=$T)", (1, 12, 13)),
        ("python", "f(é,\n  a b)", (2, 4, 5)),
        ("JavaScript", "f(a b, ...)", (1, 4, 5)),
        ("Python", "f($X, ...)", None),
        ("Python", "if $X\n  f()", None),  # longer than a line
        ("JSON", "{a:", None),  # has no such parser
        ("brainfuck", "+", None),
    ],
)
def test_a_syntax_error_is_found(language: str, code: str, span: tuple[int, int, int] | None) -> None:
    assert find_semgrep().find_syntax_error(code, language, limits=Limits()) == span


def test_an_engine_that_cannot_say_where_a_syntax_error_is_is_no_error(tmp_path: Path) -> None:
    semgrep = Semgrep(package=tmp_path, version=(*TESTED[1], 0))
    shutil.copytree(find_semgrep().package / "semgrep_interfaces", tmp_path / "semgrep_interfaces")

    assert semgrep.find_syntax_error("f(", "Python", limits=Limits()) is None
