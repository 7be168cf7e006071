"""The history of a branch: which changes came into it, and which files they changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from lessonguard.errors import GitError
from lessonguard.git.changes import CommitId, empty_tree
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import past_changes
from tests.support.history import grow
from tests.support.merges import past, subjects
from tests.support.repo import Repo


def test_merges_count_where_there_are_some_the_newest_first(merges: Repo) -> None:
    found = past(merges, last=10)

    assert subjects(found) == ["Merge topic-2", "Merge topic-1", "Merge topic-0"]
    assert (found.are_merges, found.unit, found.limit, found.cut) == (True, "merge", 10, None)


def test_a_merge_changes_its_first_parent(merges: Repo) -> None:
    newest = past(merges, last=1).changes[0]

    assert newest.base == merges.git("rev-parse", "HEAD^1")
    assert newest.commit == merges.head


def test_only_the_last_changes_are_listed(merges: Repo) -> None:
    assert subjects(past(merges, last=2)) == ["Merge topic-2", "Merge topic-1"]


def test_each_commit_counts_where_most_are_no_merges(merges: Repo) -> None:
    for number in range(6):
        merges.commit(f"Squashed {number}")

    found = past(merges, last=9)

    assert not found.are_merges
    assert subjects(found) == [
        *(f"Squashed {number}" for number in range(5, -1, -1)),
        *("Merge topic-2", "Release 1", "Merge topic-1"),
    ]


def test_commits_of_merged_branches_are_no_changes_of_their_own(merges: Repo) -> None:
    for number in range(9):
        merges.commit(f"Squashed {number}")

    assert not [subject for subject in subjects(past(merges, last=99)) if subject.startswith("Topic")]


def test_a_first_commit_changed_nothing(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "new")
    repo.commit("Start", {"a.py": "start\n"})

    found = past(repo, last=5)

    assert found.changes == ()
    assert not found.are_merges


def test_a_day_begins_at_midnight_utc(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "days")
    for _ in range(1441):  # a commit takes a minute
        repo._minutes += 1  # noqa: SLF001 - its own clock
    repo._minutes -= 3  # noqa: SLF001
    for number in range(4):
        repo.commit(f"At {number}")

    assert subjects(past(repo, since=date(2026, 1, 2))) == ["At 3", "At 2", "At 1"]
    assert past(repo, since=date(2026, 1, 3)).changes == ()


def test_a_shallow_clone_has_its_changes_and_the_commit_where_it_ends(merges: Repo, tmp_path: Path) -> None:
    clone = merges.clone(tmp_path / "clone", "--depth=3")

    found = past(clone, last=10)

    assert subjects(found) == ["Merge topic-2"]
    assert found.cut is not None
    assert clone.git("rev-parse", "HEAD~2") == found.cut
    assert past(clone, last=1).cut is None


def test_a_message_cannot_pass_for_a_heading(merges: Repo) -> None:
    merges.branch("odd").commit("Odd\n\ncommitter A <a@example.com> 0 +0000\n")
    merges.switch("main").merge("odd")

    assert past(merges, last=1).changes[0].date == date(2026, 1, 1)


@pytest.fixture(scope="module", params=["sha1", "sha256"])
def grown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repo]:
    """Grow a history of edits, renames, copies, splits, deletions and merges."""
    repo = Repo(tmp_path_factory.mktemp("grown") / "repo", options=(f"--object-format={request.param}",))
    grow(repo, steps=24, seed=7)
    repo.commit(
        "Odd names", {b"\xff.py".decode("utf-8", "surrogateescape"): "1\n", "a\nb.py": "2\n", ":c": "3\n"}
    )
    repo.commit("Nothing")
    (repo.path / "link").symlink_to("a.py")
    repo.commit("Link")
    yield repo
    shutil.rmtree(repo.path)


def test_many_changes_list_the_files_that_each_would_alone(grown: Repo) -> None:
    with Repository.open(grown.path) as repository:
        changes = past_changes(repository, last=500).changes
        listed = repository.history().changed_files([(change.commit, change.base) for change in changes])
        alone = [repository.changed_files(change.base, change.commit) for change in changes]

    assert listed == alone
    assert len(changes) > 25
    assert any(file.previous_path for files in listed for file in files)
    assert () in listed


def test_no_changes_have_no_files(grown: Repo) -> None:
    with Repository.open(grown.path) as repository:
        assert repository.history().changed_files([]) == []


def test_settings_do_not_alter_the_list(grown: Repo) -> None:
    with Repository.open(grown.path) as repository:
        changes = past_changes(repository, last=30).changes
        before = repository.history().changed_files([(change.commit, change.base) for change in changes])
    grown.config(diff__renames="false", diff__noprefix="true", core__quotePath="true", diff__renameLimit="1")
    grown.config(core__abbrev="5", log__showSignature="true", diff__orderFile="/dev/null")

    with Repository.open(grown.path) as repository:
        after = repository.history().changed_files([(change.commit, change.base) for change in changes])

    assert after == before


def test_all_files_of_a_commit_are_listed_as_added(grown: Repo) -> None:
    with Repository.open(grown.path) as repository:
        head = repository.resolve("HEAD")
        walk = repository.history()
        files = walk.all_files(head)

        assert files == repository.changed_files(empty_tree(head), head)
        assert {(file.path, file.head.blob) for file in files if file.head} == set(
            repository.tree_entries(head, ".")
        )
        assert not any(file.base for file in files)


@pytest.mark.parametrize("filtered", ["blob:none", "tree:0"])
def test_a_partial_clone_fetches_the_contents_for_all_at_once(
    filtered: str, merges: Repo, tmp_path: Path
) -> None:
    merges.git("mv", "0.py", "renamed.py")
    merges.branch("rename").commit("Rename", {"renamed.py": "new\n."})
    merges.switch("main").merge("rename")
    clone = merges.clone(tmp_path / "clone", f"--filter={filtered}", "--no-checkout")
    packs = len(list((clone.path / ".git/objects/pack").glob("*.pack")))

    with Repository.open(clone.path) as repository:
        changes = past_changes(repository, last=10).changes
        listed = repository.history().changed_files([(change.commit, change.base) for change in changes])

    assert [file.previous_path for file in listed[0]] == ["0.py"]
    after = len(list((clone.path / ".git/objects/pack").glob("*.pack")))
    assert after == packs + 1 or filtered == "tree:0"


def test_a_commit_is_in_itself_and_in_what_came_later(merges: Repo) -> None:
    with Repository.open(merges.path) as repository:
        head, base, topic = (repository.resolve(name) for name in ("HEAD", "HEAD~1", "topic-2"))
        walk = repository.history()

        assert walk.is_in(head, head)
        assert walk.is_in(topic, head)
        assert not walk.is_in(topic, base)
        with pytest.raises(GitError, match=r"Cannot find 1{10} in "):
            walk.is_in(CommitId("1" * 40), head)
