"""Past changes: which commits of a branch count as one, how they read, and which files they changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from lessonguard.errors import GitError, UsageError
from lessonguard.git.changes import CommitId, empty_tree
from lessonguard.git.past_changes import PastChanges, choose_landed, parse_commit, window
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import past_changes
from tests.support.history import grow
from tests.support.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make a repository whose main has three merges, and a commit between them."""
    repo = Repo(tmp_path / "repo")
    repo.commit("Start", {"a.py": "start\n"})
    for number in range(3):
        repo.branch(f"topic-{number}").commit(f"Topic {number}", {f"{number}.py": "new\n"})
        repo.switch("main").merge(f"topic-{number}")
        if number == 1:
            repo.commit("Release 1", {"version": "1\n"})
    return repo


def past(repo: Repo, **options: object) -> PastChanges:
    with Repository.open(repo.path) as repository:
        return past_changes(repository, **options)  # type: ignore[arg-type] # whatever a test gives


def subjects(found: PastChanges) -> list[str]:
    return [change.subject for change in found.changes]


# Which commits count --------------------------------------------------------------------------


def test_merges_count_where_there_are_some_the_newest_first(repo: Repo) -> None:
    found = past(repo, last=10)

    assert subjects(found) == ["Merge topic-2", "Merge topic-1", "Merge topic-0"]
    assert (found.are_merges, found.unit, found.limit, found.cut) == (True, "merge", 10, None)


def test_a_merge_changes_its_first_parent(repo: Repo) -> None:
    newest = past(repo, last=1).changes[0]

    assert newest.base == repo.git("rev-parse", "HEAD^1")
    assert newest.commit == repo.head


def test_only_so_many_are_given(repo: Repo) -> None:
    assert subjects(past(repo, last=2)) == ["Merge topic-2", "Merge topic-1"]


def test_each_commit_counts_where_most_are_no_merges(repo: Repo) -> None:
    for number in range(6):
        repo.commit(f"Squashed {number}")

    found = past(repo, last=9)

    assert not found.are_merges
    assert subjects(found) == [
        *(f"Squashed {number}" for number in range(5, -1, -1)),
        *("Merge topic-2", "Release 1", "Merge topic-1"),
    ]


def test_commits_of_merged_branches_are_no_changes_of_their_own(repo: Repo) -> None:
    for number in range(9):
        repo.commit(f"Squashed {number}")

    assert not [subject for subject in subjects(past(repo, last=99)) if subject.startswith("Topic")]


@pytest.mark.parametrize("total", [1, 40, 1000])
def test_the_window_holds_as_many_changes_as_are_wanted(total: int) -> None:
    """Whatever there is more of: at the fewest merges that count, and at the most that do not."""
    size = window(total)
    for merges in (-(-size // 2), -(-size // 2) - 1):
        rows = [["m", "p", "q"]] * merges + [["c", "p"]] * (size - merges)

        assert len(choose_landed(rows)[1]) >= total


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


def test_a_range_is_what_the_second_has_and_the_first_has_not(repo: Repo) -> None:
    found = past(repo, span="HEAD~2..HEAD")

    assert subjects(found) == ["Merge topic-2"]
    assert found.branch == "HEAD~2..HEAD"
    assert subjects(past(repo, span="HEAD~3..")) == ["Merge topic-2", "Merge topic-1"]
    assert past(repo, span="..HEAD").changes == ()


def test_three_dots_are_refused(repo: Repo) -> None:
    with pytest.raises(UsageError, match="three dots") as caught:
        past(repo, span="a...b")

    assert "a..b" in caught.value.hint


@pytest.mark.parametrize("span", ["nowhere..HEAD", "HEAD..nowhere", "--output=x..HEAD"])
def test_a_range_of_what_is_not_there_is_an_error(repo: Repo, span: str) -> None:
    with pytest.raises(GitError, match="There is no commit"):
        past(repo, span=span)


def test_the_default_branch_is_replayed_wherever_one_is(repo: Repo) -> None:
    repo.branch("feature", "HEAD~1").commit("Feature")

    assert past(repo, last=1).branch == "main"
    assert subjects(past(repo, last=1)) == ["Merge topic-2"]


def test_the_default_branch_of_a_remote_is_called_by_its_own_name(repo: Repo, tmp_path: Path) -> None:
    repo.git("branch", "-m", "main", "trunk")
    clone = repo.clone(tmp_path / "clone")

    assert past(clone, last=1).branch == "origin/trunk"


def test_head_is_replayed_where_no_default_branch_is_known(repo: Repo) -> None:
    repo.git("branch", "-m", "main", "trunk")

    found = past(repo, last=1)

    assert (found.branch, subjects(found)) == ("HEAD", ["Merge topic-2"])


# Shallow clones -------------------------------------------------------------------------------


def test_a_shallow_clone_gives_what_it_has_and_tells_where_it_ends(repo: Repo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "clone", "--depth=3")

    found = past(clone, last=10)

    assert subjects(found) == ["Merge topic-2"]
    assert found.cut is not None
    assert clone.git("rev-parse", "HEAD~2") == found.cut
    assert past(clone, last=1).cut is None


def test_a_clone_too_shallow_for_any_change_is_an_error(repo: Repo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "clone", "--depth=1")

    with pytest.raises(GitError, match="this clone is shallow") as caught:
        past(clone, last=10)

    assert "git fetch --unshallow" in caught.value.hint


# How commits read -----------------------------------------------------------------------------


def read(message: str, *, heading: str = "committer A <a@example.com> 1767225600 +0000") -> tuple[str, str]:
    content = f"tree {'0' * 40}\n{heading}\n\n{message}".encode()
    change = parse_commit(content, commit=CommitId("c"), base=CommitId("b"))
    return change.subject, change.title


@pytest.mark.parametrize(
    ("message", "subject", "title"),
    [
        ("Fix\n", "Fix", "Fix"),
        ("Fix\nthis  now\n\nBecause.\n", "Fix this now", "Fix this now"),
        ("\n\nFix\n \nBecause.", "Fix", "Fix"),
        ("Fix\r\n\r\nBecause.\r\n", "Fix", "Fix"),
        ("", "", ""),
        (
            "Merge pull request #812 from acme/retry\n\nRetry payments\n\nTwice.\n",
            "Merge pull request #812 from acme/retry",
            "Retry payments (#812)",
        ),
        ("Merge pull request #812 from acme/retry\n", *["Merge pull request #812 from acme/retry"] * 2),
        (
            "Merge branch 'retry' into 'main'\n\nRetry payments\n\nSee merge request acme/shop!12\n",
            "Merge branch 'retry' into 'main'",
            "Retry payments",
        ),
        ("Merge branch 'retry'\n\n* retry:\n  Retry\n", "Merge branch 'retry'", "Merge branch 'retry'"),
    ],
)
def test_a_change_is_called_what_its_pull_request_was(message: str, subject: str, title: str) -> None:
    assert read(message) == (subject, title)


@pytest.mark.parametrize(
    ("heading", "day"),
    [
        ("committer A <a@example.com> 1767225599 +0000", date(2025, 12, 31)),
        ("committer A <a@example.com> 1767225599 +0100", date(2026, 1, 1)),
        ("committer A <a@example.com> 1767225600 -0030", date(2025, 12, 31)),
        ("committer <x> > 1767225600 +0000", date(2026, 1, 1)),
        ("committer A <a@example.com> -86400 +0000", date(1969, 12, 31)),
        ("committer A <a@example.com> 99999999999999999999 +0000", date(1970, 1, 1)),
        ("committer A <a@example.com> soon", date(1970, 1, 1)),
        ("author A <a@example.com> 1767225600 +0000", date(1970, 1, 1)),
    ],
)
def test_the_day_is_that_of_the_committer(heading: str, day: date) -> None:
    content = f"tree {'0' * 40}\n{heading}\n\nFix\n".encode()

    assert parse_commit(content, commit=CommitId("c"), base=CommitId("b")).date == day


@pytest.mark.parametrize(
    ("encoding", "message", "subject"),
    [
        ("ISO-8859-1", b"Caf\xe9\n", "Café"),
        ("UTF-8", b"Caf\xc3\xa9\n", "Café"),
        ("UTF-8", b"Caf\xe9\n", "Caf\N{REPLACEMENT CHARACTER}"),
        ("klingon", b"Caf\xc3\xa9\n", "Café"),
    ],
)
def test_messages_are_read_in_their_encoding(encoding: str, message: bytes, subject: str) -> None:
    content = f"committer A <a> 0 +0000\nencoding {encoding}\n\n".encode() + message

    assert parse_commit(content, commit=CommitId("c"), base=CommitId("b")).subject == subject


def test_a_message_cannot_pass_for_a_heading(repo: Repo) -> None:
    repo.branch("odd").commit("Odd\n\ncommitter A <a@example.com> 0 +0000\n")
    repo.switch("main").merge("odd")

    assert past(repo, last=1).changes[0].date == date(2026, 1, 1)


# Which files they changed ---------------------------------------------------------------------


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
    filtered: str, repo: Repo, tmp_path: Path
) -> None:
    repo.git("mv", "0.py", "renamed.py")
    repo.branch("rename").commit("Rename", {"renamed.py": "new\n."})
    repo.switch("main").merge("rename")
    clone = repo.clone(tmp_path / "clone", f"--filter={filtered}", "--no-checkout")
    packs = len(list((clone.path / ".git/objects/pack").glob("*.pack")))

    with Repository.open(clone.path) as repository:
        changes = past_changes(repository, last=10).changes
        listed = repository.history().changed_files([(change.commit, change.base) for change in changes])

    assert [file.previous_path for file in listed[0]] == ["0.py"]
    after = len(list((clone.path / ".git/objects/pack").glob("*.pack")))
    assert after == packs + 1 or filtered == "tree:0"


def test_a_commit_is_in_itself_and_in_what_came_later(repo: Repo) -> None:
    with Repository.open(repo.path) as repository:
        head, base, topic = (repository.resolve(name) for name in ("HEAD", "HEAD~1", "topic-2"))
        walk = repository.history()

        assert walk.is_in(head, head)
        assert walk.is_in(topic, head)
        assert not walk.is_in(topic, base)
        with pytest.raises(GitError, match=r"Cannot find 1{40} in "):
            walk.is_in(CommitId("1" * 40), head)
