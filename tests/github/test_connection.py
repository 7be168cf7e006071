"""Retries, redirects, broken connections, and a token that goes nowhere else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lessonguard.github.api_errors import (
    GitHubError,
    UnavailableError,
    UnprocessableError,
)
from lessonguard.github.client import GitHub
from tests.support.github_scene import EDITS, POSTS, READS, Scene, post
from tests.support.hub.server import Hub


def test_passwords_of_other_programs_are_not_sent(scene: Scene) -> None:
    (Path.home() / ".netrc").write_text("default login mallory password ghs_other\n", encoding="utf-8")

    scene.client(token=None).pull_request(7)
    scene.client().pull_request(7)

    sent = [call.headers.get("authorization") for call in scene.hub.calls]
    assert sent == [None, f"token {scene.token}"]


@pytest.mark.parametrize("name", READS)
def test_reading_is_tried_three_times(scene: Scene, github: GitHub, name: str) -> None:
    expected = READS[name](github, scene)
    scene.hub.fail("GET", "", 502)
    scene.hub.drop("GET", "")

    assert READS[name](github, scene) == expected
    assert scene.waits == [0.5, 2.0]


def test_reading_fails_after_the_third_time(scene: Scene, github: GitHub) -> None:
    scene.hub.fail("GET", "/pulls/7", 503, body={"message": "Service unavailable"}, times=3)

    with pytest.raises(UnavailableError) as caught:
        github.pull_request(7)

    assert caught.value.message == "Cannot read pull request 7: GitHub answers 503, Service unavailable."
    assert not caught.value.is_write
    assert scene.waits == [0.5, 2.0]
    assert len(scene.hub.calls) == 3


def test_a_page_is_read_again_and_not_the_whole_list(scene: Scene, github: GitHub) -> None:
    for number in range(150):
        scene.pull.review("octocat", f"{number}")
    github.reviews(7)
    scene.hub.calls.clear()
    scene.hub.slow("GET", "/reviews", 0)
    scene.hub.fail("GET", "/reviews", 502)

    assert len(github.reviews(7)) == 150
    assert [call.query.get("page") for call in scene.hub.calls] == [None, "2", "2"]


@pytest.mark.parametrize("method", EDITS)
def test_editing_is_tried_three_times_because_doing_it_twice_is_the_same(
    scene: Scene, github: GitHub, method: str
) -> None:
    scene.hub.fail(method, "", 502, before=False)
    scene.hub.drop(method, "")

    EDITS[method](github, scene)

    assert [call.status for call in scene.hub.calls] == [502, 0, 200]
    assert scene.waits == [0.5, 2.0]


@pytest.mark.parametrize("kind", POSTS)
@pytest.mark.parametrize("has_effect", [True, False])
@pytest.mark.parametrize("drops", [True, False])
def test_posting_is_never_tried_again_when_nobody_knows_what_became_of_it(
    scene: Scene, github: GitHub, kind: str, *, has_effect: bool, drops: bool
) -> None:
    if drops:
        scene.hub.drop("POST", kind, before=not has_effect)
    else:
        scene.hub.fail("POST", kind, 502, before=not has_effect)

    with pytest.raises(UnavailableError) as caught:
        POSTS[kind](github, scene)

    assert caught.value.is_write
    assert [call.method for call in scene.hub.calls] == ["POST"]
    assert scene.waits == []
    assert len(github.reviews(7)) == has_effect


def test_a_post_whose_answer_is_late_may_have_been_carried_out(scene: Scene) -> None:
    github = scene.client(timeout=1)
    scene.hub.slow("POST", "/reviews", 1.5)

    with pytest.raises(UnavailableError, match="GitHub does not answer within 1 seconds") as caught:
        post(github, scene)

    assert caught.value.is_write
    assert "HTTPS_PROXY" in caught.value.hint


def test_an_answer_that_is_cut_off_is_no_answer(scene: Scene, github: GitHub) -> None:
    scene.hub.fail("GET", "/pulls/7", 200, body=b'{"number": 7, ')
    assert github.pull_request(7).number == 7

    scene.hub.fail("POST", "/reviews", 200, body=b"<html>", before=False)
    with pytest.raises(UnavailableError, match="cut off") as caught:
        post(github, scene)
    assert caught.value.is_write


def test_a_server_that_cannot_be_reached_is_an_error_in_plain_words(scene: Scene) -> None:
    github = scene.client(api_url="http://127.0.0.1:1", graphql_url="http://127.0.0.1:1/graphql")

    with pytest.raises(UnavailableError) as caught:
        github.pull_request(7)

    assert caught.value.message == "Cannot read pull request 7: the connection failed (Connection refused)."


def test_the_reason_is_that_of_this_failure_and_not_of_an_earlier_one(scene: Scene) -> None:
    github = scene.client(api_url="http://127.0.0.1:1")

    def ask_again() -> None:
        try:
            int("earlier")
        except ValueError:
            github.pull_request(7)

    with pytest.raises(UnavailableError, match="Connection refused"):
        ask_again()


@pytest.mark.parametrize(
    "url", ["", "github.com", "ftp://github.com", "https://", "https://x:port", "http://["]
)
def test_an_address_that_is_none_is_an_error(scene: Scene, url: str) -> None:
    with pytest.raises(GitHubError, match="it is not a web address"):
        GitHub("acme/shop", token=None, api_url=url, graphql_url=scene.hub.graphql_url)
    with pytest.raises(GitHubError, match="it is not a web address"):
        GitHub("acme/shop", token=None, api_url=scene.hub.api_url, graphql_url=url)


def test_github_enterprise_server_has_its_addresses_elsewhere(scene: Scene) -> None:
    github = scene.client(
        api_url=f"{scene.hub.enterprise_api_url}/", graphql_url=scene.hub.enterprise_graphql_url
    )
    for number in range(130):
        scene.pull.review("octocat", f"{number}")

    assert len(github.reviews(7)) == 130
    assert github.compare("main", "feature").merge_base == scene.start
    post(github, scene)
    assert scene.hub.calls[1].query["page"] == "2"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_repository_that_was_renamed_is_followed_with_all_that_was_asked(scene: Scene, status: int) -> None:
    github = scene.client(repository="acme/former")
    place = f"{scene.hub.api_url}/repos/acme/shop"
    tree = f"{place}/git/trees/feature?recursive=1"
    scene.hub.fail("GET", "/former/", status, headers={"Location": tree})
    scene.hub.fail("POST", "/former/", status, headers={"Location": f"{place}/pulls/7/reviews"})

    assert "lib/kept.py" in {entry.path for entry in github.tree("feature")}
    post(github, scene)

    assert [call.method for call in scene.hub.calls] == ["GET", "GET", "POST", "POST"]
    assert scene.hub.calls[1].query == {"recursive": "1"}
    assert scene.hub.calls[3].body == scene.hub.calls[2].body
    assert scene.hub.calls[3].status == 200


def test_the_token_does_not_follow_to_another_server(scene: Scene, tmp_path: Path) -> None:
    with Hub(tmp_path / "other") as other:
        github = scene.client()
        for location in (f"{other.api_url}/repos/acme/shop/pulls/7", "//elsewhere.example/x", "http://["):
            scene.hub.fail("GET", "/pulls/7", 301, headers={"Location": location}, times=3)
            with pytest.raises(GitHubError):
                github.pull_request(7)
            scene.hub.state.faults.clear()

        assert other.calls == []


def test_pages_are_asked_of_the_same_server_whatever_their_link_says(scene: Scene, tmp_path: Path) -> None:
    with Hub(tmp_path / "other") as other:
        path = "//repos/acme/shop/pulls/7/reviews"
        link = f'<{other.api_url}{path}?page=2>; rel="next", <{other.api_url}/>; rel="last"'
        scene.hub.fail("GET", "/reviews", 200, body=[{"state": "PENDING"}], headers={"Link": link})
        scene.hub.fail("GET", "/reviews", 200, body=[{"state": "PENDING"}])

        assert scene.client().reviews(7) == ()
        assert other.calls == []


def test_redirects_that_lead_nowhere_end(scene: Scene, github: GitHub) -> None:
    headers = {"Location": f"{scene.hub.api_url}/repos/acme/shop/pulls/7"}
    scene.hub.fail("GET", "/pulls/7", 302, headers=headers, times=3)

    with pytest.raises(GitHubError, match="Cannot read pull request 7: GitHub redirects to"):
        github.pull_request(7)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 502])
def test_the_token_is_in_no_error_and_no_log(
    scene: Scene, github: GitHub, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level("DEBUG")
    caplog.set_level("DEBUG", logger="github")
    for method in ("GET", "POST", "PATCH", "PUT"):
        scene.hub.fail(method, "", status, body={"message": "Sorry"}, times=999)

    for act in (*READS.values(), *POSTS.values(), *EDITS.values()):
        with pytest.raises(GitHubError) as caught:
            act(github, scene)
        assert scene.token not in _everything(caught.value)

    assert "GET http://127.0.0.1" in caplog.text
    assert scene.token not in caplog.text


def test_a_token_that_github_quotes_is_taken_out(scene: Scene, github: GitHub) -> None:
    body = {"message": f"{scene.token} is bad", "errors": [f"so bad: {scene.token}"]}
    scene.hub.fail("POST", "/reviews", 422, body=body)

    with pytest.raises(UnprocessableError) as caught:
        post(github, scene)

    assert "*** is bad; so bad: ***" in caught.value.message
    assert scene.token not in _everything(caught.value)


@pytest.mark.parametrize("token", ["ghs_a\n", "ghs a", "ghs_ü", "“ghs_a”", "ghs_a\r\nX-Evil: 1", "ghs\0"])
def test_what_cannot_be_a_token_is_refused_without_being_quoted(scene: Scene, token: str) -> None:
    with pytest.raises(GitHubError) as caught:
        scene.client(token=token)

    assert "ghs" not in _everything(caught.value)
    assert "GITHUB_TOKEN" in caught.value.hint


def _everything(error: BaseException) -> str:
    chain, texts = [error], []
    for each in chain:
        texts += [str(each), repr(each), *(str(value) for value in vars(each).values())]
        chain += [next_one for next_one in (each.__cause__, each.__context__) if next_one]
    return "\n".join(texts)


_SCRIPT = """
import sys
from lessonguard.github.client import GitHub
from lessonguard.github.api_errors import GitHubError
from lessonguard.github.limits import RetryPolicy
url, token = sys.argv[1:]
policy = RetryPolicy(sleep=lambda seconds: None)
github = GitHub("acme/shop", token=token, api_url=url, graphql_url=url + "/graphql", policy=policy)
github.pull_request(7)
github.reviews(7)
try:
    github.review_comments(7)
except GitHubError:
    pass
"""


def test_nothing_is_printed(scene: Scene) -> None:
    place = f"{scene.hub.api_url}/repos/acme/shop/pulls/7"
    scene.hub.fail("GET", "/pulls/7$", 301, headers={"Location": place})
    scene.hub.fail("GET", "/reviews", 502)
    scene.hub.fail("GET", "/comments", 403)

    argv = [sys.executable, "-W", "error", "-X", "dev", "-c", _SCRIPT, scene.hub.api_url, scene.token]
    result = subprocess.run(argv, capture_output=True, check=False, text=True)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert len(scene.hub.calls) == 5
