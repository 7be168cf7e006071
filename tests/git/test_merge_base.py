"""Where a change began: in full, criss-cross, unrelated and shallow histories."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lessonguard.errors import GitError
from lessonguard.git.repository import Repository
from tests.support.repo import Repo


def _merge_base(repo: Repo, base: str = "origin/main", head: str = "HEAD") -> str:
    with Repository.open(repo.path) as repository:
        return repository.merge_base(repository.resolve(base), repository.resolve(head))


def _commits(repo: Repo, name: str, count: int) -> Repo:
    for number in range(count):
        repo.commit(f"{name} {number}", {name: f"{number}\n"})
    return repo


@pytest.fixture
def forked(tmp_path: Path) -> Repo:
    """Provide a server: `change` left `main` at tag `fork`, 20 commits below the top of either."""
    repo = _commits(Repo(tmp_path / "server"), "early", 5)
    repo.git("tag", "fork")
    _commits(repo.branch("change"), "change", 20)
    return _commits(repo.switch("main"), "main", 20)


def _shallow(server: Repo, depth: int) -> Repo:
    """Clone the branches without their history, with `change` checked out."""
    path = server.path.parent / "shallow"
    return server.clone(path, f"--depth={depth}", "--no-single-branch", "--no-tags", "--branch=change")


def _refs(repo: Repo) -> str:
    return repo.git("for-each-ref")


def test_the_merge_base_is_where_the_branch_was_cut(forked: Repo) -> None:
    fork = forked.git("rev-parse", "fork")

    assert _merge_base(forked, "main", "change") == fork
    assert _merge_base(forked, "change", "main") == fork
    assert _merge_base(forked, "main", "fork") == fork
    assert _merge_base(forked, "main", "main") == forked.head


def test_of_several_merge_bases_the_newest_is_taken_as_git_diff_does(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit("Start")
    repo.branch("change").commit("One", {"one": "1\n"})
    newest = repo.switch("main").commit("Two", {"two": "2\n"})
    repo.git("branch", "two")
    repo.merge("change")
    repo.switch("change").merge("two")

    bases = repo.git("merge-base", "--all", "main", "change").split()

    assert len(bases) == 2
    assert _merge_base(repo, "main", "change") == _merge_base(repo, "change", "main") == newest
    assert repo.git("diff", "main...change") == repo.git("diff", newest, "change")


def test_of_merge_bases_of_one_second_the_smallest_name_is_taken(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    tree = repo.git("write-tree")

    def commit(message: str, *parents: str) -> str:
        options = [option for parent in parents for option in ("-p", parent)]
        return repo.git("commit-tree", "-m", message, *options, tree)

    start = commit("start")
    one, two = commit("one", start), commit("two", start)
    left, right = commit("left", one, two), commit("right", two, one)

    assert _merge_base(repo, left, right) == _merge_base(repo, right, left) == min(one, two)


def test_unrelated_histories_are_an_error_that_asks_for_a_base(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit("One")
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.commit("Other")

    with pytest.raises(GitError, match="no commit in common") as caught:
        _merge_base(repo, "main", "other")

    assert "--base" in caught.value.hint


@pytest.mark.parametrize("depth", [1, 2, 10, 20, 21, 22, 40])
def test_a_shallow_clone_gives_the_same_merge_base(depth: int, forked: Repo) -> None:
    clone = _shallow(forked, depth)
    clone.config(remote__origin__tagOpt="--tags", fetch__prune="true", fetch__pruneTags="true")
    refs = _refs(clone)

    assert _merge_base(clone) == forked.git("rev-parse", "fork")
    assert _refs(clone) == refs
    assert not (clone.path / ".git/FETCH_HEAD").exists()


def test_a_history_that_is_deep_enough_is_not_fetched(forked: Repo) -> None:
    clone = _shallow(forked, 22)
    shutil.rmtree(forked.path)

    assert _merge_base(clone) == clone.git("rev-parse", "HEAD~20")


def test_commits_that_were_never_pushed_are_no_obstacle(forked: Repo) -> None:
    clone = _commits(_shallow(forked, 1), "mine", 3)

    assert _merge_base(clone) == forked.git("rev-parse", "fork")


def test_a_linked_work_tree_of_a_shallow_clone_deepens_it(forked: Repo) -> None:
    clone = _shallow(forked, 1)
    clone.git("worktree", "add", "--quiet", "--detach", "../linked")

    assert _merge_base(Repo(clone.path / "../linked", create=False)) == forked.git("rev-parse", "fork")


def test_a_branch_that_is_gone_on_the_server_is_no_obstacle(forked: Repo) -> None:
    clone = _shallow(forked, 10)
    forked.git("branch", "--delete", "--force", "change")

    assert _merge_base(clone) == forked.git("rev-parse", "fork")


def test_commits_that_are_gone_on_the_server_are_an_error_in_its_words(forked: Repo) -> None:
    clone = _shallow(forked, 10)
    forked.git("branch", "--delete", "--force", "change")
    forked.git("reflog", "expire", "--expire=now", "--all")
    forked.git("gc", "--quiet", "--prune=now")

    with pytest.raises(GitError, match=r"clone is shallow: .*not our ref"):
        _merge_base(clone)


def test_the_remote_that_has_more_is_found_among_several(forked: Repo) -> None:
    clone = _shallow(forked, 1)
    clone.git("remote", "rename", "origin", "server")
    clone.git("remote", "add", "origin", (forked.path / "nowhere").as_uri())
    clone.git("remote", "add", "another", clone.path.as_uri())

    assert _merge_base(clone, "server/main") == forked.git("rev-parse", "fork")


@pytest.mark.parametrize("remotes", ["offline", "none", "as shallow"])
def test_a_shallow_clone_that_cannot_get_more_is_an_error_with_the_remedy(remotes: str, forked: Repo) -> None:
    clone = _shallow(forked, 3)
    if remotes == "as shallow":
        clone.git("remote", "set-url", "origin", _shallow_copy(clone).as_uri())
    elif remotes == "offline":
        shutil.rmtree(forked.path)
    else:
        clone.git("remote", "remove", "origin")
        clone.git("branch", "--quiet", "base", forked.git("rev-parse", "main"))

    with pytest.raises(GitError, match="this clone is shallow") as caught:
        _merge_base(clone, "base" if remotes == "none" else "origin/main")

    assert "git fetch --unshallow" in caught.value.hint
    assert "fetch-depth: 0" in caught.value.hint
    assert caught.value.exit_code == 3


def _shallow_copy(clone: Repo) -> Path:
    path = clone.path.parent / "copy"
    shutil.copytree(clone.path, path)
    return path


@pytest.fixture
def misleading(tmp_path: Path) -> Repo:
    """Provide a server whose history, if cut, shows a merge base that is too old.

    `change` left the long branch `side` at tag `fork`; `main` holds `start` and, by a merge, all
    of `side`. Where the end of `side` is cut off, only `start` is seen in both.
    """
    repo = _commits(Repo(tmp_path / "server"), "start", 1)
    _commits(repo.branch("side"), "fork", 1).git("tag", "fork")
    _commits(repo, "side", 8)
    repo.switch("fork").branch("change").commit("Change", {"change": "1\n"})
    repo.switch("main").merge("side")
    return repo


def test_a_cut_history_is_not_believed_when_it_shows_a_merge_base_that_is_too_old(misleading: Repo) -> None:
    clone = _shallow(misleading, 5)
    start, fork = misleading.git("rev-parse", "fork~1", "fork").split()

    assert clone.git("merge-base", "origin/main", "change") == start
    assert _merge_base(clone) == fork


def test_a_cut_history_that_may_mislead_and_cannot_grow_is_an_error(misleading: Repo) -> None:
    clone = _shallow(misleading, 5)
    shutil.rmtree(misleading.path)

    with pytest.raises(GitError, match="this clone is shallow"):
        _merge_base(clone)


def test_unrelated_histories_are_told_apart_from_shallow_ones(forked: Repo) -> None:
    forked.git("checkout", "--quiet", "--orphan", "other")
    _commits(forked, "other", 5)
    clone = _shallow(forked, 2)

    with pytest.raises(GitError, match="no commit in common"):
        _merge_base(clone, "origin/other")
