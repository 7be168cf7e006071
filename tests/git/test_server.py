"""Fetching from a server: what it refuses, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from lessonguard.errors import GitError
from lessonguard.git.changes import CommitId
from lessonguard.git.credentials import access_variables
from lessonguard.git.temporary_clone import fetch_commits
from tests.support.git_server import GitServer
from tests.support.hub.handler import Incoming, Outgoing
from tests.support.repo import Repo
from tests.support.server_shop import blobs_of, commit_of, fetch, kinds


def test_a_server_that_cannot_leave_contents_out_sends_those_of_the_commits_alone(
    server: GitServer, shop: Repo
) -> None:
    shop.config(uploadpack__allowFilter="false")

    with fetch(server, shop, "fork", "change") as repository:
        files = repository.changed_files(commit_of(shop, "fork"), commit_of(shop, "change"))
        repository.read_blobs(blobs_of(files), limit=99)

        assert kinds(repository).count("commit") == 2
        assert server.visits == 1


def test_a_commit_that_the_server_lacks_is_an_error_with_the_remedy(server: GitServer, shop: Repo) -> None:
    url = server.url(shop)
    wanted: dict[CommitId, Sequence[str]] = {CommitId("1" * 40): (), commit_of(shop, "main"): ()}

    with pytest.raises(GitError, match=rf"Cannot fetch commit 1{{40}} from {url}: .*not our ref") as caught:
        fetch_commits(url, wanted=wanted, variables={})

    assert "fetch-depth: 0" in caught.value.hint
    assert server.visits == 1


@pytest.fixture
def strict(shop: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """Provide a repository of which only what refs stand for can be had, as over the first protocol."""
    shop.config(uploadpack__allowAnySHA1InWant="false")
    for name, value in {"COUNT": "1", "KEY_0": "protocol.version", "VALUE_0": "0"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    return shop


def test_a_commit_that_is_not_handed_out_by_name_is_taken_from_its_ref(
    server: GitServer, strict: Repo
) -> None:
    hidden = commit_of(strict, "change")
    strict.git("update-ref", "refs/pull/7/head", hidden)
    strict.config(uploadpack__hideRefs="refs/heads/change")
    strict.git("update-ref", "refs/pull/8/refs/pull/7/head", "main~3")

    with fetch(server, strict, "change", refs=["refs/gone", "refs/pull/7/head"]) as repository:
        assert repository.has([hidden])
        assert kinds(repository).count("commit") == 1


def test_a_commit_that_was_replaced_is_an_error_and_never_another_commit(
    server: GitServer, strict: Repo
) -> None:
    strict.git("update-ref", "refs/pull/7/head", "change")
    url, replaced, now = server.url(strict), commit_of(strict, "change~1"), commit_of(strict, "change")

    with pytest.raises(GitError, match=f"{replaced} .* refs/pull/7/head is {now} by now"):
        fetch_commits(url, wanted={replaced: ["refs/pull/7/head"]}, variables={})


def test_a_server_that_nobody_answers_for_is_an_error_without_the_password(tmp_path: Path) -> None:
    with GitServer(tmp_path) as stopped:
        url = f"{stopped.address}shop.git".replace("//", "//somebody:secret@")

    with pytest.raises(GitError, match=r"from http://127\.0\.0\.1:\d+/shop\.git: ") as caught:
        fetch_commits(url, wanted={CommitId("1" * 40): ()}, variables=access_variables(url, "token"))

    assert "secret" not in f"{caught.value.message}{caught.value.hint}"
    assert "http.proxy" in caught.value.hint


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "`permissions: contents: read`"),
        (403, "`permissions: contents: read`"),
        (404, "`permissions: contents: read`"),
        (301, "moved"),
        (500, "Try again"),
    ],
)
def test_a_refusal_is_an_error_with_what_helps(status: int, hint: str, server: GitServer, shop: Repo) -> None:
    def refuse(_: Incoming) -> Outgoing:
        where = {"Location": "/elsewhere/info/refs"} if status == 301 else {}
        asking = {"WWW-Authenticate": 'Basic realm="GitHub"'} if status == 401 else {}
        return Outgoing(status=status, headers={**where, **asking})

    server.instead = refuse
    url = server.url(shop)

    with pytest.raises(GitError, match="Cannot fetch commit") as caught:
        fetch_commits(url, wanted={commit_of(shop, "main"): ()}, variables=access_variables(url, "token"))

    assert hint in caught.value.hint
    assert caught.value.exit_code == 3
    assert len(server.asked) == 1
