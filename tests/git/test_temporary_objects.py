"""Trees of the index and of the work tree, made without leaving a trace."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lessonguard.errors import GitError
from lessonguard.git.repository import Repository
from tests.support.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Provide a repository with three files, of which nothing is changed."""
    repo = Repo(tmp_path / "repo")
    repo.commit("Start", {"a.py": "a\n", "b/c.py": "c\n", ".gitignore": "*.log\n"})
    return repo


def _staged(repo: Repo) -> dict[str, bytes | int]:
    return _contents(repo, Repository.staged)


def _worktree(repo: Repo) -> dict[str, bytes | int]:
    return _contents(repo, Repository.worktree)


def _contents(repo: Repo, make: Callable[[Repository], str]) -> dict[str, bytes | int]:
    """Return the contents by path of the tree that was made; check that nothing else changed."""
    before = _state(repo)
    with Repository.open(repo.path) as repository:
        repository.resolve("HEAD") if repo.git("rev-list", "--all", "--max-count=1") else None
        entries = repository.tree_entries(make(repository), ".")  # type: ignore[arg-type]
        blobs = repository.read_blobs([blob for _, blob in entries], limit=1000)
    assert _state(repo) == before
    return {path: blobs[blob] for path, blob in entries}


def _state(repo: Repo) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in repo.path.rglob("*") if file.is_file()}


_NOON = 1_767_268_800
_START = {"a.py": b"a\n", "b/c.py": b"c\n", ".gitignore": b"*.log\n"}


def test_an_unchanged_work_tree_has_the_tree_of_its_commit(repo: Repo) -> None:
    assert _staged(repo) == _worktree(repo) == _START


def test_the_index_holds_what_was_added_and_the_work_tree_what_is_there(repo: Repo) -> None:
    repo.write({"a.py": "staged\n"}).git("add", "a.py")
    repo.write({"a.py": "edited\n", "b/c.py": None, "new.py": "new\n", "debug.log": "ignored\n"})

    assert _staged(repo) == {**_START, "a.py": b"staged\n"}
    assert _worktree(repo) == {".gitignore": b"*.log\n", "a.py": b"edited\n", "new.py": b"new\n"}


def test_an_edit_of_the_same_size_in_the_same_moment_is_seen(repo: Repo) -> None:
    def write_at_noon(text: str) -> None:
        repo.write({"a.py": text})
        os.utime(repo.path / "a.py", (_NOON, _NOON))

    repo.config(core__trustctime="false")
    write_at_noon("1\n")
    repo.git("add", "a.py")
    os.utime(repo.path / ".git/index", (_NOON, _NOON))
    write_at_noon("2\n")

    assert _worktree(repo)["a.py"] == b"2\n"


def test_both_trees_can_be_compared_with_a_commit(repo: Repo) -> None:
    repo.write({"a.py": "a\nstaged\n"}).git("add", "a.py")
    repo.write({"a.py": "a\nstaged\nedited\n"})

    with Repository.open(repo.path) as repository:
        head, staged, worktree = repository.resolve("HEAD"), repository.staged(), repository.worktree()
        [file] = repository.changed_files(head, worktree)
        [one] = repository.changed_files(staged, worktree)
        assert file.base
        assert file.head
        pair = (file.base.blob, file.head.blob)
        [hunk] = repository.hunks([pair])[pair]

    assert hunk.head_lines == range(2, 4)
    assert one.head == file.head


def test_a_repository_without_a_commit_has_both_trees(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")

    assert _staged(repo) == _worktree(repo) == {}

    repo.write({"a.py": "a\n", "b.py": "b\n"}).git("add", "a.py")

    assert _staged(repo) == {"a.py": b"a\n"}
    assert _worktree(repo) == {"a.py": b"a\n", "b.py": b"b\n"}


def test_files_that_are_only_intended_to_be_added_are_not_staged(repo: Repo) -> None:
    repo.write({"later.py": "later\n"}).git("add", "--intent-to-add", "later.py")

    assert _staged(repo) == _START
    assert _worktree(repo)["later.py"] == b"later\n"


def test_conflicts_stop_a_scan_of_the_index_but_not_of_the_work_tree(repo: Repo) -> None:
    repo.branch("other").commit("Other", {"a.py": "other\n"})
    repo.switch("main").commit("Mine", {"a.py": "mine\n"})
    with pytest.raises(AssertionError):
        repo.merge("other")

    with pytest.raises(GitError, match="has merge conflicts") as caught:
        _staged(repo)

    assert "git add" in caught.value.hint
    conflict = _worktree(repo)["a.py"]
    assert isinstance(conflict, bytes)
    assert conflict.startswith(b"<<<<<<<")


def test_repositories_inside_are_left_out(repo: Repo) -> None:
    Repo(repo.path / "empty")
    Repo(repo.path / "b/[*] inner").commit("Inner", {"inner.py": "inner\n"})
    repo.write({"b/d.py": "d\n"})

    assert _worktree(repo) == {**_START, "b/d.py": b"d\n"}


def test_submodules_are_left_out(repo: Repo) -> None:
    Repo(repo.path / "../library").commit("Library", {"library.py": "1\n"})
    repo.git("submodule", "--quiet", "add", "../library", "library")
    module = Repo(repo.path / "library", create=False)
    module.write({"library.py": "2\n"})

    assert _worktree(repo).keys() == {*_START, ".gitmodules"}

    module.commit("Update")

    assert _worktree(repo).keys() == {*_START, ".gitmodules"}


def test_files_and_folders_and_symlinks_may_take_each_others_place(repo: Repo) -> None:
    repo.write({"a.py": None, "b/c.py": None, "a.py/x.py": "x\n"})
    (repo.path / "b").rmdir()
    (repo.path / "b").symlink_to("a.py")

    assert _worktree(repo) == {".gitignore": b"*.log\n", "a.py/x.py": b"x\n"}


def test_names_of_any_kind_are_read(repo: Repo) -> None:
    names = ["-x", ":(exclude)*", "*", "a\nb\t\"'\\", "ä", "c/" * 60 + "d", os.fsdecode(b"\xff")]
    repo.write(dict.fromkeys(names, "odd\n"))

    assert _worktree(repo) == {**_START, **dict.fromkeys(names, b"odd\n")}


def test_files_outside_a_sparse_checkout_stay_as_they_were_committed(repo: Repo) -> None:
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "elsewhere")
    assert not (repo.path / "b").exists()

    assert _staged(repo) == _worktree(repo) == _START

    repo.git("sparse-checkout", "set", "--no-cone", "nothing")
    assert not (repo.path / "a.py").exists()
    repo.write({"here.py": "here\n"})

    assert _staged(repo) == _START
    assert _worktree(repo) == {**_START, "here.py": b"here\n"}


def test_an_index_that_is_to_be_written_in_two_parts_is_left_as_it_is(repo: Repo) -> None:
    repo.config(core__splitIndex="true").write({"new.py": "new\n"})

    assert _worktree(repo) == {**_START, "new.py": b"new\n"}


def test_an_index_in_two_parts_is_read_and_stays_in_two_parts(repo: Repo) -> None:
    repo.config(core__splitIndex="true", splitIndex__maxPercentChange="100")
    repo.git("update-index", "--split-index")
    repo.write({"a.py": "staged\n"}).git("add", "a.py")
    assert list((repo.path / ".git").glob("sharedindex.*"))

    assert _staged(repo) == _worktree(repo) == {**_START, "a.py": b"staged\n"}


def test_a_linked_work_tree_has_its_own_index(repo: Repo) -> None:
    repo.git("worktree", "add", "--quiet", "--detach", "../linked")
    linked = Repo(repo.path / "../linked", create=False)
    linked.write({"a.py": "linked\n"}).git("add", "a.py")
    linked.write({"new.py": "new\n"})

    assert _staged(linked) == {**_START, "a.py": b"linked\n"}
    assert _worktree(linked) == {**_START, "a.py": b"linked\n", "new.py": b"new\n"}
    assert _worktree(repo) == _START


@pytest.mark.parametrize("autocrlf", ["true", "input"])
def test_line_endings_are_converted_as_git_add_does(autocrlf: str, repo: Repo) -> None:
    repo.config(core__autocrlf=autocrlf, core__safecrlf="true")
    repo.write({"a.py": "a\r\n", "b.py": "b\nc\r\n"})

    assert _worktree(repo) == {**_START, "b.py": b"b\nc\n"}


def test_filters_are_applied_as_git_add_does(repo: Repo) -> None:
    repo.config(filter__shout__clean="tr a-z A-Z", filter__shout__required="true")
    repo.write({".gitattributes": "*.txt filter=shout\n", "a.txt": "quiet\n"})

    assert _worktree(repo)["a.txt"] == b"QUIET\n"


def test_no_hook_and_no_monitor_runs(repo: Repo) -> None:
    trace = repo.path.parent / "trace"
    script = f"#!/bin/sh\necho \"$0\" >> '{trace}'\n"
    for name in ("post-index-change", "pre-commit", "reference-transaction", "fsmonitor"):
        repo.write({f".git/hooks/{name}": script})
        (repo.path / ".git/hooks" / name).chmod(0o755)
    repo.config(core__fsmonitor=".git/hooks/fsmonitor", core__untrackedCache="true")
    repo.git("status")
    assert "fsmonitor" in trace.read_text()
    trace.unlink()
    repo.write({"new.py": "new\n"})

    assert _worktree(repo) == {**_START, "new.py": b"new\n"}
    assert not trace.exists()


def test_the_environment_of_a_hook_does_not_redirect_anything(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write({"new.py": "new\n"})
    for name in ("GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_QUARANTINE_PATH"):
        monkeypatch.setenv(name, str(repo.path / "nowhere"))

    assert _worktree(repo) == {**_START, "new.py": b"new\n"}


def test_an_odd_path_of_the_repository_does_not_matter(tmp_path: Path) -> None:
    repo = Repo(tmp_path / 'a:b "c" \\d ä')
    repo.commit("Start", {"a.py": "a\n"})
    repo.write({"b.py": "b\n"})

    assert _worktree(repo) == {"a.py": b"a\n", "b.py": b"b\n"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_an_error_and_not_left_out(repo: Repo) -> None:
    repo.config(add__ignoreErrors="true").write({"secret.py": "x\n"})
    (repo.path / "secret.py").chmod(0)

    with pytest.raises(GitError, match=r"Cannot read the work tree: .*secret\.py"):
        _worktree(repo)


def test_a_bare_repository_has_no_work_tree(tmp_path: Path) -> None:
    with (
        Repository.open(Repo(tmp_path, options=("--bare",)).path) as repository,
        pytest.raises(GitError, match="is a bare repository") as caught,
    ):
        repository.worktree()

    assert "--head" in caught.value.hint


def test_a_sha256_repository_has_both_trees(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo", options=("--object-format=sha256",))
    repo.commit("Start", {"a.py": "a\n"})
    repo.write({"b.py": "b\n"})

    assert _worktree(repo) == {"a.py": b"a\n", "b.py": b"b\n"}
