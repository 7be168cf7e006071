"""Clones without contents: what a scan needs comes in one fetch."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId, CommitId
from lessonguard.git.repository import Repository
from tests.support.repo import Repo


@pytest.fixture(params=["sha1", "sha256"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Repo:
    """Provide a repository with 30 files that change."""
    repo = Repo(tmp_path / "server", options=(f"--object-format={request.param}",))
    repo.commit("Start", {f"{number}.py": f"{number}\n" for number in range(30)})
    repo.commit("Change", {f"{number}.py": f"new {number}\n" for number in range(30)})
    return repo


def _partial(server: Repo) -> Repo:
    return server.clone(server.path.parent / "partial", "--filter=blob:none", "--no-checkout")


def _packs(repo: Repo) -> int:
    return len(list((repo.path / ".git/objects/pack").glob("*.pack")))


def _blobs(server: Repo) -> list[BlobId]:
    listing = server.git("rev-list", "--objects", "--filter=object:type=blob", "--no-object-names", "HEAD")
    return [BlobId(line) for line in listing.split() if server.git("cat-file", "-t", line) == "blob"]


def test_missing_contents_are_fetched_at_once_and_only_once(server: Repo) -> None:
    clone, blobs = _partial(server), _blobs(server)
    assert len(blobs) == 60
    before = _packs(clone)

    for _ in range(2):
        with Repository.open(clone.path) as repository:
            assert repository.read_blobs(blobs, limit=100)[blobs[0]]

        assert _packs(clone) == before + 1
    assert not (clone.path / ".git/FETCH_HEAD").exists()


def test_only_what_is_missing_is_fetched(server: Repo) -> None:
    clone, blobs = _partial(server), _blobs(server)
    with Repository.open(clone.path) as repository:
        repository.read_blobs(blobs[:59], limit=100)
    before = set(clone.path.glob(".git/objects/pack/*.pack"))

    with Repository.open(clone.path) as repository:
        repository.read_blobs(blobs, limit=100)

    [new] = set(clone.path.glob(".git/objects/pack/*.pack")) - before
    assert new.stat().st_size < 100


def test_a_whole_change_takes_one_fetch(server: Repo) -> None:
    clone = _partial(server)
    before = _packs(clone)

    with Repository.open(clone.path) as repository:
        head = repository.resolve("HEAD")
        files = repository.changed_files(repository.resolve("HEAD~1"), head)
        repository.read_blobs(
            [side.blob for file in files for side in (file.base, file.head) if side], limit=9
        )
        pairs = [(file.base.blob, file.head.blob) for file in files if file.base and file.head]
        hunks = repository.hunks(pairs)

    assert len(hunks) == 30
    assert all(hunks.values())
    assert _packs(clone) == before + 1


def test_comparing_and_making_trees_fetch_no_more_than_they_need(server: Repo) -> None:
    clone = _partial(server)
    clone.git("read-tree", "HEAD")
    clone.write({"new.py": "new\n"}).git("add", "new.py")
    before = _packs(clone)

    with Repository.open(clone.path) as repository:
        staged, base = repository.staged(), repository.resolve("HEAD~1")
        assert _packs(clone) == before
        files = repository.changed_files(base, staged)
        repository.hunks((file.base.blob, file.head.blob) for file in files if file.base and file.head)

    assert len(files) == 31
    assert _packs(clone) == before + 1


def test_renames_are_found_in_the_same_fetch(server: Repo) -> None:
    lines = "".join(f"line {number}\n" for number in range(50))
    server.commit("Add", {"old.py": lines, "dead.py": "dead\n"})
    server.write({"old.py": None, "dead.py": None, "new.py": f"{lines}more\n", "added.py": "added\n"})
    (server.path / "link").symlink_to("new.py")
    server.commit("Rename")
    clone = _partial(server)
    before = _packs(clone)

    with Repository.open(clone.path) as repository:
        files = repository.changed_files(repository.resolve("HEAD~1"), repository.resolve("HEAD"))
        assert _packs(clone) == before + 1
        repository.read_blobs(
            [side.blob for file in files for side in (file.base, file.head) if side], limit=9
        )

    assert [(file.previous_path, file.path) for file in files] == [
        (None, "added.py"),
        (None, "dead.py"),
        ("old.py", "new.py"),
    ]
    assert _packs(clone) == before + 1


def test_what_a_scan_reads_can_be_fetched_at_once(server: Repo) -> None:
    server.commit("Learn", {"lessons/INC-1.yaml": "incident: INC-1\n", "0.py": "newer\n"})
    clone = _partial(server)
    before = _packs(clone)

    with Repository.open(clone.path) as repository:
        base, head = repository.resolve("HEAD~2"), repository.resolve("HEAD~1")
        tip = repository.resolve("HEAD")
        repository.prefetch(base, head, tip=tip, folder="lessons")
        assert _packs(clone) == before + 1
        files = repository.changed_files(base, head)
        entries = repository.tree_entries(tip, "lessons")
        repository.read_blobs([blob for _, blob in entries], limit=100)
        repository.read_blobs([file.head.blob for file in files if file.head], limit=100)
        shown = repository.shown_hunks(
            (file.base.blob, file.head.blob) for file in files if file.base and file.head
        )

    assert len(files) == len(shown) == 30
    assert all(shown.values())
    assert _packs(clone) == before + 1


def test_a_complete_clone_fetches_nothing_ahead(server: Repo) -> None:
    clone = server.clone(server.path.parent / "clone", "--no-checkout")
    shutil.rmtree(server.path)

    with Repository.open(clone.path) as repository:
        head = repository.resolve("HEAD")
        repository.prefetch(repository.resolve("HEAD~1"), head, tip=head, folder="lessons")


def test_files_of_the_work_tree_are_not_fetched_from_the_remote(server: Repo) -> None:
    clone = server.clone(server.path.parent / "partial", "--filter=blob:none")
    clone.write({"0.py": "work\n", "new.py": "new\n"})

    with Repository.open(clone.path) as repository:
        files = repository.changed_files(repository.resolve("HEAD~1"), repository.worktree())
        blobs = [side.blob for file in files for side in (file.base, file.head) if side]
        contents = repository.read_blobs(blobs, limit=100)

    assert len(contents) == 61
    assert b"work\n" in contents.values()


@pytest.mark.parametrize(
    "options", [(), ("--depth=1",), ("--filter=blob:none",), ("--depth=1", "--filter=blob:none")]
)
def test_commits_with_their_trees_are_there_with_or_without_contents(
    options: tuple[str, ...], server: Repo
) -> None:
    clone = server.clone(server.path.parent / "clone", "--no-checkout", *options)
    parent = CommitId(server.git("rev-parse", "HEAD~1"))
    shutil.rmtree(server.path)

    with Repository.open(clone.path) as repository:
        head = repository.resolve("HEAD")
        assert repository.has([head])
        assert repository.has([head, parent]) == ("--depth=1" not in options)
        assert repository.has([])
        assert not repository.has([CommitId("1" * len(head)), head])
        assert not repository.has([CommitId(clone.git("rev-parse", "HEAD^{tree}"))])


def test_commits_whose_trees_are_missing_are_not_there_and_not_fetched(server: Repo) -> None:
    server.commit("Nest", {"a/b/c.py": "c\n"})
    clone = server.clone(server.path.parent / "clone", "--no-checkout", "--filter=tree:0")
    before = _packs(clone)

    with Repository.open(clone.path) as repository:
        head = repository.resolve("HEAD")
        assert not repository.has([head])
        clone.git("mktree", "--missing", stdin=server.git("ls-tree", "HEAD").encode())  # the top of it alone
        assert not repository.has([head])

    assert _packs(clone) == before


def test_contents_that_cannot_be_fetched_are_an_error_that_names_the_remote(server: Repo) -> None:
    clone, blobs = _partial(server), _blobs(server)
    shutil.rmtree(server.path)

    with (
        Repository.open(clone.path) as repository,
        pytest.raises(
            GitError, match=r"Cannot fetch the contents of 60 files that this partial clone lacks: origin: "
        ) as caught,
    ):
        repository.read_blobs(blobs, limit=100)

    assert "when the remote can be reached" in caught.value.hint


def test_a_partial_clone_without_its_remote_is_an_error(server: Repo) -> None:
    clone, blobs = _partial(server), _blobs(server)
    clone.git("remote", "remove", "origin")

    with (
        Repository.open(clone.path) as repository,
        pytest.raises(GitError, match="it names no remote to fetch them from"),
    ):
        repository.read_blobs(blobs, limit=100)
