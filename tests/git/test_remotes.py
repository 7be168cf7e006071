"""On which hosts the remotes of a repository are."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.errors import GitError
from lessonguard.git.remotes import remote_hosts
from tests.support.repo import Repo


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://github.com/acme/shop.git", {"github.com"}),
        ("https://sam:secret@GitHub.com/acme/shop", {"github.com"}),
        ("https://git.example.com:8443/github.com/shop", {"git.example.com"}),
        ("ssh://git@ghe.example.com:2222/acme/shop", {"ghe.example.com"}),
        ("git@github.com:acme/shop.git", {"github.com"}),
        ("github-work:acme/shop.git", {"github-work"}),
        ("git://example.com/shop", {"example.com"}),
        ("/srv/github.com/shop.git", set()),
        ("../shop", set()),
        ("file:///srv/shop.git", set()),
    ],
)
def test_a_host_is_read_as_git_reads_it(url: str, hosts: set[str], tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.git("remote", "add", "origin", url)

    assert remote_hosts(tmp_path) == hosts


def test_all_remotes_and_where_they_push_to_count(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.git("config", "url.git@github.com:.insteadOf", "gh:")
    repo.git("remote", "add", "origin", "gh:acme/shop")
    repo.git("remote", "add", "mirror", "https://gitlab.com/acme/shop")
    repo.git("remote", "set-url", "--push", "mirror", "https://example.com/acme/shop")

    assert remote_hosts(tmp_path) == {"github.com", "gitlab.com", "example.com"}


def test_a_repository_without_remotes_has_no_hosts(tmp_path: Path) -> None:
    assert remote_hosts(Repo(tmp_path).path) == set()


def test_outside_of_a_repository_there_is_nobody_to_ask(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="Cannot list the remotes"):
        remote_hosts(tmp_path)
