"""What the documents in GitHub's responses become, and which make no sense."""

from __future__ import annotations

import pytest

from lessonguard.github.api_errors import (
    GitHubError,
)
from lessonguard.github.client import GitHub
from tests.support.github_scene import READS, Scene
from tests.support.hub.model import Review


def test_a_filter_that_github_ignores_finds_nothing(scene: Scene, github: GitHub) -> None:
    assert github.open_pull_requests("feature") == ()
    assert scene.hub.calls[0].answer


def test_a_comment_on_a_whole_file_is_on_no_line_whatever_else_it_says(scene: Scene, github: GitHub) -> None:
    scene.pull.comment("octocat", "Gone?", path="old.py", subject_type="file")
    github.review_comments(7)
    [shape] = scene.hub.calls[0].answer
    scene.hub.fail("GET", "/comments", 200, body=[{**shape, "line": 1}])

    assert [comment.line for comment in github.review_comments(7)] == [None]


def test_the_author_with_a_deleted_account_is_ghost(scene: Scene, github: GitHub) -> None:
    scene.pull.review("octocat", "Fine.")
    github.reviews(7)
    [shape] = scene.hub.calls[0].answer
    scene.hub.fail("GET", "/reviews", 200, body=[{**shape, "user": None}])

    assert [review.login for review in github.reviews(7)] == ["ghost"]


def test_reviews_are_those_that_were_submitted(scene: Scene, github: GitHub) -> None:
    made = [scene.pull.review("octocat", f"{number}") for number in range(120)]
    draft = Review(
        id=9,
        author=made[0].author,
        body="Hm",
        state="PENDING",
        commit=scene.head,
        made_at=made[0].made_at,
    )
    scene.pull.reviews[9] = draft

    reviews = github.reviews(7)

    assert [review.id for review in reviews] == [review.id for review in made]
    assert (reviews[0].login, reviews[0].body) == ("octocat", "0")
    assert reviews[0].url.startswith(f"{scene.hub.server_url}/acme/shop/pull/7#")


def test_a_tree_with_parts_left_out_is_an_error(scene: Scene, github: GitHub) -> None:
    scene.hub.fail("GET", "/git/trees/", 200, body={"sha": scene.head, "tree": [], "truncated": True})

    with pytest.raises(GitHubError, match=r"Cannot list the files of main: .* the tree is too large"):
        github.tree("main")


@pytest.mark.parametrize("flaw", [{"type": "link"}, {"mode": 100644}, {"sha": None}, {"size": "2"}])
def test_a_tree_with_entries_of_no_known_kind_is_an_error(
    scene: Scene, github: GitHub, flaw: dict[str, object]
) -> None:
    sound = {"path": "a.py", "mode": "100644", "type": "blob", "sha": scene.head, "size": 2}
    for entry in (sound, {**sound, **flaw}):
        scene.hub.fail("GET", "/git/trees/", 200, body={"tree": [entry], "truncated": False})

    assert [entry.path for entry in github.tree("main")] == ["a.py"]
    with pytest.raises(GitHubError, match="it has no usable"):
        github.tree("main")


@pytest.mark.parametrize(
    "flaw", [{"size": 5}, {"encoding": "utf-8"}, {"content": "?"}, {"content": None}, {"size": "4"}]
)
def test_a_blob_that_is_not_what_it_says_is_an_error(
    scene: Scene, github: GitHub, flaw: dict[str, object]
) -> None:
    sound = {"size": 4, "encoding": "base64", "content": "QUJDRA=="}
    scene.hub.fail("GET", "/git/blobs/", 200, body=sound)
    scene.hub.fail("GET", "/git/blobs/", 200, body={**sound, **flaw})

    assert github.blob(scene.head, limit=9) == b"ABCD"
    with pytest.raises(GitHubError, match="response makes no sense"):
        github.blob(scene.head, limit=9)


@pytest.mark.parametrize("body", [{"message": "hello"}, [{"id": 1}], ["x"], "text", 7])
def test_a_response_that_is_not_from_github_is_an_error(scene: Scene, github: GitHub, body: object) -> None:
    for name, act in READS.items():
        scene.hub.fail("GET", "", 200, body=body, times=2 if name.startswith("compare") else 1)

        if name.startswith("find") and isinstance(body, list):
            assert not act(github, scene)  # none of these is from that branch
            continue
        with pytest.raises(GitHubError, match=f"Cannot {name}: GitHub's response makes no sense: it "):
            act(github, scene)
