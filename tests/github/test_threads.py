"""Threads of review comments: which are resolved, and what if that is not allowed."""

from __future__ import annotations

import pytest

from lessonguard.github.client import GitHub
from tests.support.github_scene import Scene


def test_threads_are_resolved_all_at_once(scene: Scene) -> None:
    github = scene.client(token=scene.hub.token(contents="write").value)
    made = [scene.pull.comment("acme[bot]", f"{number}", path="new.py", line=1) for number in range(130)]
    answer = scene.pull.reply("monalisa", made[3], "Thanks.")
    scene.pull.resolve(made[110], login="monalisa")

    assert github.resolve_threads(7, [made[2].id, made[3].id, made[110].id, made[120].id])

    resolved = [number for number, comment in enumerate(made) if scene.pull.thread(comment).is_resolved]
    assert resolved == [2, 3, 110, 120]
    assert scene.pull.thread(answer).is_resolved
    assert [call.is_write for call in scene.hub.calls] == [False, False, True]


def test_threads_beyond_what_is_wanted_are_not_asked_for(scene: Scene) -> None:
    github = scene.client(token=scene.hub.token(contents="write").value)
    made = [scene.pull.comment("acme[bot]", f"{number}", path="new.py", line=1).id for number in range(130)]

    assert github.resolve_threads(7, [])
    assert scene.calls == []
    assert github.resolve_threads(7, made[:60])
    assert [call.is_write for call in scene.hub.calls] == [False, True, True]
    assert github.resolve_threads(7, made[:60])
    assert [call.is_write for call in scene.hub.calls] == [False, True, True, False]


def test_a_token_that_may_not_resolve_threads_is_no_error(scene: Scene, github: GitHub) -> None:
    comment = scene.pull.comment("github-actions[bot]", "x", path="new.py", line=1)

    assert not github.resolve_threads(7, [comment.id])

    assert not scene.pull.thread(comment).is_resolved
    assert len(scene.hub.calls) == 2
    assert "FORBIDDEN" in str(scene.hub.calls[1].answer)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 502])
def test_threads_that_cannot_be_resolved_are_no_error(scene: Scene, github: GitHub, status: int) -> None:
    comment = scene.pull.comment("github-actions[bot]", "x", path="new.py", line=1)
    scene.hub.fail("POST", "/graphql", status, times=99)

    assert not github.resolve_threads(7, [comment.id])


@pytest.mark.parametrize(
    "thread",
    [
        {},
        {"id": "T", "isResolved": False, "comments": {"nodes": [{"fullDatabaseId": "x"}]}},
        {"id": 7, "isResolved": False, "comments": {"nodes": [{"fullDatabaseId": "1"}]}},
        {"id": "T", "isResolved": False, "comments": {"nodes": []}},
        {"id": "T", "isResolved": False, "comments": {"nodes": [{"fullDatabaseId": None}]}},
    ],
)
def test_threads_without_a_usable_comment_are_left_alone(
    scene: Scene, github: GitHub, thread: dict[str, object]
) -> None:
    page = {"nodes": [thread], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    data = {"repository": {"pullRequest": {"reviewThreads": page}}}
    scene.hub.fail("POST", "/graphql", 200, body={"data": data})

    github.resolve_threads(7, [1])

    assert len(scene.hub.calls) == 1
