"""`lessonguard scan` as a user meets it: its options, its outputs and its exit codes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path
from shutil import copy

import pytest

from lessonguard.cli.scan import FORMATS
from tests.support.cli import LESSONGUARD, lessonguard
from tests.support.repo import Repo
from tests.support.semgrep import install_semgrep

LESSONS = Path(__file__).parents[1] / "cases" / "change_lessons"
SAFE = "import requests\n\nrequests.get(url, timeout=5)\n"
_COPY_SOME = "hint: copy some with `lessonguard init --starter`, or write one with `lessonguard new INCIDENT`"
BAD = "import requests\n\nrequests.get(url)\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make a repository with three lessons and safe code on main."""
    repo = Repo(tmp_path / "repo").write({"app.py": SAFE, "lessons/.keep": ""})
    for lesson in LESSONS.glob("*.yaml"):
        copy(lesson, repo.path / "lessons")
    repo.commit("Base")
    return repo


def states(text: str) -> list[str]:
    report = json.loads(text)
    return [f"{item['state']} {item['path']}:{item['start']['line']}" for item in report["findings"]]


def test_a_clean_change_is_one_line_and_exit_0(repo: Repo) -> None:
    repo.branch("pr").commit("Innocent", {"app.py": SAFE + "x = 1\n"})

    outcome = lessonguard("scan", cwd=repo.path)

    assert (outcome.stdout, outcome.stderr) == ("No new findings · 1 file checked by 3 lessons\n", "")


def test_a_blocking_lesson_repeated_is_exit_1(repo: Repo) -> None:
    repo.branch("pr").commit("Bad", {"app.py": BAD})

    outcome = lessonguard("scan", cwd=repo.path, expect=1)

    assert outcome.stdout == (Path(__file__).parents[1] / "cases" / "scan_text.txt").read_text(
        encoding="utf-8"
    )
    assert outcome.stderr == ""


@pytest.mark.parametrize(("fail_on", "code"), [("block", 1), ("comment", 1), ("monitor", 1), ("never", 0)])
def test_fail_on_decides_about_a_blocking_lesson(repo: Repo, fail_on: str, code: int) -> None:
    repo.branch("pr").commit("Bad", {"app.py": BAD})

    lessonguard("scan", "--fail-on", fail_on, cwd=repo.path, expect=code)


@pytest.mark.parametrize(("fail_on", "code"), [("block", 0), ("comment", 1), ("monitor", 1), ("never", 0)])
def test_fail_on_decides_about_a_commenting_lesson(repo: Repo, fail_on: str, code: int) -> None:
    repo.branch("pr").commit("Bad", {"pay.py": "charge(order, 1)\n"})

    lessonguard("scan", "--fail-on", fail_on, cwd=repo.path, expect=code)


def test_an_accepted_finding_is_exit_0_and_still_reported(repo: Repo) -> None:
    accept = '# lessonguard: accept TIMEOUT reason="our own health check"\n'
    repo.branch("pr").commit("Bad", {"new.py": accept + "requests.get(url)\n"})

    report = json.loads(lessonguard("scan", "--format", "json", cwd=repo.path).stdout)

    assert report["findings"][0]["accepted"] == {
        "reason": "our own health check",
        "until": None,
        "where": "new.py:1",
    }


def test_json_is_the_same_to_the_byte(repo: Repo) -> None:
    repo.branch("pr").commit("Bad", {"app.py": BAD, "pay.py": "charge(order, 1)\n" * 3})

    outputs = {lessonguard("scan", "--format", "json", cwd=repo.path, expect=1).stdout for _ in range(3)}

    assert len(outputs) == 1


def test_lessons_come_from_the_tip_of_base(repo: Repo) -> None:
    """A lesson learned yesterday judges a branch cut last week; the branch cannot weaken it."""
    lesson = (repo.path / "lessons/TIMEOUT.yaml").read_text(encoding="utf-8")
    repo.commit("Forget", {"lessons/TIMEOUT.yaml": None})
    repo.branch("pr").commit("Bad", {"app.py": BAD})
    repo.switch("main").commit("Learn", {"lessons/TIMEOUT.yaml": lesson})
    repo.switch("pr").commit("Weaken", {"lessons/LOCK.yaml": None})

    outcome = lessonguard("scan", "--format", "json", cwd=repo.path, expect=1)

    assert states(outcome.stdout) == ["exposed app.py:3"]
    assert json.loads(outcome.stdout)["lessons"] == 3


def test_lessons_of_a_directory_override_those_of_base(repo: Repo, tmp_path: Path) -> None:
    repo.branch("pr").commit("Bad", {"app.py": BAD})
    (tmp_path / "none").mkdir()

    outcome = lessonguard("scan", "--lessons", str(tmp_path / "none"), cwd=repo.path)

    assert outcome.stdout == "Nothing checked: no lessons · 1 changed file\n"
    assert outcome.stderr.splitlines() == [
        f"note: there are no lessons in {tmp_path}/none, so nothing was checked",
        _COPY_SOME,
    ]


def test_a_base_without_lessons_is_told(repo: Repo) -> None:
    repo.branch("pr").commit("Bad", {"app.py": BAD})

    outcome = lessonguard("scan", "--lessons-folder", "elsewhere", cwd=repo.path)

    assert outcome.stderr.splitlines() == [
        "note: there are no lessons in elsewhere/ on main, so nothing was checked",
        _COPY_SOME,
    ]


@pytest.mark.parametrize("mode", ["", " --staged", " --worktree"])
def test_lessons_that_are_not_on_the_base_yet_are_told(tmp_path: Path, mode: str) -> None:
    """As after `lessonguard init`: the folder is there, even its README is merged, but no lesson is."""
    repo = Repo(tmp_path / "repo").write({"app.py": SAFE, "lessons/README.md": ""})
    repo.commit("Base")
    copy(LESSONS / "TIMEOUT.yaml", repo.path / "lessons")
    (repo.path / "src").mkdir()

    outcome = lessonguard("scan", *mode.split(), cwd=repo.path / "src")

    base = "HEAD" if mode == " --staged" else "main"
    assert outcome.stderr.splitlines()[:2] == [
        f"note: the lessons in lessons/ are not on {base} yet, so nothing was checked",
        f"hint: commit and merge them; to try them now: lessonguard scan{mode} --lessons ../lessons",
    ]


def test_a_scan_of_the_default_branch_names_what_else_to_do(repo: Repo) -> None:
    outcome = lessonguard("scan", cwd=repo.path)

    assert outcome.stdout == "Nothing to check: no changes against main\n"
    assert outcome.stderr.splitlines() == [
        "hint: switch to a branch, or check uncommitted work with `--worktree`;",
        "      `lessonguard backtest` shows what matches today",
    ]
    assert lessonguard("scan", "--worktree", cwd=repo.path).stderr == ""


def test_the_help_explains_each_example_in_full(tmp_path: Path) -> None:
    text = lessonguard("scan", "--help", cwd=tmp_path).stdout

    assert "what the next commit would introduce\n" in text
    assert "…" not in text.partition("Options")[0].partition("Examples")[2]


def test_lessons_may_live_in_another_folder(repo: Repo) -> None:
    repo.git("mv", "lessons", "ops")
    repo.commit("Move lessons")
    repo.branch("pr").commit("Bad", {"app.py": BAD})

    lessonguard("scan", "--lessons-folder", "ops/", cwd=repo.path, expect=1)


def test_code_in_the_lesson_folder_is_scanned_like_all_code(repo: Repo) -> None:
    repo.branch("pr").commit("Sell", {"app.py": "import lessons.pay\n", "lessons/pay.py": BAD})

    outcome = lessonguard("scan", "--format", "json", cwd=repo.path, expect=1)

    assert states(outcome.stdout) == ["added lessons/pay.py:3"]


def test_code_does_not_leave_the_check_by_a_move_into_the_lesson_folder(repo: Repo) -> None:
    repo.commit("Old", {"old.py": BAD})
    repo.branch("pr").git("mv", "old.py", "lessons/old.py")
    repo.commit("Move", {"lessons/old.py": BAD + BAD})

    outcome = lessonguard("scan", "--format", "json", cwd=repo.path, expect=1)

    assert "added lessons/old.py:6" in states(outcome.stdout)


def test_lessons_are_not_scanned_by_each_other(repo: Repo) -> None:
    any_file = (LESSONS / "TIMEOUT.yaml").read_text().replace("languages: [python]", "languages: [generic]")
    repo.commit("Check every file", {"lessons/TIMEOUT.yaml": any_file})
    text = any_file.replace("TIMEOUT", "OTHER")
    repo.branch("pr").commit("Learn", {"lessons/OTHER.yaml": text})

    lessonguard("scan", cwd=repo.path)


def test_lessons_from_elsewhere_check_code_in_the_lesson_folder_too(repo: Repo) -> None:
    repo.branch("pr").commit("Code", {"lessons/bad.py": BAD, "other.py": BAD})

    outcome = lessonguard("scan", "--lessons", str(LESSONS), "--format", "json", cwd=repo.path, expect=1)

    assert states(outcome.stdout) == ["added lessons/bad.py:3", "added other.py:3"]


def noticed(text: str) -> list[str]:
    return [
        f"{item['kind']} {item['lesson']} {item['path']}:{item['line']} {item.get('detail', '')}".rstrip()
        for item in json.loads(text)["notices"]
    ]


def test_a_deleted_and_a_milder_lesson_are_noticed(repo: Repo) -> None:
    milder = (LESSONS / "TIMEOUT.yaml").read_text(encoding="utf-8").replace("mode: block", "mode: monitor")
    repo.branch("pr").commit("Relax", {"lessons/LOCK.yaml": None, "lessons/TIMEOUT.yaml": milder})

    outcome = lessonguard("scan", "--format", "json", cwd=repo.path)

    assert noticed(outcome.stdout) == [
        "lesson-removed LOCK lessons/LOCK.yaml:1",
        "lesson-weakened TIMEOUT lessons/TIMEOUT.yaml:1 block → monitor",
    ]
    assert "this change removes the lesson of LOCK" in lessonguard("scan", cwd=repo.path).stdout


def test_a_move_of_the_lesson_folder_says_that_nothing_is_checked_any_more(repo: Repo) -> None:
    repo.branch("pr").git("mv", "lessons", "docs")
    repo.commit("Tidy up")

    outcome = lessonguard("scan", "--format", "json", cwd=repo.path)

    assert noticed(outcome.stdout) == [
        f"lesson-removed {name} lessons/{name}.yaml:1 no lesson is left, so nothing will be checked"
        for name in ("LOCK", "SHELL", "TIMEOUT")
    ]


def test_a_lesson_that_moves_within_its_folder_is_not_noticed(repo: Repo) -> None:
    (repo.branch("pr").path / "lessons/pay").mkdir()
    repo.git("mv", "lessons/LOCK.yaml", "lessons/pay/LOCK.yaml")
    repo.commit("Sort")

    assert noticed(lessonguard("scan", "--format", "json", cwd=repo.path).stdout) == []


def test_staged_code_is_judged_against_head(repo: Repo) -> None:
    repo.write({"app.py": BAD}).git("add", "app.py")
    repo.write({"app.py": SAFE, "untracked.py": BAD})

    outcome = lessonguard("scan", "--staged", "--format", "json", cwd=repo.path, expect=1)

    assert states(outcome.stdout) == ["exposed app.py:3"]
    assert repo.git("diff", "--cached", "--name-only") == "app.py"


def test_work_tree_is_judged_with_untracked_files(repo: Repo) -> None:
    repo.branch("pr").commit("Committed", {"one.py": BAD})
    repo.write({"two.py": BAD, "app.py": BAD, ".gitignore": "three.py\n", "three.py": BAD})

    outcome = lessonguard("scan", "--worktree", "--format", "json", cwd=repo.path, expect=1)

    assert states(outcome.stdout) == ["exposed app.py:3", "added one.py:3", "added two.py:3"]
    assert repo.git("status", "--porcelain") == " M app.py\n?? .gitignore\n?? two.py"


def test_an_invalid_lesson_hides_nothing_and_is_exit_2(repo: Repo) -> None:
    repo.commit("Broken lesson", {"lessons/broken.yaml": "incident: X\n"})
    repo.branch("pr").commit("Bad", {"app.py": BAD})

    text = lessonguard("scan", cwd=repo.path, expect=2)
    plain = lessonguard("scan", "--format", "json", cwd=repo.path, expect=2)

    assert "lessons/broken.yaml:1:1:" in text.stdout
    assert "TIMEOUT" in text.stdout
    assert states(plain.stdout) == ["exposed app.py:3"]
    assert "lessons/broken.yaml:1:1:" in plain.stderr


def test_a_rule_that_semgrep_refuses_is_named_and_is_exit_2(repo: Repo) -> None:
    lesson = (LESSONS / "TIMEOUT.yaml").read_text(encoding="utf-8").replace("TIMEOUT", "BROKEN")
    repo.commit("Bad rule", {"lessons/BROKEN.yaml": lesson.replace("requests.$METHOD(...)", "requests.((((")})
    repo.branch("pr").commit("Bad", {"app.py": BAD})

    outcome = lessonguard("scan", "--format", "json", cwd=repo.path, expect=2)

    assert states(outcome.stdout) == ["exposed app.py:3"]
    assert "lessons/BROKEN.yaml:12:1: Semgrep refuses rule BROKEN" in outcome.stderr


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["--base", "nowhere"], 3, "There is no commit 'nowhere'"),
        (["--base=--output=x"], 3, "There is no commit '--output=x'"),
        (["--staged", "--worktree"], 2, "Use only one of --head, --staged and --worktree"),
        (["--staged", "--base", "main"], 2, "--staged compares with HEAD"),
        (["--format", "xml"], 2, "'xml'"),
        (["--unknown"], 2, "--unknown"),
        (["--lessons", "missing"], 2, "'missing'"),
        (
            ["--output", "no/such/folder/report.json"],
            2,
            "Cannot write the report to no/such/folder/report.json",
        ),
        (["-C", "/"], 3, "not in a Git repository"),
    ],
)
def test_wrong_usage_is_explained(repo: Repo, argv: list[str], code: int, message: str) -> None:
    outcome = lessonguard("scan", *argv, cwd=repo.path, expect=code)

    assert message in outcome.stderr
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr


def test_a_report_goes_to_a_file(repo: Repo, tmp_path: Path) -> None:
    repo.branch("pr").commit("Bad", {"app.py": BAD})

    argv = ["--format", "sarif", "--output", str(tmp_path / "out.sarif")]
    outcome = lessonguard("scan", *argv, cwd=repo.path, expect=1)

    assert outcome.stdout == ""
    assert json.loads((tmp_path / "out.sarif").read_bytes())["version"] == "2.1.0"


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_survives_names_git_can_hold(repo: Repo, format_name: str) -> None:
    names = [b"new\nline.py", b"\xff\xfe.py", b'quo"te.py', b"::error::.py", b"-dash.py", "ünï.py".encode()]
    repo.branch("pr")
    for name in names:
        Path(os.fsdecode(os.fsencode(repo.path) + b"/" + name)).write_text(BAD, encoding="utf-8")
    repo.commit("Odd names")

    outcome = lessonguard("scan", "--format", format_name, cwd=repo.path, expect=1)

    assert outcome.stdout.isprintable() or all(part.isprintable() for part in outcome.stdout.split("\n"))
    if format_name == "json":
        assert len(json.loads(outcome.stdout)["findings"]) == len(names)


def test_nothing_is_started_if_no_lesson_applies(repo: Repo, tmp_path: Path) -> None:
    """An engine that cannot answer shows when it is asked."""
    install_semgrep(tmp_path, "exit 1")
    repo.branch("pr").commit("Docs", {"README.md": "words\n"})

    lessonguard("scan", cwd=repo.path, PYTHONPATH=str(tmp_path))
    repo.commit("Code", {"app.py": BAD})
    lessonguard("scan", cwd=repo.path, PYTHONPATH=str(tmp_path), expect=3)


def test_a_full_disk_is_exit_3(repo: Repo) -> None:
    argv = f"{LESSONGUARD} scan > /dev/full"
    result = subprocess.run(["bash", "-c", argv], cwd=repo.path, capture_output=True, check=False)

    assert result.returncode == 3
    assert b"Cannot write the report to standard output: No space left on device." in result.stderr


def test_unchecked_files_are_listed_and_never_called_clean(repo: Repo) -> None:
    repo.branch("pr").commit("Large", {"large.py": "x = 1\n" * 200_000})

    outcome = lessonguard("scan", cwd=repo.path)

    assert "large.py" in outcome.stdout
    assert "1 file not checked" in outcome.stdout


def test_hooks_filters_and_attributes_of_the_repository_do_not_run(repo: Repo, tmp_path: Path) -> None:
    trap = f"touch {tmp_path}/trapped; cat"
    repo.config(filter__trap__smudge=trap, filter__trap__clean=trap, diff__trap__textconv=trap)
    repo.config(diff__external=trap, core__fsmonitor=trap)
    repo.branch("pr").commit("Attributes", {".gitattributes": "*.py -diff -text filter=trap diff=trap\n"})
    (tmp_path / "trapped").unlink(missing_ok=True)
    repo.config(filter__trap__required="false")
    repo.git("-c", "filter.trap.clean=", "-c", "filter.trap.smudge=", "rm", "--quiet", "--cached", "app.py")
    blob = repo.git("hash-object", "-w", "--stdin", "--no-filters", stdin=BAD.encode())
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{blob},app.py")
    repo.git("commit", "--quiet", "--no-verify", "--message", "Bad")
    (tmp_path / "trapped").unlink(missing_ok=True)

    outcome = lessonguard("scan", "--format", "json", cwd=repo.path, expect=1)

    assert states(outcome.stdout) == ["exposed app.py:3"]
    assert not (tmp_path / "trapped").exists()


def test_colour_is_for_terminals_whose_user_wants_it(repo: Repo) -> None:
    repo.branch("pr").commit("Bad", {"app.py": BAD})

    assert b"\x1b[" in _on_a_terminal(repo.path)
    assert b"\x1b[" not in _on_a_terminal(repo.path, NO_COLOR="1")
    assert "\x1b[" not in lessonguard("scan", cwd=repo.path, expect=1).stdout


def _on_a_terminal(cwd: Path, **variables: str) -> bytes:
    """Run a scan with a pseudo-terminal as its output and give what it wrote."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", **variables}  # noqa: TID251 - a child inherits what tests set
    with subprocess.Popen(
        [LESSONGUARD, "scan"], cwd=cwd, env=environment, stdout=slave, stderr=subprocess.DEVNULL
    ):
        os.close(slave)
        output = b""
        try:
            while piece := os.read(master, 4096):
                output += piece
        except OSError:  # on Linux, the end of a terminal whose other side has gone
            pass
    os.close(master)
    return output
