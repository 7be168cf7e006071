"""Waiting for GitHub: between writes, and where it limits the rate of requests."""

from __future__ import annotations

import time

import pytest

from lessonguard.github.api_errors import (
    RateLimitError,
)
from lessonguard.github.client import GitHub
from tests.support.github_scene import EDITS, POSTS, Scene, edit, post, post_file
from tests.support.hub.faults import SECONDARY_LIMIT


def test_writes_are_a_second_apart_from_the_second_on(scene: Scene, github: GitHub) -> None:
    github.pull_request(7)
    post(github, scene)
    github.pull_request(7)
    assert scene.waits == []

    post_file(github, scene)
    github.pull_request(7)
    edit(github, scene)

    assert len(scene.waits) == 2
    assert all(0 < wait <= 1 for wait in scene.waits)


def test_a_second_that_has_passed_is_not_waited_for(scene: Scene) -> None:
    github = scene.client(between_writes=0)

    post(github, scene)
    post_file(github, scene)

    assert scene.waits == []


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("name", [*POSTS, *EDITS])
def test_github_is_given_the_time_it_asks_for(scene: Scene, github: GitHub, name: str, status: int) -> None:
    scene.hub.limit(name if name in EDITS else "POST", "", status=status, after=7)

    ({**POSTS, **EDITS}[name])(github, scene)

    assert [call.status for call in scene.hub.calls] in ([status, 200], [status, 201])
    assert scene.waits == [7]


def test_without_a_time_github_is_given_a_minute(scene: Scene, github: GitHub) -> None:
    scene.hub.fail("GET", "/pulls/7", 403, body=SECONDARY_LIMIT)

    github.pull_request(7)

    assert scene.waits == [60]


def test_a_primary_limit_is_waited_for_if_it_ends_soon(scene: Scene, github: GitHub) -> None:
    scene.hub.exhaust("GET", "/pulls/7", reset=int(time.time()) + 30)

    github.pull_request(7)

    [wait] = scene.waits
    assert 1 <= wait <= 30


def test_a_primary_limit_that_is_far_away_is_an_error(scene: Scene, github: GitHub) -> None:
    scene.hub.exhaust("POST", "/reviews", reset=int(time.time()) + 1500)

    with pytest.raises(RateLimitError) as caught:
        post(github, scene)

    assert "limits the rate of requests, and allows none for 25 minutes" in caught.value.message
    assert "Run it again in 25 minutes" in caught.value.hint
    assert scene.waits == []
    assert len(scene.hub.calls) == 1


def test_a_rate_limit_without_a_token_has_a_hint_to_set_one(scene: Scene) -> None:
    scene.hub.exhaust("GET", "/pulls/7", reset=int(time.time()) + 1500)

    with pytest.raises(RateLimitError) as caught:
        scene.client(token=None).pull_request(7)

    assert "Set GITHUB_TOKEN" in caught.value.hint


def test_all_waiting_together_is_a_minute_at_most(scene: Scene, github: GitHub) -> None:
    scene.hub.limit("GET", "/pulls/7", after=40, times=2)

    with pytest.raises(RateLimitError):
        github.pull_request(7)

    assert scene.waits == [40]


@pytest.mark.parametrize("after", ["0", "soon", "-5", "²"])
def test_a_retry_after_without_sense_is_waited_for_anyway(scene: Scene, github: GitHub, after: str) -> None:
    scene.hub.fail(
        "GET", "/pulls/7", 429, headers={"Retry-After": after.encode().decode("latin-1")}, times=100
    )

    with pytest.raises(RateLimitError):
        github.pull_request(7)

    assert 1 <= len(scene.waits) <= 60
    assert sum(scene.waits) == 60
    scene.hub.state.faults.clear()
