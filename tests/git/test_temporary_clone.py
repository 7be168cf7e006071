"""Temporary clones: a change without a checkout, and no more of a repository than it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lessonguard.git.repository import Repository
from tests.support.git_server import GitServer
from tests.support.repo import Repo
from tests.support.server_shop import blobs_of, build_shop, commit_of, fetch, kinds


def test_a_change_is_what_it_is_in_a_clone(server: GitServer, shop: Repo) -> None:
    base, tip, head = (commit_of(shop, name) for name in ("fork", "main", "change"))

    with fetch(server, shop, "fork", "main", "change") as fetched, Repository.open(shop.path) as clone:
        for repository in (fetched, clone):
            repository.prefetch(base, head, tip=tip, folder="lessons")
        files = fetched.changed_files(base, head)
        pairs = [(file.base.blob, file.head.blob) for file in files if file.base and file.head]

        assert len(files) == 23
        assert files == clone.changed_files(base, head)
        assert fetched.tree_entries(tip, "lessons") == clone.tree_entries(tip, "lessons")
        assert fetched.read_blobs(blobs_of(files), limit=99) == clone.read_blobs(blobs_of(files), limit=99)
        assert fetched.hunks(pairs) == clone.hunks(pairs)
        assert fetched.shown_hunks(pairs) == clone.shown_hunks(pairs)


def test_commits_come_in_one_fetch_and_all_that_a_scan_reads_in_another(
    server: GitServer, shop: Repo
) -> None:
    base, tip, head = (commit_of(shop, name) for name in ("fork", "main", "change"))

    with fetch(server, shop, "fork", "main", "change") as repository:
        assert server.visits == 1
        assert kinds(repository).count("commit") == 3
        assert "blob" not in kinds(repository)

        repository.prefetch(base, head, tip=tip, folder="lessons")
        files = repository.changed_files(base, head)
        lessons = [blob for _, blob in repository.tree_entries(tip, "lessons")]
        repository.read_blobs([*lessons, *blobs_of(files)], limit=99)
        repository.shown_hunks((file.base.blob, file.head.blob) for file in files if file.base and file.head)

        assert server.visits == 2
        assert kinds(repository).count("blob") == len({*lessons, *blobs_of(files)})
        assert server.sent < 20_000


def test_what_was_not_fetched_ahead_comes_when_it_is_read(server: GitServer, shop: Repo) -> None:
    with fetch(server, shop, "main", "main~1") as repository:
        [(path, lesson)] = repository.tree_entries(commit_of(shop, "main"), "lessons")

        assert path == "lessons/INC-1.yaml"
        assert repository.read_blobs([lesson], limit=99) == {lesson: b"incident: INC-1\n"}
        assert server.visits == 2


def test_git_itself_has_no_remote_to_fetch_from(server: GitServer, shop: Repo) -> None:
    with fetch(server, shop, "main") as repository:
        copy = Repo(repository.git_directory, create=False)
        blob = shop.git("rev-parse", "main:src/1.py")

        assert copy.git("remote") == ""
        assert copy.git("cat-file", "--batch-check", stdin=blob.encode()) == f"{blob} missing"
        assert server.visits == 1


def test_names_may_be_those_of_sha256(server: GitServer) -> None:
    repo = build_shop(server.folder / "sha256", "--object-format=sha256")

    with fetch(server, repo, "fork", "change") as repository:
        files = repository.changed_files(commit_of(repo, "fork"), commit_of(repo, "change"))

    assert len(files) == 23


def test_the_merge_base_is_found_with_no_more_history_than_it_takes(server: GitServer, shop: Repo) -> None:
    with fetch(server, shop, "main", "change") as repository:
        before = kinds(repository).count("tree")
        found = repository.merge_base(commit_of(shop, "main"), commit_of(shop, "change"))

        assert found == commit_of(shop, "fork")
        assert kinds(repository).count("commit") < 90
        assert kinds(repository).count("tree") <= before + 2
        assert "blob" not in kinds(repository)
        assert len(repository.changed_files(found, commit_of(shop, "change"))) == 23


def test_a_merge_base_whose_tree_is_here_takes_no_fetch(server: GitServer, shop: Repo) -> None:
    with fetch(server, shop, "fork", "main") as repository:
        repository.merge_base(commit_of(shop, "main"), commit_of(shop, "fork"))
        visits = server.visits
        repository.merge_base(commit_of(shop, "main"), commit_of(shop, "fork"))

        assert server.visits == visits


def test_closing_removes_everything(server: GitServer, shop: Repo) -> None:
    repository = fetch(server, shop, "main")
    folder = repository.git_directory
    assert folder.exists()

    repository.close()

    assert not folder.exists()


def test_a_failure_or_an_interruption_leaves_nothing_behind(
    server: GitServer, shop: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    code = """
import sys
from lessonguard.git.temporary_clone import fetch_commits
with fetch_commits(sys.argv[1], wanted={sys.argv[2]: ()}, variables={}):
    raise KeyboardInterrupt
"""
    monkeypatch.setenv("TMPDIR", str(temporary))

    for commit, outcome in (shop.head, b"KeyboardInterrupt"), ("1" * 40, b"GitError"):
        argv = [sys.executable, "-c", code, server.url(shop), commit]
        result = subprocess.run(argv, capture_output=True, check=False)

        assert outcome in result.stderr
        assert list(temporary.iterdir()) == []
