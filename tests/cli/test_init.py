"""`lessonguard init` as newcomers run it: with options, and at a terminal."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from shutil import copy

import pytest

from lessonguard.authoring.init.starters import starter_languages
from lessonguard.lessons.builtin import builtin_folder, builtin_workflow
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Lesson
from lessonguard.semgrep.installed import find_semgrep
from tests.support.cli import LESSONGUARD, lessonguard
from tests.support.repo import Repo
from tests.support.terminal import Terminal

_STARTERS = load_folder(builtin_folder(), name=None).lessons
_REGEX = "cloudflare-2019-07-regex"
_RM = "bumblebee-2011-rm-usr"
_CLASS = "catastrophic-backtracking"
_WORKFLOW = ".github/workflows/lessonguard.yml"
_HOOK = ".git/hooks/pre-push"
_CODE = {"app/main.py": "import requests\n", "Dockerfile": "FROM python:3.12\n"}
_CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make a repository with Python, on GitHub."""
    repo = Repo(tmp_path / "shop")
    repo.commit("Start", _CODE)
    repo.git("remote", "add", "origin", "git@github.com:acme/shop.git")
    return repo


def init(repo: Repo, *argv: str, expect: int = 0) -> str:
    outcome = lessonguard("init", *argv, cwd=repo.path, expect=expect)
    return outcome.stdout if not expect else outcome.stderr


def new_files(repo: Repo) -> set[str]:
    return set(repo.git("ls-files", "--others", "--exclude-standard").splitlines())


def lessons(repo: Repo) -> set[str]:
    return {Path(name).stem for name in new_files(repo) if name.endswith(".yaml")}


def languages(lesson: Lesson) -> set[str]:
    return {name for rule in lesson.rules for name in rule.languages}


def section(text: str, title: str) -> str:
    """Give what stands below a title."""
    found = re.search(rf"^{title}:\n((?:  .*\n)+)", text, re.MULTILINE)
    return found[1] if found else ""


def test_without_a_terminal_and_options_only_the_folder_is_created(repo: Repo) -> None:
    output = init(repo)

    assert new_files(repo) == {"lessons/README.md"}
    assert not (repo.path / _HOOK).exists()
    assert section(output, "Wrote") == "  lessons/README.md  explains the folder\n"
    assert "  git add lessons" in section(output, "Next")
    assert "lessonguard init --starter --workflow --hook\n" in section(output, "Next")
    assert "lessonguard new INC-245" in section(output, "Next")


def test_the_readme_of_the_folder_names_commands_and_is_not_read_as_a_lesson(repo: Repo) -> None:
    init(repo)

    text = (repo.path / "lessons/README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\$ lessonguard (\w+)", text, re.MULTILINE) == ["new", "check", "backtest"]
    assert lessonguard("list", cwd=repo.path).stdout.startswith("There are no lessons in lessons/. ")
    lessonguard("check", cwd=repo.path)


def test_every_copied_lesson_passes_the_check(repo: Repo) -> None:
    names = starter_languages(_STARTERS, find_semgrep().languages)

    init(repo, *(word for name in names for word in ("--language", name)))

    assert lessons(repo) == {lesson.incident for lesson in _STARTERS}
    lessonguard("check", cwd=repo.path)


def test_language_copies_lessons_whether_or_not_there_is_code_in_it(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "empty")

    output = init(repo, "--starter", "--language", "go")

    assert lessons(repo) >= {lesson.incident for lesson in _STARTERS if "go" in languages(lesson)}
    assert not [
        lesson for lesson in _STARTERS if lesson.incident in lessons(repo) and languages(lesson) == {"ruby"}
    ]
    assert "backtest" not in section(output, "Next")


@pytest.mark.parametrize(
    ("option", "word", "similar", "known"),
    [
        ("--class", "destructive-comand-scope", "destructive-command-scope", "catastrophic-backtracking"),
        ("--language", "pyton", "python", "go, "),
    ],
)
def test_an_unknown_word_is_an_error_that_lists_the_known_ones(
    option: str, word: str, similar: str, known: str, repo: Repo
) -> None:
    output = init(repo, option, word, expect=2)

    assert re.search(rf"error: No built-in lesson is (about|for) {word}\.\n", output)
    assert f"hint: Did you mean {similar}? There are: " in output
    assert known in output
    assert new_files(repo) == set()


def test_that_no_lesson_fits_is_not_an_error(tmp_path: Path) -> None:
    empty, other = Repo(tmp_path / "empty"), Repo(tmp_path / "other").write({"a.jl": "f(1)\n"})

    assert "There is no code here yet, so no lesson was copied." in init(empty, "--starter")
    assert "fits the code here, julia (1 file)." in " ".join(init(other, "--starter").split())


def test_a_second_run_changes_nothing_and_says_so(repo: Repo) -> None:
    init(repo, "--starter", "--workflow", "--hook")
    files = sorted(path for path in repo.path.rglob("*") if path.is_file() and "objects" not in path.parts)
    before = [(path, path.read_bytes(), path.stat().st_mtime_ns) for path in files]

    output = init(repo, "--starter", "--workflow", "--hook")

    assert output.startswith("Nothing to do: everything is already here.\n")
    assert {"lessons/README.md", f"lessons/{_REGEX}.yaml", _WORKFLOW, _HOOK} <= set(
        section(output, "Already here, not changed").split()
    )
    assert "git add" not in output
    assert "lessonguard init" not in output
    assert [(path, path.read_bytes(), path.stat().st_mtime_ns) for path in files] == before


def test_the_output_says_what_to_replace_in_the_workflow(repo: Repo) -> None:
    output = init(repo, "--workflow")

    assert (repo.path / _WORKFLOW).read_bytes() == builtin_workflow().read_bytes()
    assert f"In {_WORKFLOW}, replace OWNER with the GitHub account" in output
    assert f"git add lessons {_WORKFLOW}\n" in section(output, "Next")


def test_another_folder_is_named_everywhere(repo: Repo) -> None:
    output = init(repo, f"--class={_CLASS}", "--workflow", "--lessons-folder", "docs/our lessons/")

    assert (repo.path / f"docs/our lessons/{_REGEX}.yaml").is_file()
    workflow = (repo.path / _WORKFLOW).read_text(encoding="utf-8")
    assert workflow.endswith('@v1\n        with: { lessons: "docs/our lessons" }\n')
    readme = (repo.path / "docs/our lessons/README.md").read_text(encoding="utf-8")
    assert "$ lessonguard check --lessons-folder 'docs/our lessons' " in readme
    assert "lessonguard check --lessons-folder 'docs/our lessons'\n" in output
    assert "git add 'docs/our lessons' .github" in output
    lessonguard("check", "--lessons-folder", "docs/our lessons", cwd=repo.path)


def test_from_elsewhere_the_next_commands_name_the_repository(repo: Repo) -> None:
    outcome = lessonguard("init", "--starter", "-C", "shop", cwd=repo.path.parent)

    assert f"  shop/lessons/{_REGEX}.yaml" in outcome.stdout
    assert "  git -C shop add lessons " in outcome.stdout
    assert "  lessonguard check -C shop " in outcome.stdout


def test_the_hook_is_installed_and_checks_a_push(repo: Repo, tmp_path: Path) -> None:
    Repo(tmp_path / "server", options=("--bare",))
    repo.git("remote", "set-url", "origin", str(tmp_path / "server"))

    output = init(repo, "--starter", "--hook")

    assert f"  {_HOOK} " in section(output, "Wrote")
    assert "checks each push" in output
    assert ".git/hooks" not in section(output, "Next")
    repo.commit("Learn")
    repo.git("push", "--quiet", "origin", "main")
    assert repo.git("ls-remote", "origin", "main").startswith(repo.head)


def test_a_hook_of_another_program_is_an_error_after_everything_else_is_done(repo: Repo) -> None:
    repo.config(core__hooksPath=".husky/_")

    outcome = lessonguard("init", "--starter", "--hook", cwd=repo.path, expect=2)

    assert f"lessons/{_REGEX}.yaml" in section(outcome.stdout, "Wrote")
    assert "error: husky writes the hooks of this repository" in outcome.stderr
    assert "hint: Add this line" in outcome.stderr


def test_the_hook_looks_for_lessons_where_they_are(repo: Repo, tmp_path: Path) -> None:
    Repo(tmp_path / "server", options=("--bare",))
    repo.git("remote", "set-url", "origin", str(tmp_path / "server"))
    init(repo, "--hook", "--lessons-folder", "our ops")
    copy(_CASES / "change_lessons/TIMEOUT.yaml", repo.path / "our ops")
    repo.commit("Learn")
    repo.git("push", "--quiet", "origin", "main")
    repo.branch("pr").commit("Forget", {"pay.py": "requests.get(url)\n"})

    with pytest.raises(AssertionError, match="TIMEOUT"):
        repo.git("push", "--quiet", "origin", "pr")


def test_yes_sets_up_everything_that_would_be_asked(repo: Repo) -> None:
    init(repo, "--yes")

    assert (repo.path / _HOOK).is_file()
    assert {_WORKFLOW, f"lessons/{_REGEX}.yaml"} <= new_files(repo)


@pytest.mark.parametrize("url", ["git@gitlab.com:acme/shop.git", "/srv/github.com/shop.git", None])
def test_elsewhere_than_on_github_the_workflow_is_not_offered_but_written_if_asked_for(
    url: str | None, repo: Repo
) -> None:
    repo.git("remote", "remove", "origin")
    if url:
        repo.git("remote", "add", "origin", url)

    assert "--workflow" not in init(repo, "--yes")
    assert not (repo.path / _WORKFLOW).exists()

    init(repo, "--workflow")
    assert (repo.path / _WORKFLOW).is_file()


def test_a_hook_for_all_repositories_is_not_offered(repo: Repo, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f"[core]\n\thooksPath = {hooks}\n", encoding="utf-8")

    output = lessonguard("init", "--yes", cwd=repo.path, HOME=str(home)).stdout

    assert "pre-push" not in output
    assert not hooks.exists()


def test_a_repository_without_a_commit_can_be_set_up(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "unborn").write(_CODE)

    output = init(repo, "--starter", "--hook")

    assert _REGEX in lessons(repo)
    assert "backtest" not in output
    lessonguard("check", f"lessons/{_REGEX}.yaml", cwd=repo.path)


def test_outside_of_a_repository_nothing_is_written(tmp_path: Path) -> None:
    outcome = lessonguard("init", "--starter", cwd=tmp_path, expect=3)

    assert f"{tmp_path} is not in a Git repository" in outcome.stderr.replace("error: . is", f"{tmp_path} is")
    assert list(tmp_path.iterdir()) == []


def test_an_error_comes_after_what_was_written(repo: Repo) -> None:
    """Root may write everywhere, but nobody more than a limit allows: 1 KiB, enough for the README."""
    argv = f"ulimit -f 1; exec {LESSONGUARD} init --starter --hook"
    result = subprocess.run(["bash", "-c", argv], cwd=repo.path, capture_output=True, check=False, text=True)

    assert result.returncode == 3
    assert section(result.stdout, "Wrote") == "  lessons/README.md  explains the folder\n"
    assert re.search(r"error: Cannot write lessons/\S+\.yaml: File too large\.\nhint: ", result.stderr)
    assert new_files(repo) == {"lessons/README.md"}
    assert not (repo.path / _HOOK).exists()


def test_at_a_terminal_it_asks_what_to_set_up(repo: Repo) -> None:
    with Terminal("init", cwd=repo.path) as terminal:
        terminal.expect("This creates lessons/. What else should be set up?")
        terminal.expect("This repository has dockerfile (1 file), python (1 file).")
        terminal.answer("lessons: Copy built-in lessons of public incidents?", "catastrofic-backtracking")
        terminal.answer("is none of them. Did you mean", "99")
        terminal.answer("There is no 99. Numbers go from 1 to ", ",")
        terminal.answer(", is none of them.", "catastrophic-backtracking")
        terminal.answer("workflow: Review each pull request on GitHub", "perhaps")
        terminal.answer("Please answer yes or no.", "n")
        terminal.answer("hook: Check each push", "")
        assert terminal.end() == 0

    assert _REGEX in lessons(repo)
    assert {lesson.failure_class for lesson in _STARTERS if lesson.incident in lessons(repo)} == {
        "catastrophic-backtracking"
    }
    assert not (repo.path / _WORKFLOW).exists()
    assert (repo.path / _HOOK).is_file()
    assert "lessonguard init" not in section(terminal.text, "Next")


def test_enter_takes_everything(repo: Repo) -> None:
    with Terminal("init", cwd=repo.path) as terminal:
        terminal.answer("lessons: ", "")
        terminal.answer("workflow: ", "")
        terminal.answer("hook: ", "")
        assert terminal.end() == 0

    assert {_WORKFLOW, f"lessons/{_REGEX}.yaml"} <= new_files(repo)
    assert (repo.path / _HOOK).is_file()


def test_lessons_are_picked_by_number_language_and_incident(repo: Repo) -> None:
    repo.write({"clean.sh": "ls\n", "main.go": "package main\n"})
    with Terminal("init", "--hook", "--workflow", cwd=repo.path) as terminal:
        terminal.answer("lessons: ", f"1-2, bash {_REGEX}")
        assert terminal.end() == 0

    first = re.findall(r"^ +[12]  ([a-z-]+) ", terminal.text, re.MULTILINE)
    taken = {lesson.failure_class for lesson in _STARTERS if lesson.incident in lessons(repo)}
    assert len(first) == 2
    assert {*first, "destructive-command-scope", "catastrophic-backtracking"} <= taken
    assert {_RM, _REGEX} <= lessons(repo)


@pytest.mark.parametrize("answer", ["-", "none"])
def test_no_lesson_may_be_chosen(answer: str, repo: Repo) -> None:
    with Terminal("init", "--hook", "--workflow", cwd=repo.path) as terminal:
        terminal.answer("lessons: ", answer)
        assert terminal.end() == 0

    assert lessons(repo) == set()


def test_before_there_is_code_lessons_about_workflows_are_offered(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "empty")
    repo.git("remote", "add", "origin", "https://github.com/acme/shop")
    with Terminal("init", "--hook", "--workflow", cwd=repo.path) as terminal:
        terminal.expect("This repository has no code yet.")
        terminal.answer("lessons: ", "")
        assert terminal.end() == 0

    assert "tj-actions-2025-unpinned-tag" in lessons(repo)


@pytest.mark.parametrize("keys", ["\x03", "\x04"])
def test_breaking_off_writes_nothing(keys: str, repo: Repo) -> None:
    with Terminal("init", cwd=repo.path, is_measured=False) as terminal:
        terminal.answer("lessons: ", "all")
        terminal.expect("workflow: ")
        terminal.expect("> ")
        assert terminal.press_until_end(keys) == 130

    assert new_files(repo) == set()
    assert not (repo.path / _HOOK).exists()


def test_no_input_asks_nothing_at_a_terminal(repo: Repo) -> None:
    with Terminal("init", "--starter", "--no-input", cwd=repo.path) as terminal:
        assert terminal.end() == 0

    assert terminal.text.startswith("Wrote:\n")
    assert not (repo.path / _HOOK).exists()


def test_nothing_is_asked_where_everything_is_set_up(repo: Repo) -> None:
    init(repo, "--yes")
    init(repo, "--starter")  # what looks at the workflow

    with Terminal("init", cwd=repo.path) as terminal:
        assert terminal.end() == 0

    assert terminal.text.startswith("Nothing to do: everything is already here.")


def test_names_from_the_repository_reach_the_terminal_as_text(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "shop").write(
        {"\x1b[2Jx.py": "f()\n", "lessons/\x1b[2J.yaml": f"incident: {_REGEX}\n"}
    )

    output = init(repo, "--starter", "--lessons-folder", "lessons")

    assert "\x1b" not in output
    assert r"lessons/\x1b[2J.yaml" in output


def test_the_words_of_options_are_completed(tmp_path: Path) -> None:
    def completed(words: str) -> list[str]:
        return lessonguard(
            cwd=tmp_path, COMP_WORDS=words, COMP_CWORD="3", _LESSONGUARD_COMPLETE="bash_complete"
        ).stdout.split()

    assert completed("lessonguard init --class catas") == ["plain,catastrophic-backtracking"]
    assert "plain,python" in completed("lessonguard init --language py")


def test_classes_and_languages_of_the_help_exist() -> None:
    text = lessonguard("init", "--help", cwd=_CASES).stdout

    classes = {lesson.failure_class for lesson in _STARTERS}
    assert set(re.findall(r"--class ([a-z]+-[a-z-]+)", text)) <= classes
    assert re.findall(r"--language ([a-z]+)", text)


def test_a_repository_with_lessons_of_its_own_keeps_them(repo: Repo) -> None:
    (repo.path / "lessons").mkdir()
    copy(_CASES / "change_lessons/TIMEOUT.yaml", repo.path / "lessons")

    output = init(repo)

    assert "  lessonguard check " in output
    assert lessonguard("list", cwd=repo.path).stdout.endswith("\n1 lesson\n")
