"""Objects that are read by one `git cat-file --batch`."""

from __future__ import annotations

import pytest

from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId
from lessonguard.git.repository import Repository
from tests.support.repo import Repo


@pytest.mark.parametrize(
    "revision",
    [
        "",
        "mian",
        "HEAD:a.py",
        "HEAD^{tree}",
        "HEAD~7",
        "HEAD@{99}",
        "@{upstream}",
        "a b",
        "ä",
        "\udcff",
        "main\nmain",
        "main\0",
        "--output=x",
        "-h",
        "--all",
        "0" * 40,
        "1" * 40,
        "x" * 10_000,
    ],
)
def test_a_revision_that_is_no_commit_is_named_with_what_to_do(revision: str, repository: Repository) -> None:
    with pytest.raises(GitError, match="There is no commit") as caught:
        repository.resolve(revision)

    assert repr(revision) in caught.value.message
    assert "git fetch origin" in caught.value.hint
    assert repository.resolve("main")  # the next question is answered


def test_of_a_blob_above_the_limit_only_the_size_is_returned(repo: Repo, repository: Repository) -> None:
    repo.commit("Big", {"big": b"x" * 3_000_000, "small": b"y" * 1000, "edge": b"z" * 1001})
    blobs = [BlobId(repo.git("rev-parse", f"HEAD:{name}")) for name in ("big", "small", "edge", "a.py")]

    contents = repository.read_blobs(blobs, limit=1000)

    assert list(contents.values()) == [3_000_000, b"y" * 1000, 1001, b"a\n"]


def test_thousands_of_blobs_are_read_by_one_git(repo: Repo, repository: Repository) -> None:
    contents = [b"%d\n" % number * (number % 50) for number in range(10_000)]
    stream = b"".join(b"blob\ndata %d\n%s\n" % (len(content), content) for content in contents)
    repo.git("fast-import", "--quiet", stdin=stream)
    listing = repo.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
    blobs = [BlobId(line.split()[0]) for line in listing.splitlines() if line.endswith(" blob")]

    found = repository.read_blobs(blobs, limit=1_000)

    assert set(contents) <= set(found.values())


def test_a_missing_blob_is_an_error_and_never_an_empty_file(repository: Repository) -> None:
    with pytest.raises(GitError, match="missing from this repository") as caught:
        repository.read_blobs([BlobId("1" * 40)], limit=10)

    assert "git fsck" in caught.value.hint


def test_a_broken_blob_is_an_error_in_words_of_git(repo: Repo) -> None:
    blob = repo.git("rev-parse", "HEAD:a.py")
    path = repo.path / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(b"broken")

    with Repository.open(repo.path) as repository, pytest.raises(GitError, match=blob):
        repository.read_blobs([BlobId(blob)], limit=10)
