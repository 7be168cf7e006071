"""What GitHub refuses and why: the errors and their hints."""

from __future__ import annotations

import pytest

from lessonguard.github.api_errors import (
    GitHubError,
    RefusedError,
    UnprocessableError,
)
from lessonguard.github.client import GitHub
from lessonguard.github.pull_request import (
    NewComment,
)
from tests.support.github_scene import Scene, post


def test_a_token_that_may_only_read_gets_a_hint_with_the_permission(scene: Scene) -> None:
    github = scene.client(token=scene.hub.token(pull_requests="read").value)

    with pytest.raises(RefusedError) as caught:
        post(github, scene)

    assert caught.value.status == 403
    assert caught.value.exit_code == 3
    assert caught.value.message == (
        "Cannot post a review on pull request 7: GitHub answers 403, Resource not accessible by integration."
    )
    assert "`permissions: pull-requests: write`" in caught.value.hint
    assert "fork" in caught.value.hint
    assert scene.calls == ["POST /repos/acme/shop/pulls/7/reviews 403"]
    assert scene.waits == []


def test_a_404_has_a_hint_with_the_permission(scene: Scene) -> None:
    scene.shop.is_private = True

    with pytest.raises(RefusedError, match="GitHub answers 404, Not Found") as caught:
        scene.client(token=None).compare("main", "feature")

    assert caught.value.status == 404
    assert "GITHUB_TOKEN" in caught.value.hint
    with pytest.raises(RefusedError) as caught:
        scene.client().pull_request(99)
    assert "`permissions: pull-requests: read`" in caught.value.hint


def test_an_invalid_token_has_a_hint_to_set_a_valid_one(scene: Scene) -> None:
    with pytest.raises(RefusedError) as caught:
        scene.client(token="ghs_expired").review_comments(7)

    assert caught.value.status == 401
    assert caught.value.message == (
        "Cannot read the comments of pull request 7: GitHub answers 401, Bad credentials."
    )
    assert "GITHUB_TOKEN" in caught.value.hint


def test_without_a_token_what_is_public_is_read_and_nothing_written(scene: Scene) -> None:
    github = scene.client(token=None)

    assert github.pull_request(7).head == scene.head
    with pytest.raises(RefusedError) as caught:
        post(github, scene)

    assert "GITHUB_TOKEN" in caught.value.hint
    assert all("authorization" not in call.headers for call in scene.hub.calls)


def test_a_review_with_one_bad_place_is_refused_whole_and_the_reasons_given(
    scene: Scene, github: GitHub
) -> None:
    comments = [NewComment(path="new.py", body="x", line=line) for line in (3, 999)]

    with pytest.raises(UnprocessableError) as caught:
        github.post_review(7, commit=scene.head, body="all", comments=comments)

    assert caught.value.message.startswith(
        "Cannot post a review on pull request 7: GitHub answers 422, Unproc"
    )
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0] in caught.value.message
    assert not scene.pull.reviews
    assert len(scene.hub.calls) == 1


def test_a_comment_in_a_bad_place_is_refused_with_githubs_reasons(scene: Scene, github: GitHub) -> None:
    with pytest.raises(UnprocessableError) as caught:
        github.post_file_comment(7, commit=scene.head, path="never.py", body="x")

    assert any("path" in fault for fault in caught.value.faults)
    assert "never.py" in caught.value.message


@pytest.mark.parametrize(
    ("errors", "faults"),
    [
        ("plain text", ("plain text",)),
        ([{"resource": "Review", "field": "body", "code": "missing"}], ("Review body missing",)),
        ([None, 7], ("None", "7")),
        (None, ()),
        ({}, ()),
    ],
)
def test_reasons_come_in_any_shape(
    scene: Scene, github: GitHub, errors: object, faults: tuple[str, ...]
) -> None:
    scene.hub.fail("POST", "/reviews", 422, body={"message": "Validation Failed", "errors": errors})

    with pytest.raises(UnprocessableError) as caught:
        post(github, scene)

    assert caught.value.faults == faults


def test_a_status_of_400_is_an_error_as_422_is(scene: Scene, github: GitHub) -> None:
    scene.hub.fail("POST", "/reviews", 400, body={"message": "Problems parsing JSON"})

    with pytest.raises(UnprocessableError, match="Problems parsing JSON"):
        post(github, scene)


def test_control_characters_in_githubs_words_are_removed(scene: Scene, github: GitHub) -> None:
    words = "first\n::error::second\x1b[31m \u202ethird " + "x" * 10_000
    scene.hub.fail("GET", "", 403, body={"message": words})
    scene.hub.fail("GET", "", 410, body={"message": words})

    for _ in range(2):
        with pytest.raises(GitHubError) as caught:
            github.open_pull_requests("mallory:\u202eevil\n::error::name")
        assert caught.value.message.isprintable()
        assert "first ::error::second [31m third xx" in caught.value.message
        assert len(caught.value.message) < 700
