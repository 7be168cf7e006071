"""What is set up in a repository: files that are written, copied or left as they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lessonguard.authoring.init.init import Choices, set_up
from lessonguard.authoring.init.result import InitResult, Remaining
from lessonguard.authoring.init.survey import survey_repository
from lessonguard.git.repository import Repository
from lessonguard.lessons.builtin import builtin_folder, builtin_workflow
from lessonguard.lessons.model import Lesson
from lessonguard.semgrep.installed import find_semgrep
from tests.support.repo import Repo

_REGEX = "cloudflare-2019-07-regex"
_REDIS = "openai-2023-03-redis-cancel"
_WORKFLOW = ".github/workflows/lessonguard.yml"
_HOOK = ".git/hooks/pre-push"

_SetUp = Callable[..., InitResult]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make a repository with Python, on GitHub."""
    repo = Repo(tmp_path / "shop")
    repo.commit("Start", {"app/main.py": "import requests\n"})
    repo.git("remote", "add", "origin", "git@github.com:acme/shop.git")
    return repo


@pytest.fixture
def init(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> _SetUp:
    """Set up what is chosen, as if started in a folder of the repository."""

    def run(
        *starters: str, cwd: str = ".", folder: str = "lessons", workflow: bool = False, hook: bool = False
    ) -> InitResult:
        monkeypatch.chdir(repo.path / cwd)
        with Repository.open(repo.path) as repository:
            survey = survey_repository(repository, folder=folder, languages=find_semgrep().languages)
            lessons: tuple[Lesson, ...] = tuple(
                lesson for lesson in survey.starters if lesson.incident in starters
            )
            return set_up(survey, Choices(starters=lessons or None, workflow=workflow, hook=hook))

    return run


def files(result: InitResult, *, are_new: bool = True) -> list[str]:
    return [file.path for file in result.files if file.is_new is are_new]


def test_without_choices_there_is_a_folder_with_a_readme(repo: Repo, init: _SetUp) -> None:
    result = init()

    assert repo.git("ls-files", "--others") == "lessons/README.md"
    assert files(result) == ["lessons/README.md"]
    assert (result.to_commit, result.options, result.lessons) == (("lessons",), "", 0)
    assert result.remaining.workflow
    assert result.remaining.hook
    assert result.remaining.starters > 5


def test_a_copy_is_the_lesson_as_it_is_but_for_the_schema(repo: Repo, init: _SetUp) -> None:
    result = init(_REGEX)

    ours = (builtin_folder() / f"{_REGEX}.yaml").read_text(encoding="utf-8").split("\n", 1)
    theirs = (repo.path / f"lessons/{_REGEX}.yaml").read_text(encoding="utf-8").split("\n", 1)
    assert theirs[1] == ours[1]
    schema = r"# yaml-language-server: \$schema=https://\S+/schema/lesson\.schema\.json"
    assert re.fullmatch(schema, theirs[0])
    assert result.lessons == 1


def test_a_second_run_changes_nothing(repo: Repo, init: _SetUp) -> None:
    init(_REGEX, workflow=True, hook=True)
    paths = [repo.path / name for name in ("lessons/README.md", f"lessons/{_REGEX}.yaml", _WORKFLOW, _HOOK)]
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in paths]

    result = init(_REGEX, workflow=True, hook=True)

    assert files(result) == []
    assert files(result, are_new=False) == [str(path.relative_to(repo.path)) for path in paths]
    assert result.to_commit == ()
    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in paths] == before


def test_nothing_is_overwritten(repo: Repo, init: _SetUp) -> None:
    theirs = {
        "lessons/readme.rst": "Ours\n",
        f"lessons/{_REGEX}.yaml": "incident: INC-1\n",
        "lessons/old/rm.yml": f"incident: '{_REDIS}'\ntitle: TODO\n",
        _WORKFLOW: "name: ours\n",
    }
    repo.write(theirs)

    result = init(_REGEX, _REDIS, workflow=True)

    for name, text in theirs.items():
        assert (repo.path / name).read_text(encoding="utf-8") == text
    assert files(result) == []
    about = {file.path: file.about for file in result.files}
    assert about[f"lessons/{_REGEX}.yaml"] == "is about another incident"
    assert {"lessons/readme.rst", "lessons/old/rm.yml", _WORKFLOW} <= about.keys()
    assert not (repo.path / f"lessons/{_REDIS}.yaml").exists()


def test_the_workflow_is_the_documented_one_and_its_owner_is_to_be_replaced(repo: Repo, init: _SetUp) -> None:
    result = init(workflow=True)

    assert (repo.path / _WORKFLOW).read_bytes() == builtin_workflow().read_bytes()
    assert result.workflow_to_edit == _WORKFLOW
    assert result.to_commit == ("lessons", _WORKFLOW)


def test_another_folder_is_named_in_the_workflow_the_readme_and_commands(repo: Repo, init: _SetUp) -> None:
    result = init(_REGEX, folder="docs/our lessons", workflow=True, hook=True)

    assert (repo.path / f"docs/our lessons/{_REGEX}.yaml").is_file()
    workflow = (repo.path / _WORKFLOW).read_text(encoding="utf-8")
    assert workflow.endswith('@v1\n        with: { lessons: "docs/our lessons" }\n')
    readme = (repo.path / "docs/our lessons/README.md").read_text(encoding="utf-8")
    assert "$ lessonguard check --lessons-folder 'docs/our lessons' " in readme
    assert "--lessons-folder=docs/our lessons" in (repo.path / _HOOK).read_text(encoding="utf-8")
    assert result.options == " --lessons-folder 'docs/our lessons'"


def test_from_elsewhere_commands_name_the_repository(init: _SetUp) -> None:
    result = init(_REGEX, cwd="..")

    assert f"shop/lessons/{_REGEX}.yaml" in files(result)
    assert (result.directory, result.to_commit, result.options) == ("shop", ("lessons",), " -C shop")


def test_from_a_folder_of_the_repository_lessons_go_to_its_top(init: _SetUp) -> None:
    result = init(cwd="app")

    assert files(result) == ["../lessons/README.md"]
    assert (result.directory, result.to_commit) == ("", ("../lessons",))


def test_a_hook_that_exists_runs_after_the_new_one(repo: Repo, init: _SetUp) -> None:
    hook = repo.path / _HOOK
    hook.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    hook.chmod(0o755)

    result = init(hook=True)

    assert result.files[-1].about == "checks each push, then runs pre-push.before-lessonguard"


def test_a_failure_ends_it_and_what_was_done_before_stays(repo: Repo, init: _SetUp) -> None:
    repo.config(core__hooksPath=".husky/_")

    result = init(_REGEX, hook=True)

    assert f"lessons/{_REGEX}.yaml" in files(result)
    assert result.failure
    assert result.failure.message.startswith("husky writes the hooks of this repository")


@pytest.mark.parametrize("place", [".github", ".github/workflows"])
def test_a_workflow_is_not_written_through_a_link(place: str, repo: Repo, init: _SetUp) -> None:
    elsewhere = repo.path.parent / "elsewhere"
    elsewhere.mkdir()
    (repo.path / place).parent.mkdir(exist_ok=True)
    (repo.path / place).symlink_to(elsewhere)

    result = init(workflow=True)

    assert result.failure
    assert f"{place} is a link" in result.failure.message
    assert files(result) == ["lessons/README.md"]
    assert list(elsewhere.iterdir()) == []


def test_after_final_choices_nothing_remains(repo: Repo) -> None:
    with Repository.open(repo.path) as repository:
        survey = survey_repository(repository, folder="lessons", languages=find_semgrep().languages)
        result = set_up(survey, Choices(are_final=True))

    assert result.remaining == Remaining()
