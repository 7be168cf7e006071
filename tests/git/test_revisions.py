"""Which change a command is about: a branch, the index, the work tree; or past changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.errors import GitError, UsageError
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import branch_change, staged_change, worktree_change
from tests.support.merges import past, subjects
from tests.support.repo import Repo


def test_a_branch_is_compared_with_where_it_left_the_default_branch(
    repo: Repo, repository: Repository
) -> None:
    base = repo.head
    head = repo.branch("topic").commit("Topic", {"b.py": "b\n"})
    tip = repo.switch("main").commit("Meanwhile", {"c.py": "c\n"})

    change = branch_change(repository, base=None, head="topic")

    assert (change.base, change.tip, change.head) == (base, tip, head)
    assert [file.path for file in change.files] == ["b.py"]


def test_the_index_is_compared_with_head(repo: Repo, repository: Repository) -> None:
    repo.write({"b.py": "b\n"}).git("add", "b.py")
    repo.write({"c.py": "c\n"})

    change = staged_change(repository)

    assert (change.base, change.tip) == (repo.head, repo.head)
    assert [file.path for file in change.files] == ["b.py"]


def test_the_work_tree_is_compared_with_the_merge_base_of_head(repo: Repo, repository: Repository) -> None:
    base = repo.head
    repo.branch("topic").commit("Topic", {"b.py": "b\n"})
    repo.write({"c.py": "c\n"})

    change = worktree_change(repository, base="main")

    assert (change.base, change.tip) == (base, base)
    assert [file.path for file in change.files] == ["b.py", "c.py"]


def test_a_range_is_what_the_second_has_and_the_first_has_not(merges: Repo) -> None:
    found = past(merges, span="HEAD~2..HEAD")

    assert subjects(found) == ["Merge topic-2"]
    assert found.branch == "HEAD~2..HEAD"
    assert subjects(past(merges, span="HEAD~3..")) == ["Merge topic-2", "Merge topic-1"]
    assert past(merges, span="..HEAD").changes == ()


def test_three_dots_are_refused(merges: Repo) -> None:
    with pytest.raises(UsageError, match="three dots") as caught:
        past(merges, span="a...b")

    assert "a..b" in caught.value.hint


@pytest.mark.parametrize("span", ["nowhere..HEAD", "HEAD..nowhere", "--output=x..HEAD"])
def test_a_range_of_what_is_not_there_is_an_error(merges: Repo, span: str) -> None:
    with pytest.raises(GitError, match="There is no commit"):
        past(merges, span=span)


def test_the_default_branch_is_replayed_wherever_one_is(merges: Repo) -> None:
    merges.branch("feature", "HEAD~1").commit("Feature")

    assert past(merges, last=1).branch == "main"
    assert subjects(past(merges, last=1)) == ["Merge topic-2"]


def test_the_default_branch_of_a_remote_is_called_by_its_own_name(merges: Repo, tmp_path: Path) -> None:
    merges.git("branch", "-m", "main", "trunk")
    clone = merges.clone(tmp_path / "clone")

    assert past(clone, last=1).branch == "origin/trunk"


def test_head_is_replayed_where_no_default_branch_is_known(merges: Repo) -> None:
    merges.git("branch", "-m", "main", "trunk")

    found = past(merges, last=1)

    assert (found.branch, subjects(found)) == ("HEAD", ["Merge topic-2"])


def test_a_clone_too_shallow_for_any_change_is_an_error(merges: Repo, tmp_path: Path) -> None:
    clone = merges.clone(tmp_path / "clone", "--depth=1")

    with pytest.raises(GitError, match="this clone is shallow") as caught:
        past(clone, last=10)

    assert "git fetch --unshallow" in caught.value.hint
