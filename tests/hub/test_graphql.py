"""The loopback GitHub answers GraphQL as GitHub does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from graphql import build_schema, find_breaking_changes

from tests.support.http import ask
from tests.support.hub.graphql import SCHEMA
from tests.support.hub.model import Token
from tests.support.hub.pull import Pull
from tests.support.hub.server import Hub
from tests.support.openapi import DESCRIPTION, Json
from tests.support.repo import Repo

_THREADS = """
query($first: Int!, $after: String) {
  repository(owner: "acme", name: "shop") {
    pullRequest(number: 7) {
      reviewThreads(first: $first, after: $after) {
        nodes {
          id isResolved isOutdated path subjectType
          comments(first: 10) { nodes { databaseId author { __typename login } } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""
_RESOLVE = "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }"
_UNRESOLVE = _RESOLVE.replace("resolve", "unresolve", 1)


@dataclass(frozen=True, kw_only=True)
class Scene:
    hub: Hub
    pull: Pull
    token: Token

    def query(self, text: str, *, token: Token | None = None, **variables: Json) -> Json:
        """Ask, and give the parsed answer."""
        body = {"query": text, "variables": variables}
        reply = ask("POST", self.hub.graphql_url, body, token=(token or self.token).value)
        assert reply.status == 200
        return reply.json

    def threads(self, *, first: int = 100, after: str | None = None) -> Json:
        """Give a page of the pull request's threads."""
        answer = self.query(_THREADS, first=first, after=after)
        return answer["data"]["repository"]["pullRequest"]["reviewThreads"]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    repo = Repo(tmp_path / "shop")
    repo.commit("Start")
    repo.branch("feature").commit("Add", {"pay.py": "a\nb\nc\n"})
    with Hub(tmp_path) as hub:
        pull = hub.repository("acme/shop", repo.path).pull(7, head=repo.head)
        for line in (1, 2, 3):
            pull.comment("github-actions[bot]", f"Line {line}.", path="pay.py", line=line)
        yield Scene(hub=hub, pull=pull, token=hub.token())


def test_apps_are_written_with_bot_only_as_viewers(scene: Scene) -> None:
    scene.pull.reply("octocat", next(iter(scene.pull.comments.values())), "Why?")

    [thread, *_] = scene.threads()["nodes"]

    assert scene.query("{ viewer { login } }")["data"]["viewer"]["login"] == "github-actions[bot]"
    assert [comment["author"] for comment in thread["comments"]["nodes"]] == [
        {"__typename": "Bot", "login": "github-actions"},
        {"__typename": "User", "login": "octocat"},
    ]


def test_threads_come_in_pages(scene: Scene) -> None:
    first = scene.threads(first=2)
    second = scene.threads(first=2, after=first["pageInfo"]["endCursor"])

    found = [
        thread["comments"]["nodes"][0]["databaseId"] for page in (first, second) for thread in page["nodes"]
    ]
    assert found == list(scene.pull.comments)
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


def test_threads_tell_what_became_of_them(scene: Scene) -> None:
    first, second, third = scene.pull.comments.values()
    scene.pull.resolve(first)
    scene.pull.delete(third)
    scene.pull.add_comment(
        first.author,
        {"body": "x", "path": "pay.py", "subject_type": "file", "commit_id": scene.pull.head},
    )
    Repo(scene.pull.store.path, create=False).commit("Rework", {"pay.py": "a\nB\n"})
    scene.pull.push(scene.pull.store.git("rev-parse", "feature"))

    told = [
        (thread["isResolved"], thread["isOutdated"], thread["subjectType"])
        for thread in scene.threads()["nodes"]
    ]

    assert told == [(True, False, "LINE"), (False, True, "LINE"), (False, False, "FILE")]
    assert scene.pull.thread(second).resolved_by is None


def test_a_thread_is_resolved_and_opened_by_who_may_write_contents(scene: Scene) -> None:
    writes = scene.hub.token(contents="write")
    [thread, *_] = scene.threads()["nodes"]

    refused = scene.query(_RESOLVE, id=thread["id"])
    still_open = scene.threads()["nodes"][0]["isResolved"]
    resolved = scene.query(_RESOLVE, token=writes, id=thread["id"])

    assert refused["data"] == {"resolveReviewThread": None}
    [error] = refused["errors"]
    assert (error["type"], error["message"]) == ("FORBIDDEN", "Resource not accessible by integration")
    assert error["path"] == ["resolveReviewThread"]
    assert still_open is False
    assert resolved["data"]["resolveReviewThread"]["thread"]["isResolved"] is True
    assert scene.threads()["nodes"][0]["isResolved"] is True
    scene.query(_UNRESOLVE, token=writes, id=thread["id"])
    assert scene.threads()["nodes"][0]["isResolved"] is False
    assert len(scene.hub.writes) == 3


def test_what_is_not_there_is_an_error_beside_the_data(scene: Scene) -> None:
    missing = scene.query('{ repository(owner: "acme", name: "x") { nameWithOwner } }')
    unknown = scene.query(_RESOLVE, id="PRRT_x")
    greedy = scene.query(_THREADS, first=101)

    assert missing["data"] == {"repository": None}
    kinds = [answer["errors"][0]["type"] for answer in (missing, unknown, greedy)]
    assert kinds == ["NOT_FOUND", "NOT_FOUND", "EXCESSIVE_PAGINATION"]


def test_it_needs_a_token(scene: Scene) -> None:
    query = {"query": "{ viewer { login } }"}

    assert ask("POST", scene.hub.graphql_url, query).status == 401
    assert ask("POST", scene.hub.graphql_url, query, token="wrong").status == 401
    assert ask("POST", scene.hub.enterprise_graphql_url, query, token=scene.token.value).status == 200


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"query": "{ viewer { name } }"}, "Cannot query field 'name'"),
        ({"query": "{ viewer { login }"}, "Syntax Error"),
        ({"query": "query($a: ID) { node(id: $a) { id } }"}, "expecting type 'ID!'"),
        ({"variables": {}}, "no query"),
    ],
)
def test_a_query_that_github_does_not_know_fails_the_test(scene: Scene, body: Json, complaint: str) -> None:
    reply = ask("POST", scene.hub.graphql_url, body, token=scene.token.value)

    assert reply.status == 422
    with pytest.raises(AssertionError, match=complaint):
        scene.hub.check()
    scene.hub.state.violations.clear()


def test_faults_strike_by_what_is_asked(scene: Scene) -> None:
    scene.hub.fail("POST", "resolveReviewThread", 502)
    [thread, *_] = scene.threads()["nodes"]

    reply = ask(
        "POST",
        scene.hub.graphql_url,
        {"query": _RESOLVE, "variables": {"id": thread["id"]}},
        token=scene.token.value,
    )

    assert reply.status == 502


def test_the_schema_here_is_a_part_of_githubs() -> None:
    whole = DESCRIPTION.with_name("schema.graphql")
    if not whole.exists():
        pytest.skip("nobody can tell whether the part is right: GitHub's schema is not here; see `make test`")
    theirs = build_schema(whole.read_text(encoding="utf-8"), assume_valid_sdl=True)  # it repeats a field

    changes = find_breaking_changes(build_schema(SCHEMA), theirs)

    assert [change.description for change in changes] == [], "what is valid here must be valid there"
