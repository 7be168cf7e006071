"""The files that lessons are about, and the language of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.authoring.tree import RuleFiles, Tree, language_of, usual_language
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Rule, RuleId
from lessonguard.semgrep.installed import find_semgrep
from tests.support.repo import Repo

_LANGUAGES = find_semgrep().languages


@pytest.mark.parametrize(
    ("path", "script", "expected"),
    [
        ("a/b.py", b"", "python"),
        ("a.h", b"", "c"),
        ("a.js", b"", "javascript"),
        ("a.tsx", b"", "typescript"),
        ("run", b"#!/bin/bash\n", "bash"),
        ("LICENSE", b"", ""),
    ],
)
def test_a_file_is_in_the_language_that_is_usual_for_its_name(
    path: str, script: bytes, expected: str
) -> None:
    assert language_of(path, _LANGUAGES, script=script) == expected


def test_most_files_decide_and_programs_come_before_data() -> None:
    assert usual_language(["a.json", "b.json", "c.go"], _LANGUAGES) == "go"
    assert usual_language(["a.json"], _LANGUAGES) == "json"
    assert usual_language([], _LANGUAGES) == ""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    files = {
        "a.py": "x = 1\n",
        "lessons/bad.py": "y = 2\n",
        "lessons/a.yaml": "x",
        "b.sh": "echo\n",
        "bin/run": "#!/bin/sh\n",
    }
    repo = Repo(tmp_path / "repo").write(files)
    (repo.path / "bin/run").chmod(0o755)
    repo.commit()
    return repo


def _rule(language: str) -> Rule:
    document = {"id": "r", "languages": [language], "pattern": "x", "message": "m", "severity": "ERROR"}
    return Rule(id=RuleId("r"), languages=(language,), document=document, line=1)


def test_a_rule_could_look_at_the_files_of_its_language_but_at_no_lesson(repo: Repo) -> None:
    with Repository.open(repo.path) as repository:
        files = RuleFiles(Tree(repository), _LANGUAGES, folder="lessons")

        assert files.paths_of(_rule("python")) == ["a.py", "lessons/bad.py"]
        assert files.paths_of(_rule("yaml")) == []
        assert sorted(files.paths_of(_rule("bash"))) == ["b.sh", "bin/run"]
        assert files.is_known


def test_without_a_tree_no_files_are_known() -> None:
    files = RuleFiles(None, _LANGUAGES, folder=None)

    assert not files.is_known
    assert list(files.paths()) == []
    assert files.paths_of(_rule("python")) == []


def test_a_tree_has_its_files_its_folders_and_what_is_planned(repo: Repo) -> None:
    with Repository.open(repo.path) as repository:
        tree = Tree(repository, planned=["new/x.py"])

        assert all(map(tree.has, ("a.py", "bin", "bin/", "new/x.py", "new")))
        assert not tree.has("gone.py")
        assert tree.read("a.py") == b"x = 1\n"
        assert tree.read("gone.py") is None
        assert tree.find_text("echo") == ("b.sh",)


def test_of_a_commit_only_the_names_are_known(repo: Repo) -> None:
    with Repository.open(repo.path) as repository:
        tree = Tree(repository, repository.resolve("HEAD"))

        assert tree.has("a.py")
        assert tree.read("a.py") is None
        assert tree.find_text("echo") == ()
