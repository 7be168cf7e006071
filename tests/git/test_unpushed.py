"""Which commits a remote does not have yet, as far as a clone shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from lessonguard.git.changes import CommitId, empty_tree
from lessonguard.git.repository import Repository
from lessonguard.git.unpushed import Unpushed
from tests.support.repo import Repo


@pytest.fixture
def clone(repo: Repo, tmp_path: Path) -> Repo:
    """Provide a clone of a repository with one commit."""
    return repo.clone(tmp_path / "clone")


@pytest.fixture
def opened(clone: Repo) -> Iterator[Repository]:
    """Provide the clone, opened."""
    with Repository.open(clone.path) as repository:
        yield repository


def _unpushed(
    opened: Repository, clone: Repo, *, ref: str = "refs/heads/main", published: tuple[str, ...] = ()
) -> Unpushed:
    head = CommitId(clone.head)
    (found,) = opened.published("origin").unpushed([(ref, head)], published=map(CommitId, published))
    return found


def test_nothing_is_unpushed_in_a_new_clone(opened: Repository, clone: Repo) -> None:
    assert _unpushed(opened, clone).count == 0


def test_new_commits_start_from_the_last_one_that_was_published(opened: Repository, clone: Repo) -> None:
    base = clone.head
    clone.branch("topic").commit("One")
    clone.commit("Two")

    assert _unpushed(opened, clone) == Unpushed(count=2, bases=(CommitId(base),))


def test_what_the_push_says_is_there_counts_as_published(opened: Repository, clone: Repo) -> None:
    first = clone.branch("topic").commit("One")
    clone.commit("Two")
    missing = "1" * 40  # as after a forced push

    found = _unpushed(opened, clone, published=(first, missing))

    assert found == Unpushed(count=1, bases=(CommitId(first),))


def test_a_history_of_its_own_starts_from_the_empty_tree(opened: Repository, clone: Repo) -> None:
    clone.git("switch", "--quiet", "--orphan", "fresh")
    head = CommitId(clone.commit("Fresh"))

    assert _unpushed(opened, clone) == Unpushed(count=1, bases=(empty_tree(head),))


def test_a_merge_of_two_published_branches_starts_from_both(
    opened: Repository, repo: Repo, clone: Repo
) -> None:
    tips = [repo.branch(name, "main").commit(name, {name: "x\n"}) for name in ("one", "two")]
    clone.git("fetch", "--quiet")
    clone.git("switch", "--quiet", "--detach", "origin/one")
    clone.git("merge", "--quiet", "--no-edit", "origin/two")

    assert _unpushed(opened, clone) == Unpushed(count=1, bases=tuple(sorted(map(CommitId, tips))))


def test_the_upstream_of_a_branch_counts_as_published(opened: Repository, repo: Repo, clone: Repo) -> None:
    clone.git("remote", "add", "fork", str(repo.path))
    base = repo.branch("topic").commit("Topic")
    clone.git("fetch", "--quiet", "fork")
    clone.git("switch", "--quiet", "--create", "mine", "--track", "fork/topic")
    clone.commit("More")

    followed = _unpushed(opened, clone, ref="refs/heads/mine")

    assert followed == Unpushed(count=1, bases=(CommitId(base),))
    assert _unpushed(opened, clone, ref="HEAD").count == 2


def test_a_remote_is_found_by_its_address(opened: Repository, clone: Repo) -> None:
    assert opened.published(clone.git("remote", "get-url", "origin")).remote == "origin"
    assert opened.published("https://example.com/x").remote == "https://example.com/x"
    assert opened.published("origin").default_branch == clone.head
    assert opened.published("https://example.com/x").default_branch is None


def test_a_commit_of_several_tips_counts_for_the_first_of_them(opened: Repository, clone: Repo) -> None:
    start = clone.head
    shared = clone.branch("one").commit("Shared")
    tips = [clone.commit("One"), clone.branch("two", shared).commit("Two"), clone.merge("one"), shared, start]

    found = opened.published("origin").unpushed([("HEAD", CommitId(tip)) for tip in tips], published=[])

    assert [each.count for each in found] == [2, 1, 1, 0, 0]
    bases = [{start}, {shared}, set(tips[:2])]
    assert [set(each.bases) for each in found[:3]] == bases


def test_many_tips_count_as_git_counts_each(opened: Repository, clone: Repo) -> None:
    randomly = Random(7)  # noqa: S311 - the same history each time
    commits = [clone.head]
    for number in range(60):
        clone.switch("main").git("reset", "--quiet", "--hard", randomly.choice(commits))
        if number % 3:
            commits.append(clone.commit(f"Change {number}", {f"{number}": "x\n"}))
        else:
            commits.append(clone.merge(randomly.choice(commits)))
    tips = [CommitId(tip) for tip in randomly.sample(commits, 30)]

    found = opened.published("origin").unpushed([("HEAD", tip) for tip in tips], published=[])

    for index, (tip, each) in enumerate(zip(tips, found, strict=True)):
        before = ["--not", "--remotes=origin", *tips[:index]]
        assert each.count == int(clone.git("rev-list", "--count", tip, *before))
