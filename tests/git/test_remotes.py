"""Remotes: on which hosts they are, and which commits their refs have now."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.errors import GitError
from lessonguard.git.remotes import remote_commits, remote_hosts
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


def test_outside_of_a_repository_there_are_no_remotes_to_list(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="Cannot list the remotes"):
        remote_hosts(tmp_path)


def test_refs_are_those_of_the_server_and_a_tag_stands_for_its_commit(repo: Repo) -> None:
    repo.branch("team/main").commit("Other")
    repo.git("tag", "--annotate", "--message=one", "v1", "main")
    refs = ("refs/heads/main", "refs/tags/v1", "refs/heads/gone", "main")

    found = remote_commits(repo.path.as_uri(), refs, variables={})

    main = repo.git("rev-parse", "main")
    assert found == {"refs/heads/main": main, "refs/tags/v1": main}


def test_a_server_that_cannot_be_reached_is_an_error_without_the_password(tmp_path: Path) -> None:
    url = f"http://sam:secret@127.0.0.1:1/{tmp_path.name}"

    with pytest.raises(GitError, match=r"Cannot read the branches of http://127\.0\.0\.1:1/") as caught:
        remote_commits(url, ["refs/heads/main"], variables={})

    assert "secret" not in f"{caught.value.message}{caught.value.hint}"
    assert "GITHUB_TOKEN" in caught.value.hint
