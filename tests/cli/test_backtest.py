"""`lessonguard backtest` as an author meets it: what to replay, what comes out, and ^C."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path
from shutil import copy

import pytest

from lessonguard.semgrep.installed import find_semgrep
from tests.support.cli import LESSONGUARD, lessonguard
from tests.support.repo import Repo
from tests.support.semgrep import install_semgrep

LESSONS = Path(__file__).parents[1] / "cases" / "change_lessons"
SAFE = "import requests\n\nrequests.get(url, timeout=5)\n"
BAD = "import requests\n\nrequests.get(url)\n"

TEXT = """\
  TIMEOUT · 2026-05-14 · P1 · blocks
  Checkout hung when the payments API stalled

  Would have commented on   then ●●·· now
    2026-01-01  {ship}  Ship (#3)
      ship.py:3:1  added  requests.get(url)
    2026-01-01  {retry}  Retry payments (#2)
      app.py:3:1  exposed  requests.get(url)

  Matches today, at {head}: not reported until somebody edits it
    ship.py:3:1  requests.get(url)

Replayed 4 commits on main, 2026-01-01
TIMEOUT would have blocked 2 of the last 4 commits; it matches 1 place today.
Quiet: it comments rarely enough that people will read it.
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make a shop that repeated an incident twice; its lessons are in the work tree, not committed."""
    repo = Repo(tmp_path / "repo").write({"app.py": SAFE})
    repo.commit("Open")
    repo.commit("Retry payments (#2)", {"app.py": BAD})
    repo.commit("Ship (#3)", {"ship.py": BAD})
    repo.commit("Mend (#4)", {"app.py": SAFE})
    repo.commit("Tell (#5)", {"README.md": "A shop.\n"})
    (repo.path / "lessons").mkdir()
    for lesson in LESSONS.glob("*.yaml"):
        copy(lesson, repo.path / "lessons")
    return repo


def spoken(text: str) -> dict[str, list[str]]:
    """Give the titles of the changes that each lesson would have spoken on."""
    lessons = json.loads(text)["lessons"]
    return {each["lesson"]: [change["title"] for change in each["spoken"]] for each in lessons}


# What comes out -------------------------------------------------------------------------------


def test_one_lesson_is_told_in_full(repo: Repo) -> None:
    outcome = lessonguard("backtest", "TIMEOUT", cwd=repo.path)

    names = {"ship": "HEAD~2", "retry": "HEAD~3", "head": "HEAD"}
    commits = {name: repo.git("rev-parse", revision)[:10] for name, revision in names.items()}
    assert outcome.stdout == TEXT.format(**commits)
    assert outcome.stderr == ""


def test_all_lessons_are_in_a_table(repo: Repo) -> None:
    outcome = lessonguard("backtest", cwd=repo.path)

    assert "  TIMEOUT         2  ●●··            1  quiet\n" in outcome.stdout
    assert "  LOCK            0  ····            0  silent\n" in outcome.stdout


def test_json_goes_to_programs_and_markdown_to_pull_requests(repo: Repo, tmp_path: Path) -> None:
    document = json.loads(lessonguard("backtest", "--format", "json", cwd=repo.path).stdout)
    assert (document["version"], document["replayed"], document["unit"]) == (1, 4, "commit")
    assert document["tree"] == repo.head

    output = tmp_path / "report.md"
    argv = ["TIMEOUT", "--format", "markdown", "--output", str(output)]
    assert lessonguard("backtest", *argv, cwd=repo.path).stdout == ""
    assert output.read_text(encoding="utf-8").startswith(
        "**TIMEOUT** would have blocked 2 of the last 4 commits"
    )


def test_the_second_run_says_the_same(repo: Repo) -> None:
    first, second = (lessonguard("backtest", "--format", "json", cwd=repo.path).stdout for _ in range(2))

    assert first == second


# What is replayed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "titles"),
    [
        (["--last", "3"], ["Ship (#3)"]),
        (["--since", "2026-01-01"], ["Ship (#3)", "Retry payments (#2)"]),
        (["--since", "2026-01-02"], []),
        (["HEAD~4..HEAD~3"], ["Retry payments (#2)"]),
        (["HEAD~3.."], ["Ship (#3)"]),
    ],
)
def test_an_author_says_how_far_back(repo: Repo, argv: list[str], titles: list[str]) -> None:
    text = lessonguard("backtest", "TIMEOUT", *argv, "--format", "json", cwd=repo.path).stdout

    assert spoken(text) == {"TIMEOUT": titles}


def test_lessons_are_named_by_incident_or_by_file(repo: Repo) -> None:
    names = ["TIMEOUT", "lessons/LOCK.yaml", "TIMEOUT"]
    text = lessonguard("backtest", *names, "--format", "json", cwd=repo.path).stdout
    assert list(spoken(text)) == ["LOCK", "TIMEOUT"]

    (repo.path / "deep").mkdir()
    text = lessonguard("backtest", "../lessons", "--format", "json", cwd=repo.path / "deep").stdout
    assert len(spoken(text)) == 3


def test_a_lesson_may_be_kept_elsewhere(repo: Repo, tmp_path: Path) -> None:
    copy(LESSONS / "TIMEOUT.yaml", tmp_path / "draft.yaml")

    text = lessonguard("backtest", str(tmp_path / "draft.yaml"), "--format", "json", cwd=repo.path).stdout

    assert spoken(text) == {"TIMEOUT": ["Ship (#3)", "Retry payments (#2)"]}


def test_a_lesson_that_was_edited_is_asked_anew(repo: Repo) -> None:
    lessonguard("backtest", cwd=repo.path)
    path = repo.path / "lessons/TIMEOUT.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[tests/]", "[ship.py]"), encoding="utf-8")

    text = lessonguard("backtest", "TIMEOUT", "--format", "json", cwd=repo.path).stdout

    assert spoken(text) == {"TIMEOUT": ["Retry payments (#2)"]}


def test_a_bare_repository_has_the_lessons_of_its_head(repo: Repo, tmp_path: Path) -> None:
    repo.commit("Learn")
    bare = repo.clone(tmp_path / "bare", "--bare")

    text = lessonguard("backtest", "TIMEOUT", "--format", "json", cwd=bare.path).stdout

    assert spoken(text) == {"TIMEOUT": ["Ship (#3)", "Retry payments (#2)"]}


# What goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["TIMEOUTS"], 2, "There is no lesson about TIMEOUTS.\nhint: Did you mean TIMEOUT?"),
        (["lessons/GONE.yaml"], 2, "There is no file or folder"),
        (["--last", "0"], 2, "0 is not in the range"),
        (["--since", "yesterday"], 2, "does not match the format"),
        (
            ["--last", "3", "--since", "2026-01-01"],
            2,
            "Use only one of these: --last, --since",
        ),
        (
            ["HEAD~1..HEAD", "--last", "3"],
            2,
            "Use only one of these: HEAD~1..HEAD, --last",
        ),
        (["HEAD~1...HEAD"], 2, "Write two: HEAD~1..HEAD"),
        (["nowhere..HEAD"], 3, "There is no commit 'nowhere'"),
        (["--format", "sarif"], 2, "'sarif'"),
        (["--lessons-folder", "gone"], 2, "there is no such folder"),
        (["-C", "/"], 3, "not in a Git repository"),
    ],
)
def test_wrong_usage_is_explained(repo: Repo, argv: list[str], code: int, message: str) -> None:
    outcome = lessonguard("backtest", *argv, cwd=repo.path, expect=code)

    assert message in outcome.stderr
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr


def test_an_invalid_lesson_hides_no_other_and_is_exit_2(repo: Repo) -> None:
    repo.write({"lessons/broken.yaml": "incident: X\n"})

    outcome = lessonguard("backtest", "--format", "json", cwd=repo.path, expect=2)

    assert spoken(outcome.stdout)["TIMEOUT"] == ["Ship (#3)", "Retry payments (#2)"]
    assert "lessons/broken.yaml:1:1:" in outcome.stderr


def test_an_invalid_lesson_that_nobody_asked_for_is_no_matter(repo: Repo) -> None:
    repo.write({"lessons/broken.yaml": "incident: X\n"})

    lessonguard("backtest", "TIMEOUT", cwd=repo.path)
    lessonguard("backtest", "X", cwd=repo.path, expect=2)
    lessonguard("backtest", "lessons/broken.yaml", cwd=repo.path, expect=2)


def test_a_rule_that_semgrep_refuses_is_exit_2_every_time(repo: Repo) -> None:
    path = repo.path / "lessons/TIMEOUT.yaml"
    bad = path.read_text(encoding="utf-8").replace("requests.$METHOD(...)", "requests.((((")
    path.write_text(bad, encoding="utf-8")

    for _ in range(2):
        outcome = lessonguard("backtest", "TIMEOUT", cwd=repo.path, expect=2)
        assert "lessons/TIMEOUT.yaml:12:1: Semgrep refuses rule TIMEOUT" in outcome.stderr


def test_a_clone_that_is_too_shallow_is_exit_3_and_says_what_to_fetch(repo: Repo, tmp_path: Path) -> None:
    repo.commit("Learn")
    clone = repo.clone(tmp_path / "clone", "--depth=1")

    outcome = lessonguard("backtest", cwd=clone.path, expect=3)

    assert "this clone is shallow" in outcome.stderr
    assert "git fetch --unshallow" in outcome.stderr


def test_semgrep_that_fails_is_exit_3(repo: Repo, tmp_path: Path) -> None:
    install_semgrep(tmp_path, "echo broken >&2; exit 9")

    for _ in range(2):
        outcome = lessonguard("backtest", cwd=repo.path, expect=3, PYTHONPATH=str(tmp_path))

        assert outcome.stdout == ""
        assert "without a usable answer: broken" in outcome.stderr


# ^C and after ---------------------------------------------------------------------------------


class Gate:
    """A Semgrep that counts its runs, and at one of them waits to be let go."""

    def __init__(self, folder: Path, *, at: int) -> None:
        """Install it in a folder, to be put on PYTHONPATH."""
        self.folder = folder
        self._stuck, self._runs = folder / "stuck", folder / "runs"
        self._runs.mkdir(parents=True)
        count = f'n=$(ls "{self._runs}" | wc -l); : > "{self._runs}/$n"'
        wait = f'if [ "$n" -eq {at} ]; then echo $$ > "{self._stuck}"; exec sleep 600; fi'
        install_semgrep(folder, f'{count}\n{wait}\nexec "{find_semgrep().core}" "$@"')

    @property
    def runs(self) -> int:
        """Count how often it was started."""
        return len(list(self._runs.iterdir()))

    def wait(self) -> int:
        """Wait until it waits, and give its process."""
        for _ in range(6000):
            if self._stuck.exists() and (words := self._stuck.read_text(encoding="ascii").split()):
                return int(words[0])
            time.sleep(0.01)
        raise AssertionError("Semgrep was not started")


@pytest.fixture
def long(repo: Repo) -> Repo:
    """Add changes to the shop, so that Semgrep is started more than once."""
    for number in range(120):
        repo.commit(f"Number {number}", {f"{number % 5}.py": f"x = {number}\n" + BAD * (number % 20 == 0)})
    return repo


def _start(cwd: Path, *argv: str, **variables: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "COLUMNS": "80", **variables}  # noqa: TID251 - a child inherits what tests set
    return subprocess.Popen(
        [LESSONGUARD, "backtest", *argv],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _is_running(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False).stdout
    return bool(state.strip()) and not state.strip().startswith(b"Z")


def test_interrupted_it_says_what_is_known_and_the_next_run_goes_on(long: Repo, tmp_path: Path) -> None:
    argv = ["TIMEOUT", "--last", "120"]
    gate = Gate(tmp_path / "gate", at=1)
    with _start(long.path, *argv, PYTHONPATH=str(gate.folder)) as process:
        semgrep = gate.wait()
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)

    assert process.returncode == 130
    assert b"TIMEOUT would have blocked 5 of the last 100 commits." in stdout
    assert stdout.decode().endswith("Interrupted after 100 of 120 commits. The next run continues there.\n")
    assert b"Traceback" not in stderr
    assert not _is_running(semgrep)

    free = Gate(tmp_path / "free", at=99)
    goes_on = lessonguard("backtest", *argv, cwd=long.path, PYTHONPATH=str(free.folder))
    assert free.runs <= 2  # the last changes, and what no change has touched
    for file in (long.path / ".git/lessonguard/backtest").iterdir():
        file.unlink()
    assert lessonguard("backtest", *argv, cwd=long.path).stdout == goes_on.stdout
    assert "6 of the last 120 commits" in goes_on.stdout


def test_what_is_known_outlives_a_termination(long: Repo, tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate", at=1)
    with _start(long.path, "TIMEOUT", "--last", "120", PYTHONPATH=str(gate.folder)) as process:
        gate.wait()
        process.terminate()
        process.communicate(timeout=60)

    assert process.returncode == 143
    (file,) = (long.path / ".git/lessonguard/backtest").glob("*.json")
    assert len(json.loads(file.read_bytes().partition(b"\n")[2])) == 100


def test_interrupted_at_once_it_claims_nothing(long: Repo, tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate", at=0)
    with _start(long.path, "TIMEOUT", "--last", "120", PYTHONPATH=str(gate.folder)) as process:
        assert process.stderr
        assert process.stderr.readline() == "replaying commits: 0 of 120 …\n".encode()
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=60)

    assert process.returncode == 130
    assert stdout.decode().splitlines()[-4:] == [
        "Replayed no commits on main",
        "TIMEOUT was not tried on any commit yet.",
        "",
        "Interrupted after 0 of 120 commits. The next run continues there.",
    ]


def test_a_terminal_shows_a_bar(long: Repo, tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate", at=1)
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(gate.folder)}  # noqa: TID251 - as above
    argv: list[str | Path] = [LESSONGUARD, "backtest", "--last", "120"]
    with subprocess.Popen(
        argv, cwd=long.path, env=environment, stdout=subprocess.PIPE, stderr=slave
    ) as process:
        os.close(slave)
        output = b""
        while b"100 of 120" not in output:  # a slow machine shows some of those before, too
            output += os.read(master, 4096)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    os.close(master)

    assert "━━━━━━━━━━━━━━━━━━━━────  100 of 120" in output.decode()
