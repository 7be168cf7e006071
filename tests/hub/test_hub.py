"""The loopback GitHub answers as GitHub documents: its REST API, tokens and faults."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import RemoteDisconnected
from pathlib import Path

import pytest

from tests.support.http import Reply, ask
from tests.support.hub.hosted import Hosted
from tests.support.hub.model import Token
from tests.support.hub.pull import Pull
from tests.support.hub.routes import ENDPOINTS
from tests.support.hub.server import Hub
from tests.support.openapi import Description, Json, load_description
from tests.support.repo import Repo

_LINES = [f"line {number}\n" for number in range(1, 41)]
_CHANGED = [*_LINES[:9], "new 10\n", "new 11\n", *_LINES[10:29], *_LINES[30:]]
"""Line 10 became two lines, and line 30 is gone: hunks at 7–14 and 28–33 of head, 7–13 and 27–33 of base."""

_FORCED = (0, 502)
"""A dropped connection and an answer by a proxy, of which GitHub's description says nothing."""


@dataclass(kw_only=True)
class Scene:
    """A hub with one repository and one pull request from a fork, seen by one token."""

    hub: Hub
    repo: Repo
    shop: Hosted
    pull: Pull
    token: Token
    base: str

    def ask(self, method: str, path: str, body: Json = None, *, token: Token | None = None) -> Reply:
        """Ask about the repository: `path` begins after its name."""
        url = f"{self.hub.api_url}/repos/acme/shop{path}"
        return ask(method, url, body, token=(token or self.token).value)

    def review(self, *comments: Json, **fields: Json) -> Reply:
        """Post a review."""
        body = {"body": "Seen.", "event": "COMMENT", "comments": list(comments), **fields}
        return self.ask("POST", "/pulls/7/reviews", body)


def _point(**place: Json) -> Json:
    return {"path": "pay.py", "body": "Look.", "line": 11, **place}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "shop")
    repo.commit("Start", {"pay.py": "".join(_LINES), "logo.bin": b"\0\1", "old.py": "x = 1\n" * 20})
    repo.branch("feature").commit("Change", {"pay.py": "".join(_CHANGED)})
    return repo


@pytest.fixture
def scene(repo: Repo, tmp_path: Path) -> Iterator[Scene]:
    """Give a hub; in the end, all that it answered must be as GitHub's description says."""
    with Hub(tmp_path) as hub:
        shop = hub.repository("acme/shop", repo.path)
        pull = shop.pull(7, head=repo.head, fork="mallory/shop")
        base = repo.git("rev-parse", "main")
        scene = Scene(hub=hub, repo=repo, shop=shop, pull=pull, token=hub.token(), base=base)
        yield scene
        _check_answers(hub)


def _check_answers(hub: Hub) -> None:
    description = load_description()
    for call in hub.calls if description else ():
        if description and call.template and call.status not in _FORCED:
            faults = description.check_answer(
                call.method, call.template, status=call.status, body=call.answer
            )
            assert not faults, call


@pytest.fixture
def description() -> Description:
    description = load_description()
    if not description:
        pytest.skip("no request of any test is checked: GitHub's description is not here; see `make test`")
    return description


def test_github_describes_every_endpoint(description: Description) -> None:
    assert [where for where in ENDPOINTS if not description.knows(*where)] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "complaint"),
    [
        ("GET", "/pulls?stat=open", None, "has no parameter stat"),
        ("GET", "/pulls?state=merged", None, "'merged' is not one of"),
        ("GET", "/pulls?per_page=many", None, "'many' is not of type 'integer'"),
        ("GET", "/pulls/7", {}, "takes no body"),
        ("POST", "/pulls/7/comments", {"body": "Look.", "path": "pay.py"}, "'commit_id' is a required"),
        ("POST", "/pulls/7/comments", None, "needs a body"),
        ("POST", "/pulls/7/reviews", {"event": "COMMENTED"}, "'COMMENTED' is not one of"),
        ("POST", "/pulls/7/reviews", {"comments": [_point(subject_type="file")]}, "subject_type"),
        ("GET", "/pulls/7/nothing", None, "no such endpoint"),
    ],
)
@pytest.mark.usefixtures("description")
def test_a_request_that_github_does_not_describe_fails_the_test(
    scene: Scene, method: str, path: str, body: Json, complaint: str
) -> None:
    reply = scene.ask(method, path, body)

    assert reply.status == 422
    with pytest.raises(AssertionError, match=complaint):
        scene.hub.check()
    scene.hub.state.violations.clear()
    assert not scene.pull.comments


def test_a_pull_request_is_found_by_its_number_and_by_its_branch(scene: Scene) -> None:
    scene.shop.pull(8, head=scene.repo.head, branch="other").close()

    one = scene.ask("GET", "/pulls/7").json
    found = scene.ask("GET", "/pulls?head=mallory:feature&state=open").json

    assert (one["head"]["sha"], one["base"]["ref"]) == (scene.pull.head, "main")
    assert one["head"]["repo"]["full_name"] == "mallory/shop"
    assert [each["number"] for each in found] == [7]
    assert scene.ask("GET", "/pulls?head=acme:feature").json == []
    assert [each["number"] for each in scene.ask("GET", "/pulls?state=closed").json] == [8]
    assert len(scene.ask("GET", f"/commits/{scene.pull.head}/pulls").json) == 1
    assert scene.ask("GET", "/pulls/9").status == 404


def test_lists_come_in_pages_of_at_most_a_hundred(scene: Scene) -> None:
    scene.review(*[_point(body=str(number)) for number in range(250)])
    path = "/pulls/7/comments?per_page=1000"

    first = scene.ask("GET", path)
    last = scene.ask("GET", f"{path}&page=3")

    assert [len(page.json) for page in (first, last)] == [100, 50]
    assert last.json[-1]["body"] == "249"
    assert _link(first, "next") == f"{scene.hub.api_url}/repos/acme/shop{path}&page=2"
    assert _link(first, "last").endswith("page=3")
    assert 'rel="next"' not in last.headers["link"]
    assert _link(last, "prev").endswith("page=2")
    assert "link" not in scene.ask("GET", "/pulls/7/reviews").headers
    assert len(scene.ask("GET", "/pulls/7/comments").json) == 30


def _link(reply: Reply, name: str) -> str:
    [url] = [
        link.partition(">")[0].removeprefix("<")
        for link in reply.headers["link"].split(", ")
        if link.endswith(f'rel="{name}"')
    ]
    return url


def test_a_comparison_tells_where_commits_parted(scene: Scene) -> None:
    scene.repo.switch("main").commit("Meanwhile", {"other.py": "x\n"})

    answer = scene.ask("GET", f"/compare/main...{scene.pull.head}").json

    assert answer["base_commit"]["sha"] == scene.repo.head
    assert answer["merge_base_commit"]["sha"] == scene.base
    assert (answer["status"], answer["ahead_by"], answer["behind_by"]) == ("diverged", 1, 1)
    assert [file["filename"] for file in answer["files"]] == ["pay.py"]
    assert "files" not in scene.ask("GET", f"/compare/main...{scene.pull.head}?page=2").json


def test_a_comparison_is_cut_unless_it_is_read_in_pages(scene: Scene) -> None:
    for number in range(3):
        scene.repo.commit(f"Change {number}", {f"{number}-{name}.py": "x\n" for name in range(101)})
    path = "/compare/main...feature"

    whole = scene.ask("GET", path)
    first = scene.ask("GET", f"{path}?per_page=3")
    second = scene.ask("GET", f"{path}?per_page=3&page=2")

    assert [len(reply.json["commits"]) for reply in (whole, first, second)] == [4, 3, 1]
    assert len(whole.json["files"]) == len(first.json["files"]) == 300
    assert "link" not in whole.headers
    assert _link(first, "next").endswith(f"{path}?per_page=3&page=2")


def test_a_comparison_takes_branches_of_forks_and_with_slashes(scene: Scene) -> None:
    scene.repo.branch("fix/all", "main")

    assert scene.ask("GET", "/compare/fix/all...mallory:feature").json["ahead_by"] == 1
    assert scene.ask("GET", "/compare/fix%2Fall...feature").json["ahead_by"] == 1
    assert scene.ask("GET", "/compare/main...main").json["status"] == "identical"
    assert scene.ask("GET", "/compare/main...nothing").status == 404
    assert scene.ask("GET", "/compare/main").status == 404


def test_a_review_is_stored_with_its_comments(scene: Scene) -> None:
    places = [
        _point(),
        _point(line=10, side="LEFT"),
        _point(line=14, side="RIGHT", start_line=10, start_side="RIGHT"),
    ]

    review = scene.review(*places).json

    assert (review["state"], review["body"]) == ("COMMENTED", "Seen.")
    assert scene.ask("GET", "/pulls/7/reviews").json == [review]
    stored = scene.ask("GET", "/pulls/7/comments").json
    assert [(each["line"], each["side"], each["start_line"]) for each in stored] == [
        (11, "RIGHT", None),
        (10, "LEFT", None),
        (14, "RIGHT", 10),
    ]
    assert {each["pull_request_review_id"] for each in stored} == {review["id"]}
    assert {each["user"]["login"] for each in stored} == {"github-actions[bot]"}
    assert stored[0]["diff_hunk"].split("\n")[-1] == "+new 11"
    assert stored[0]["position"] == 6
    assert "in_reply_to_id" not in stored[0]


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ({"line": 6}, "line must be part of the diff"),
        ({"line": 15}, "line must be part of the diff"),
        ({"line": 9, "side": "LEFT"}, "line must be part of the diff"),
        ({"line": 11, "start_line": 11}, "start line must precede the end line"),
        ({"line": 30, "start_line": 11}, "start line must be part of the same hunk as the line"),
        ({"line": 31, "start_line": 20}, "start line must be part of the same hunk as the line"),
        ({"path": "old.py"}, "Path could not be resolved"),
        ({"line": None}, "line must be part of the diff"),
        ({"body": "x" * 65_537}, "Body is too long"),
    ],
)
def test_one_bad_comment_refuses_the_whole_review(scene: Scene, place: Json, reason: str) -> None:
    bad = {name: value for name, value in _point(**place).items() if value is not None}

    reply = scene.review(_point(), bad)

    assert reply.status == 422
    assert reply.json["message"] == "Unprocessable Entity"
    assert reason in reply.json["errors"][0]
    assert scene.ask("GET", "/pulls/7/reviews").json == []
    assert scene.ask("GET", "/pulls/7/comments").json == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"body": ""}, "Body can't be blank"),
        ({"body": "x" * 65_537}, "Body is too long"),
        ({"commit_id": "0" * 40}, "Commit is not part of the pull request"),
    ],
)
def test_a_review_needs_a_text_and_a_commit_of_the_pull_request(
    scene: Scene, fields: Json, reason: str
) -> None:
    reply = scene.review(**fields)

    assert reply.status == 422
    assert reply.json["errors"][0].startswith(reason)
    assert not scene.pull.reviews


def test_a_file_comment_has_no_line(scene: Scene) -> None:
    fields = {"path": "pay.py", "body": "All of it.", "subject_type": "file", "commit_id": scene.pull.head}

    reply = scene.ask("POST", "/pulls/7/comments", fields)

    assert reply.status == 201
    assert (reply.json["line"], reply.json["subject_type"]) == (None, "file")
    assert scene.ask("GET", "/pulls/7/reviews").json[0]["body"] == ""
    unknown = scene.ask("POST", "/pulls/7/comments", {**fields, "path": "old.py"})
    assert unknown.status == 422


def test_a_single_comment_is_refused_field_by_field(scene: Scene) -> None:
    fields = {**_point(line=3), "commit_id": scene.pull.head}

    outside = scene.ask("POST", "/pulls/7/comments", fields)
    foreign = scene.ask("POST", "/pulls/7/comments", {**_point(), "commit_id": scene.base})

    assert outside.json["errors"][0]["field"] == "pull_request_review_thread.line"
    assert foreign.json["errors"][0]["field"] == "commit_id"


def test_answers_belong_to_the_first_comment_and_survive_it(scene: Scene) -> None:
    first = scene.pull.comment("octocat", "Why?", path="pay.py", line=11)
    fields = {**_point(body="Because."), "commit_id": scene.pull.head, "in_reply_to": first.id}

    answer = scene.ask("POST", "/pulls/7/comments", fields).json
    again = scene.ask("POST", f"/pulls/7/comments/{first.id}/replies", {"body": "And."}).json
    late = scene.pull.reply("octocat", scene.pull.comments[again["id"]], "Fine.")
    deleted = scene.ask("DELETE", f"/pulls/comments/{first.id}")

    assert deleted.status == 204
    assert scene.ask("GET", f"/pulls/comments/{first.id}").status == 404
    left = scene.ask("GET", "/pulls/7/comments").json
    assert [each["id"] for each in left] == [answer["id"], again["id"], late.id]
    assert {each["in_reply_to_id"] for each in left} == {first.id}


def test_comments_and_reviews_are_edited_in_place(scene: Scene) -> None:
    review = scene.review(_point()).json
    [comment] = scene.ask("GET", "/pulls/7/comments").json

    edited = scene.ask("PATCH", f"/pulls/comments/{comment['id']}", {"body": "Fixed."}).json
    updated = scene.ask("PUT", f"/pulls/7/reviews/{review['id']}", {"body": "All fixed."}).json

    assert (edited["body"], edited["id"], edited["line"]) == ("Fixed.", comment["id"], 11)
    assert edited["updated_at"] > comment["updated_at"]
    assert updated == {**review, "body": "All fixed."}
    assert scene.ask("GET", f"/pulls/7/reviews/{review['id']}").json == updated
    assert scene.ask("PATCH", f"/pulls/comments/{comment['id']}", {"body": ""}).status == 422
    assert [call.method for call in scene.hub.writes] == ["POST", "PATCH", "PUT", "PATCH"]


def test_comments_follow_their_lines_to_a_new_head(scene: Scene) -> None:
    scene.review(_point(), _point(line=30, start_line=28), _point(line=30, side="LEFT"))
    text = "".join(["first\n", "second\n", *_CHANGED])

    scene.pull.push(scene.repo.commit("Insert", {"pay.py": text}))

    places = [
        (each["line"], each["start_line"], each["original_line"], each["commit_id"])
        for each in scene.ask("GET", "/pulls/7/comments").json
    ]
    head = scene.repo.head
    assert places == [(13, None, 11, head), (32, 30, 30, head), (30, None, 30, head)]


@pytest.mark.parametrize(
    "files",
    [
        {"pay.py": "".join(_CHANGED).replace("new 11", "newer 11")},
        {"pay.py": "".join(_LINES)},
        {"pay.py": None},
        {"pay.py": None, "cash.py": "".join(_CHANGED)},
    ],
    ids=["changed", "reverted", "deleted", "renamed"],
)
def test_a_comment_whose_line_is_gone_is_outdated(scene: Scene, files: dict[str, str | bytes | None]) -> None:
    scene.review(_point())
    before = scene.pull.head

    scene.pull.push(scene.repo.commit("Rework", files))

    [comment] = scene.ask("GET", "/pulls/7/comments").json
    assert (comment["line"], comment["position"], comment["original_line"]) == (None, None, 11)
    assert (comment["commit_id"], comment["original_commit_id"]) == (before, before)


def test_comments_stand_after_a_rebase(scene: Scene) -> None:
    scene.review(_point())
    scene.repo.switch("main").commit("Meanwhile", {"pay.py": "".join(["above\n", *_LINES])})

    scene.repo.switch("feature").git("rebase", "--quiet", "main")
    scene.pull.push(scene.repo.head)

    [comment] = scene.ask("GET", "/pulls/7/comments").json
    assert (comment["line"], comment["commit_id"]) == (12, scene.repo.head)


def test_files_come_with_their_patches(scene: Scene) -> None:
    files: dict[str, str | bytes | None] = {
        "logo.bin": b"\0\2",
        "huge.txt": "x\n" * 20_001,
        "old.py": None,
        "sub/new name.py": "x = 1\n" * 20,
        "pay.py": "".join(_CHANGED).replace("line 40\n", "line 40"),
    }
    scene.pull.push(scene.repo.commit("More", files))

    found = {file["filename"]: file for file in scene.ask("GET", "/pulls/7/files").json}

    shown = {name: file.get("patch", "")[:3] for name, file in found.items()}
    assert shown == {"huge.txt": "", "logo.bin": "", "pay.py": "@@ ", "sub/new name.py": ""}
    assert found["pay.py"]["patch"].endswith("-line 40\n+line 40\n\\ No newline at end of file")
    assert found["sub/new name.py"]["previous_filename"] == "old.py"
    assert [found[name]["status"] for name in found] == ["added", "modified", "modified", "renamed"]
    assert found["pay.py"]["sha"] == scene.repo.git("rev-parse", "HEAD:pay.py")


def test_a_file_without_a_patch_takes_comments_as_a_whole_only(scene: Scene) -> None:
    scene.pull.hidden.add("pay.py")
    fields = {"path": "pay.py", "body": "Look.", "commit_id": scene.pull.head}

    [file] = scene.ask("GET", "/pulls/7/files").json

    assert "patch" not in file
    assert scene.review(_point()).status == 422
    assert scene.ask("POST", "/pulls/7/comments", {**fields, "subject_type": "file"}).status == 201


def test_attributes_of_the_change_do_not_hide_it(scene: Scene) -> None:
    scene.pull.push(scene.repo.commit("Hide", {".gitattributes": "*.py -diff\n"}))

    assert scene.review(_point()).status == 200


def test_trees_and_blobs_are_read(scene: Scene) -> None:
    scene.repo.switch("main").commit("Nest", {"a/b.py": b"\xff\n"})

    tree = scene.ask("GET", "/git/trees/main?recursive=1").json
    flat = scene.ask("GET", "/git/trees/main").json
    [entry] = [each for each in tree["tree"] if each["path"] == "a/b.py"]
    blob = scene.ask("GET", f"/git/blobs/{entry['sha']}").json

    kinds = [(each["path"], each["type"]) for each in tree["tree"]]
    assert kinds[:2] == [("a", "tree"), ("a/b.py", "blob")]
    assert [each["path"] for each in flat["tree"]] == ["a", "logo.bin", "old.py", "pay.py"]
    assert (base64.b64decode(blob["content"]), blob["size"], blob["encoding"]) == (b"\xff\n", 2, "base64")
    assert scene.ask("GET", f"/git/blobs/{'0' * 40}").status == 404
    assert scene.ask("GET", "/git/trees/nothing").status == 404


def test_repositories_commits_and_limits_are_told(scene: Scene) -> None:
    assert scene.ask("GET", "").json["full_name"] == "acme/shop"
    assert scene.ask("GET", "/commits/feature").json["sha"] == scene.pull.head
    assert scene.ask("GET", f"/git/commits/{scene.pull.head}").json["sha"] == scene.pull.head
    assert scene.ask("GET", "/git/commits/feature").status == 404
    assert ask("GET", f"{scene.hub.api_url}/rate_limit").json["rate"]["limit"] == 5000
    [call] = [call for call in scene.hub.calls if call.path == "/rate_limit"]
    assert (call.status, call.login, call.template) == (200, None, "/rate_limit")


def test_enterprise_server_answers_under_another_root(scene: Scene) -> None:
    scene.review(*[_point(body=str(number)) for number in range(3)])
    url = f"{scene.hub.enterprise_api_url}/repos/acme/shop/pulls/7/comments?per_page=2"

    reply = ask("GET", url, token=scene.token.value)

    assert _link(reply, "next") == f"{url}&page=2"
    assert reply.json[0]["url"].startswith(f"{scene.hub.enterprise_api_url}/repos/")
    assert scene.hub.calls[-1].path == "/repos/acme/shop/pulls/7/comments"


def test_a_token_may_do_what_its_permissions_say(scene: Scene) -> None:
    reads, nothing = scene.hub.token(pull_requests="read"), scene.hub.token(pull_requests="none")
    write = ("POST", "/pulls/7/reviews", {"body": "x", "event": "COMMENT"})

    refused = scene.ask(*write, token=reads)

    assert refused.status == 403
    assert refused.json["message"] == "Resource not accessible by integration"
    assert scene.ask(*write, token=nothing).status == 403
    assert scene.ask("GET", "/pulls/7", token=nothing).status == 200
    scene.shop.is_private = True
    assert scene.ask("GET", "/pulls/7", token=nothing).status == 403
    assert scene.ask("GET", "/pulls/7", token=reads).status == 200
    assert ask("GET", f"{scene.hub.api_url}/repos/acme/shop/pulls/7").status == 404
    assert not scene.pull.reviews


def test_nobody_writes_without_a_good_token(scene: Scene) -> None:
    url = f"{scene.hub.api_url}/repos/acme/shop/pulls/7/reviews"

    bad = ask("GET", url, token="wrong")

    assert (bad.status, bad.json["message"]) == (401, "Bad credentials")
    assert ask("POST", url, {"body": "x", "event": "COMMENT"}).status == 401
    assert ask("GET", url).status == 200


def test_people_know_who_they_are_and_apps_do_not(scene: Scene) -> None:
    url = f"{scene.hub.api_url}/user"

    assert ask("GET", url, token=scene.hub.token("octocat").value).json["login"] == "octocat"
    assert ask("GET", url, token=scene.token.value).status == 403


@pytest.mark.parametrize(("before", "stored"), [(True, 0), (False, 1)])
def test_an_answer_is_lost_before_or_after_the_write(scene: Scene, before: bool, stored: int) -> None:
    scene.hub.fail("POST", "/reviews$", 502, before=before)

    reply = scene.review()

    assert reply.status == 502
    assert reply.headers["content-type"] == "text/html"
    assert len(scene.pull.reviews) == stored
    assert scene.review().status == 200


def test_a_connection_is_dropped_after_the_write(scene: Scene) -> None:
    scene.hub.drop("POST", "/reviews$")

    with pytest.raises(RemoteDisconnected):
        scene.review()

    assert len(scene.pull.reviews) == 1
    assert [call.status for call in scene.hub.calls] == [0]


@pytest.mark.parametrize("status", [403, 429])
def test_the_secondary_limit_says_when_to_come_back(scene: Scene, status: int) -> None:
    scene.hub.limit("POST", "/reviews$", status=status, times=2)

    replies = [scene.review() for _ in range(3)]

    assert [reply.status for reply in replies] == [status, status, 200]
    assert replies[0].headers["retry-after"] == "1"
    assert "secondary rate limit" in replies[0].json["message"]


def test_the_primary_limit_says_when_it_ends(scene: Scene) -> None:
    scene.hub.exhaust("GET", "/pulls/7$", reset=1_800_000_000)

    reply = scene.ask("GET", "/pulls/7")

    assert reply.status == 403
    assert reply.headers["x-ratelimit-remaining"] == "0"
    assert reply.headers["x-ratelimit-reset"] == "1800000000"


def test_an_answer_comes_late(scene: Scene) -> None:
    scene.hub.slow("GET", "/pulls/7$", 0.2)
    start = time.monotonic()

    reply = scene.ask("GET", "/pulls/7")

    assert reply.status == 200
    assert time.monotonic() - start >= 0.2


def test_a_fault_that_nothing_met_fails_the_test(scene: Scene) -> None:
    scene.hub.fail("DELETE", "/never", 500)

    with pytest.raises(AssertionError, match="/never"):
        scene.hub.check()

    scene.hub.state.faults.clear()


def test_a_bug_of_the_hub_fails_the_test(scene: Scene) -> None:
    scene.pull.head = "0" * 40

    assert scene.ask("GET", "/pulls/7").status == 500

    with pytest.raises(AssertionError, match="Traceback"):
        scene.hub.check()
    scene.hub.state.violations.clear()
