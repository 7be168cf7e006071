"""Running programs: what they get, what comes back, and that none is left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lessonguard.errors import LessonguardError
from lessonguard.process import (
    Conversation,
    MissingProgramError,
    TimeLimitError,
    environment,
    run,
    run_together,
)

_FAMILY = """
trap '{trap}' TERM
sleep 300 &
echo $! > {pids}.new
echo $$ >> {pids}.new
mv {pids}.new {pids}
while :; do wait; done
"""
"""A shell that starts a program of its own, tells both ids and never ends by itself."""


def _family(pids: Path, *, trap: str = "exit") -> list[str]:
    return ["sh", "-c", _FAMILY.format(pids=pids, trap=trap)]


def _wait_for(path: Path) -> list[int]:
    for _ in range(500):
        if path.exists():
            return [int(line) for line in path.read_text().split()]
        time.sleep(0.01)
    raise AssertionError(f"{path} did not appear")


def _is_running(pid: int) -> bool:
    """Return whether a process runs; one that has ended and was not asked for its result does not."""
    state = run(["ps", "-o", "stat=", "-p", str(pid)]).stdout.strip()
    return bool(state) and not state.startswith(b"Z")


def _assert_gone(pids: Path) -> None:
    family = _wait_for(pids)
    for _ in range(500):
        if not any(map(_is_running, family)):
            return
        time.sleep(0.01)
    raise AssertionError("a process was left behind")


def test_what_a_program_writes_and_returns_comes_back() -> None:
    result = run(["sh", "-c", "echo out; echo err >&2; exit 3"])

    assert (result.stdout, result.stderr, result.returncode) == (b"out\n", b"err\n", 3)


def test_arguments_reach_the_program_as_they_are() -> None:
    odd = ["$HOME", "a b", "*", ";true", "`id`", "'", '"', "\n", "--"]

    result = run([sys.executable, "-c", "import sys; print(sys.argv[1:])", *odd])

    assert result.stdout.decode().strip() == str(odd)


def test_a_program_reads_bytes_or_a_file_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"from a file")

    with (tmp_path / "file").open("rb") as file:
        assert run(["cat"], stdin=file).stdout == b"from a file"
    assert run(["cat"], stdin=b"bytes\0\xff").stdout == b"bytes\0\xff"
    assert run(["cat"]).stdout == b""


def test_more_than_a_pipe_holds_passes_both_ways() -> None:
    data = bytes(range(256)) * 40_000

    assert run(["cat"], stdin=data).stdout == data


def test_a_program_runs_in_the_folder_it_is_given(tmp_path: Path) -> None:
    assert run(["pwd", "-P"], cwd=tmp_path).stdout.decode().strip() == str(tmp_path.resolve())


@pytest.mark.parametrize(
    "name",
    [
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_WORK_TREE",
        "GIT_PREFIX",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_QUARANTINE_PATH",
        "GIT_CONFIG_PARAMETERS",
        "GIT_CONFIG",
        "GIT_EXTERNAL_DIFF",
        "GIT_DIFF_OPTS",
        "GIT_LITERAL_PATHSPECS",
        "GIT_NAMESPACE",
        "GIT_GRAFT_FILE",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_ATTR_SOURCE",
        "GIT_TRACE",
    ],
)
def test_what_git_sets_for_hooks_or_diffs_is_dropped(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "x")

    assert f"\n{name}=" not in "\n" + run(["env"]).stdout.decode()


@pytest.mark.parametrize(
    "name",
    [
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_ASKPASS",
        "GIT_TERMINAL_PROMPT",
        "GIT_PROXY_COMMAND",
        "GIT_SSL_CAINFO",
        "GIT_HTTP_USER_AGENT",
        "GIT_ALLOW_PROTOCOL",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_KEY_0",
        "GIT_CONFIG_VALUE_0",
        "HTTPS_PROXY",
        "DIGIT_SUM",
    ],
)
def test_what_it_takes_to_reach_a_server_is_kept(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "x")

    assert f"\n{name}=x\n" in "\n" + run(["env"]).stdout.decode()


def test_messages_are_in_english_and_variables_can_be_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")

    lines = run(["env"], variables={"GIT_DIR": "mine"}).stdout.decode().splitlines()

    assert "LC_ALL=C" in lines
    assert "GIT_DIR=mine" in lines


def test_a_variable_of_the_environment_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LESSONGUARD_TEST", "value")

    assert environment("LESSONGUARD_TEST") == "value"
    assert environment("LESSONGUARD_UNSET") is None


def test_a_missing_program_is_named_with_what_to_do() -> None:
    with pytest.raises(MissingProgramError, match="Cannot find the program no-such-program") as caught:
        run(["no-such-program"])

    assert "Install no-such-program" in caught.value.hint
    assert caught.value.exit_code == 3


def test_a_missing_folder_is_not_taken_for_a_missing_program(tmp_path: Path) -> None:
    with pytest.raises(LessonguardError, match="there is no such folder") as caught:
        run(["true"], cwd=tmp_path / "gone")

    assert not isinstance(caught.value, MissingProgramError)


def test_a_file_that_cannot_run_is_named(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("no program")

    with pytest.raises(LessonguardError, match=r"program: Permission denied"):
        run([str(program)])


@pytest.mark.parametrize("trap", ["exit", ""], ids=["ends when asked", "ignores being asked"])
def test_a_time_limit_stops_the_program_and_what_it_started(trap: str, tmp_path: Path) -> None:
    pids = tmp_path / "pids"

    with pytest.raises(TimeLimitError, match=r"sh did not finish within 0\.5 seconds"):
        run(_family(pids, trap=trap), timeout=0.5)

    _assert_gone(pids)


def test_an_interrupt_stops_the_program_and_what_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = f"from lessonguard.process import run; run({_family(pids)!r})"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) as parent:
        _wait_for(pids)

        parent.send_signal(signal.SIGINT)

        assert b"KeyboardInterrupt" in parent.communicate(timeout=30)[1]
    _assert_gone(pids)


def test_programs_run_at_the_same_time_and_answer_in_order() -> None:
    meet = "sleep 0.5; echo {} ; exit {}"
    began = time.monotonic()

    first, second = run_together([["sh", "-c", meet.format("one", 1)], ["sh", "-c", meet.format("two", 0)]])

    assert time.monotonic() - began < 0.95
    assert (first.stdout, first.returncode) == (b"one\n", 1)
    assert (second.stdout, second.returncode) == (b"two\n", 0)


def test_a_time_limit_is_for_all_programs_and_stops_them_all(tmp_path: Path) -> None:
    families = [_family(tmp_path / "a"), _family(tmp_path / "b")]

    with pytest.raises(TimeLimitError):
        run_together([["true"], *families], timeout=1)

    assert not any(_is_running(pid) for name in "ab" for pid in _wait_for(tmp_path / name))


def test_a_program_that_cannot_start_stops_those_before_it(tmp_path: Path) -> None:
    with pytest.raises(MissingProgramError):
        run_together([_family(tmp_path / "a"), ["no-such-program"]])

    assert not (tmp_path / "a").exists() or not any(map(_is_running, _wait_for(tmp_path / "a")))


def test_a_conversation_goes_back_and_forth() -> None:
    talk = Conversation(["cat"])
    for line in (b"one\n", b"two\n"):
        talk.stdin.write(line)
        talk.stdin.flush()

        assert talk.stdout.readline() == line
    assert talk.close() == b""


def test_a_conversation_that_ends_tells_why() -> None:
    talk = Conversation(["sh", "-c", "echo because >&2"])

    assert talk.stdout.readline() == b""
    assert talk.close() == b"because\n"


def test_complaints_of_any_length_do_not_block_a_conversation() -> None:
    talk = Conversation(["sh", "-c", "head -c 1000000 /dev/zero >&2; echo done"])

    assert talk.stdout.readline() == b"done\n"
    assert len(talk.close()) == 1_000_000


def test_closing_a_conversation_leaves_no_process_and_nothing_unread_in_the_way(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    talk = Conversation(_family(pids))
    talk.stdin.write(b"never flushed")
    _wait_for(pids)

    talk.close()

    _assert_gone(pids)


_SIGNALLED = """
import os, signal, sys
from pathlib import Path
from lessonguard.process import run

signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
for _ in range(20):
    try:
        run(["sh", "-c", "echo $$ > pid; kill -TERM $PPID; sleep 60"])
    except SystemExit:
        pid = int(Path("pid").read_text())
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            print("gone")
"""


def test_a_signal_while_a_program_starts_leaves_no_program(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", _SIGNALLED], cwd=tmp_path, capture_output=True, check=True, text=True
    )

    assert result.stdout.split() == ["gone"] * 20
