"""What a repository has before lessonguard is set up, and which lessons fit."""

from __future__ import annotations

from pathlib import Path
from shutil import copy

import pytest

from lessonguard.authoring.init.survey import Survey, refuse_folder, survey_repository
from lessonguard.errors import GitError, UsageError
from lessonguard.git.repository import Repository
from lessonguard.semgrep.installed import find_semgrep
from tests.support.repo import Repo

_CASES = Path(__file__).parents[2] / "cases"
_REGEX = "cloudflare-2019-07-regex"
_TAG = "tj-actions-2025-unpinned-tag"
_CODE = {"app/main.py": "import requests\n", "Dockerfile": "FROM python:3.12\n"}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make a repository with Python, on GitHub."""
    repo = Repo(tmp_path / "shop")
    repo.commit("Start", _CODE)
    repo.git("remote", "add", "origin", "git@github.com:acme/shop.git")
    return repo


def survey(repo: Repo, folder: str = "lessons", *, has_workflow: bool = False) -> Survey:
    with Repository.open(repo.path) as repository:
        languages = find_semgrep().languages
        return survey_repository(repository, folder=folder, languages=languages, has_workflow=has_workflow)


def fitting(repo: Repo) -> set[str]:
    return {lesson.incident for lesson in survey(repo).fitting}


def test_languages_are_counted_with_programs_before_data(repo: Repo) -> None:
    repo.write({"a.yaml": "a: 1\n", "b.yaml": "b: 1\n", "c.yaml": "c: 1\n", "lessons/x.yaml": "x: 1\n"})

    assert survey(repo).languages == {"dockerfile": 1, "python": 1, "yaml": 3}
    assert list(survey(repo).languages)[-1] == "yaml"


def test_lessons_that_fit_have_a_rule_for_a_file_that_exists(repo: Repo) -> None:
    found = survey(repo)

    others = {
        lesson.incident
        for lesson in found.starters
        if {name for rule in lesson.rules for name in rule.languages} <= {"go", "ruby", "rust", "c"}
    }
    assert others
    assert _REGEX in fitting(repo)
    assert not fitting(repo) & others


def test_a_lesson_for_other_paths_does_not_fit(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "shop").write({"config.yaml": "a: 1\n"})
    assert _TAG not in fitting(repo)

    repo.write({".github/workflows/ci.yml": "on: push\n"})
    assert _TAG in fitting(repo)


def test_a_script_without_an_ending_counts_by_its_first_line(repo: Repo) -> None:
    repo.write({"clean": "#!/bin/bash\nls\n"})
    (repo.path / "clean").chmod(0o755)

    assert survey(repo).languages["bash"] == 1
    assert "bumblebee-2011-rm-usr" in fitting(repo)


def test_the_workflow_that_would_be_written_counts_as_a_file(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "empty")
    assert _TAG not in fitting(repo)
    assert _TAG in {lesson.incident for lesson in survey(repo, has_workflow=True).fitting}

    repo.git("remote", "add", "origin", "https://github.com/acme/shop")
    assert _TAG in fitting(repo)
    assert survey(repo).languages == {}


def test_lessons_that_exist_are_not_missing(repo: Repo) -> None:
    repo.write({f"lessons/old/{_REGEX}.yml": f"incident: '{_REGEX}'\ntitle: TODO\n"})
    (repo.path / "lessons").mkdir(exist_ok=True)
    copy(_CASES / "change_lessons/TIMEOUT.yaml", repo.path / "lessons")

    found = survey(repo)

    assert {str(path.relative_to(repo.path)) for path in found.existing.values()} == {
        f"lessons/old/{_REGEX}.yml",
        "lessons/TIMEOUT.yaml",
    }
    assert _REGEX in {lesson.incident for lesson in found.fitting}
    assert _REGEX not in {lesson.incident for lesson in found.missing}


@pytest.mark.parametrize(
    ("url", "is_offered"),
    [
        ("git@github.com:acme/shop.git", True),
        ("https://github.acme.com/shop", True),
        ("https://acme.ghe.com/shop", True),
        ("git@gitlab.com:acme/shop.git", False),
        ("/srv/github.com/shop.git", False),
        (None, False),
    ],
)
def test_a_workflow_is_offered_on_github_only(url: str | None, is_offered: bool, repo: Repo) -> None:
    repo.git("remote", "remove", "origin")
    if url:
        repo.git("remote", "add", "origin", url)

    assert survey(repo).offers_workflow is is_offered


def test_a_workflow_that_runs_the_action_under_another_name_is_enough(repo: Repo) -> None:
    repo.write({".github/workflows/ci.yaml": "      - uses: acme/lessonguard@v1\n"})

    found = survey(repo)

    assert found.workflow == repo.path / ".github/workflows/ci.yaml"
    assert not found.offers_workflow


def test_a_hook_for_all_repositories_is_not_offered(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert survey(repo).offers_hook
    home = tmp_path / "other-home"
    home.mkdir()
    (home / ".gitconfig").write_text(f"[core]\n\thooksPath = {tmp_path / 'hooks'}\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(home))

    assert not survey(repo).offers_hook


def test_a_repository_without_a_commit_has_no_history(tmp_path: Path, repo: Repo) -> None:
    assert survey(repo).has_history
    assert not survey(Repo(tmp_path / "unborn").write(_CODE)).has_history


def test_a_bare_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="is a bare repository") as caught:
        survey(Repo(tmp_path / "bare", options=("--bare",)))

    assert caught.value.hint


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("Dockerfile", "Dockerfile is not a folder"),
        ("Dockerfile/lessons", "Dockerfile is not a folder"),
        ("linked", "linked is a link"),
        ("linked/lessons", "linked is a link"),
        ("dangling", "dangling is a link"),
        ("module/lessons", "module is a repository of its own"),
        ("../lessons", "it is not in the work tree"),
        (".git/lessons", "it is not in the work tree"),
        ("x" * 300, "cannot be read: File name too long"),
    ],
)
def test_a_folder_whose_files_cannot_be_committed_is_refused(folder: str, words: str, repo: Repo) -> None:
    (repo.path / "linked").symlink_to("app")
    (repo.path / "dangling").symlink_to("nowhere")
    Repo(repo.path / "module").commit("Start")

    with pytest.raises(UsageError) as caught:
        refuse_folder(repo.path, folder, hint="Name a folder.")

    assert caught.value.message.startswith(f"Files in {folder} cannot be committed: ")
    assert words in caught.value.message
    assert caught.value.hint == "Name a folder."
