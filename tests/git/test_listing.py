"""Which files are there, and which of them hold a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.errors import GitError
from lessonguard.git.repository import Repository
from tests.support.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Provide a repository with all that may be in a work tree."""
    repo = Repo(tmp_path / "shop").write({"run.sh": "echo\n", "gone.py": "x\n", ".gitignore": "*.log\n"})
    (repo.path / "run.sh").chmod(0o755)
    (repo.path / "link.py").symlink_to("run.sh")
    repo.commit()
    return repo.write({"gone.py": None, "new/naïve name.py": "y\n", "big.log": "needle\n"})


def test_the_files_of_the_work_tree_are_those_that_a_commit_could_hold(repo: Repo) -> None:
    with Repository.open(repo.path / "new") as repository:
        assert repository.list_files() == {".gitignore": False, "new/naïve name.py": False, "run.sh": True}


def test_the_files_of_a_commit_are_those_that_it_holds(repo: Repo) -> None:
    with Repository.open(repo.path) as repository:
        head = repository.resolve("HEAD")
        assert repository.list_files(head) == {".gitignore": False, "gone.py": False, "run.sh": True}


def test_a_file_of_both_sides_of_a_conflict_is_listed_once(repo: Repo) -> None:
    repo.git("rm", "--quiet", "--cached", "gone.py")
    blob = repo.git("hash-object", "-w", "run.sh")
    entries = "".join(f"100644 {blob} {stage}\trun.sh\n" for stage in (1, 2, 3))
    repo.git("update-index", "--index-info", stdin=f"0 {'0' * 40}\trun.sh\n{entries}".encode())

    with Repository.open(repo.path) as repository:
        assert list(repository.list_files()).count("run.sh") == 1


def test_a_name_that_is_not_utf_8_is_kept(repo: Repo) -> None:
    name = b"\xff.py".decode("utf-8", "surrogateescape")
    (repo.path / name).write_bytes(b"needle\n")

    with Repository.open(repo.path) as repository:
        assert name in repository.list_files()
        assert repository.find_text("needle") == (name,)


def test_a_text_is_found_as_it_is_in_the_work_tree_whatever_attributes_and_settings_say(repo: Repo) -> None:
    repo.config(grep__patternType="perl", submodule__recurse="true", grep__fullName="false")
    repo.write({".gitattributes": "*.py -diff binary\n", "a.py": "a needle.+\n", "b.py": "a needleXX\n"})
    repo.commit()
    repo.write({"b.py": "a needle.+ too\n", "new/c.py": "needle.+\n", "a.py": "nothing\n"})

    with Repository.open(repo.path / "new") as repository:
        assert repository.find_text("needle.+") == ("b.py", "new/c.py")
        assert repository.find_text("lessonguard:") == ()


def test_a_search_that_fails_is_an_error(repo: Repo) -> None:
    with Repository.open(repo.path) as repository:
        (repo.path / ".git/HEAD").unlink()
        with pytest.raises(GitError, match="Cannot search the work tree: "):
            repository.find_text("x")
