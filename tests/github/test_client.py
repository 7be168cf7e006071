"""What is read from GitHub and posted to it, and with how many requests."""

from __future__ import annotations

from collections import Counter

import pytest

from lessonguard.github.api_errors import (
    GitHubError,
    RefusedError,
)
from lessonguard.github.client import GitHub
from lessonguard.github.pull_request import (
    Comparison,
    DiffFile,
    NewComment,
    PullRequest,
    ReviewComment,
    TreeEntry,
)
from tests.support.github_scene import LINES, READS, Scene


def test_making_a_client_sends_no_request(scene: Scene) -> None:
    scene.client().close()

    assert scene.calls == []


def test_reading_something_small_is_one_request(scene: Scene, github: GitHub) -> None:
    for act in READS.values():
        act(github, scene)

    assert Counter(call.method for call in scene.hub.calls) == {"GET": len(READS)}


def test_requests_carry_the_token_and_name_the_version_of_the_api(scene: Scene, github: GitHub) -> None:
    github.pull_request(7)

    [call] = scene.hub.calls
    assert call.headers["authorization"] == f"token {scene.token}"
    assert call.headers["accept"] == "application/vnd.github+json"
    assert call.headers["x-github-api-version"] == "2022-11-28"
    assert call.headers["user-agent"] == "lessonguard"


def test_two_commits_are_compared_without_their_files(scene: Scene, github: GitHub) -> None:
    comparison = github.compare("main", scene.head)

    assert comparison == Comparison(base=scene.base, merge_base=scene.start)
    [call] = scene.hub.calls
    assert call.query == {"page": "2", "per_page": "1"}
    assert "files" not in call.answer


@pytest.mark.parametrize(
    "name", ["topic/ü#1", "a/b/c", "50%2F", "a&b=c+d;e", "quote'\"", "-x", "emoji-🧨", "@", "main"]
)
def test_branches_of_any_name_are_compared(scene: Scene, github: GitHub, name: str) -> None:
    scene.repo.git("update-ref", f"refs/heads/{name}", scene.head)
    scene.repo.git("update-ref", "refs/heads/main", scene.base)
    expected = scene.base if name == "main" else scene.head

    assert github.compare(name, scene.head).base == expected
    assert github.compare(scene.base, name).merge_base == (scene.base if name == "main" else scene.start)


@pytest.mark.parametrize("name", ["a...b", "..", "../../pulls/7?x=", ""])
def test_a_name_that_no_branch_can_have_finds_none(scene: Scene, github: GitHub, name: str) -> None:
    with pytest.raises(RefusedError):
        github.compare(name, scene.head)

    [call] = scene.hub.calls
    assert call.path.startswith("/repos/acme/shop/compare/")
    assert call.query == {"page": "2", "per_page": "1"}


def test_the_first_page_is_read_where_the_second_lacks_the_merge_base(scene: Scene, github: GitHub) -> None:
    scene.hub.fail("GET", "/compare/", 200, body={"commits": []})

    assert github.compare("main", "feature").merge_base == scene.start
    assert [call.query for call in scene.hub.calls] == [{"page": "2", "per_page": "1"}, {"per_page": "1"}]


def test_a_pull_request_is_read_as_it_is_now(scene: Scene, github: GitHub) -> None:
    seen = github.pull_request(7)
    scene.pull.convert_to_draft()
    scene.pull.close()

    assert seen == PullRequest(number=7, head=scene.head, base_ref="main", is_open=True, is_draft=False)
    assert github.pull_request(7) == PullRequest(
        number=7, head=scene.head, base_ref="main", is_open=False, is_draft=True
    )


def test_pull_requests_are_found_by_the_branch_of_a_fork(scene: Scene, github: GitHub) -> None:
    for number, fork in ((8, "mallory/shop"), (9, "mallory/shop"), (10, "eve/shop")):
        scene.shop.pull(number, head=scene.head, fork=fork, branch="fix/ü&1")
    scene.shop.pulls[8].close()

    assert [pull.number for pull in github.open_pull_requests("mallory:fix/ü&1")] == [9]


def test_comments_are_read_from_all_pages(scene: Scene, github: GitHub) -> None:
    made = [scene.pull.comment("octocat", f"{number}", path="new.py", line=1).id for number in range(250)]

    assert [comment.id for comment in github.review_comments(7)] == made
    assert [call.query.get("page") for call in scene.hub.calls] == [None, "2", "3"]
    assert {call.query["per_page"] for call in scene.hub.calls} == {"100"}


def test_a_comment_has_its_line_and_the_comment_that_it_answers(scene: Scene, github: GitHub) -> None:
    first = scene.pull.comment("octocat", "Why?", path="new.py", line=3)
    reply = scene.pull.reply("monalisa", first, "Because.")
    scene.pull.comment("octocat", "Gone?", path="old.py", subject_type="file")
    scene.pull.comment("octocat", "Here?", path="new.py", line=30)
    scene.repo.switch("feature")
    scene.pull.push(scene.repo.commit("Cut", {"new.py": "line 0\n" + LINES.replace("line 30\n", "")}))

    comments = github.review_comments(7)

    url = f"{scene.hub.server_url}/acme/shop/pull/7#discussion_r{first.id}"
    assert comments[0] == ReviewComment(
        id=first.id, login="octocat", body="Why?", path="new.py", line=4, reply_to=None, url=url
    )
    assert [(each.login, each.line, each.reply_to) for each in comments[1:]] == [
        ("monalisa", 4, first.id),
        ("octocat", None, None),
        ("octocat", None, None),
    ]
    assert comments[1].id == reply.id


def test_files_of_the_diff_come_with_their_patch_if_there_is_one(github: GitHub) -> None:
    files = github.diff_files(7)

    assert [file.path for file in files] == ["logo.png", "new.py", "old.py"]
    assert files[0] == DiffFile(path="logo.png", patch=None)
    assert files[2] == DiffFile(path="old.py", patch="@@ -1 +0,0 @@\n-old")


def test_files_of_the_diff_are_read_from_all_pages(scene: Scene, github: GitHub) -> None:
    scene.repo.switch("feature")
    scene.pull.push(scene.repo.commit("Many", {f"many/{number}.py": "x\n" for number in range(230)}))

    assert len(github.diff_files(7)) == 233
    assert len(scene.hub.calls) == 3


def test_a_tree_is_listed_as_git_does(scene: Scene, github: GitHub) -> None:
    entries = github.tree(scene.head)

    listing = scene.repo.git("ls-tree", "-r", "-t", "--long", scene.head).splitlines()
    expected = [line.replace("\t", " ").split() for line in listing]
    assert entries == tuple(
        TreeEntry(path=path, mode=mode, kind=kind, name=name, size=None if size == "-" else int(size))  # type: ignore[arg-type] # as Git says it
        for mode, kind, name, size, path in expected
    )
    assert {"tree", "blob"} == {entry.kind for entry in entries}


def test_the_tree_of_a_commit_is_the_one_that_git_names(scene: Scene, github: GitHub) -> None:
    assert github.root_tree(scene.head) == scene.repo.git("rev-parse", f"{scene.head}^{{tree}}")


def test_a_commit_that_is_not_there_has_no_tree(github: GitHub) -> None:
    with pytest.raises(RefusedError, match=r"Cannot read commit 0{40}"):
        github.root_tree("0" * 40)


@pytest.mark.parametrize("content", [b"", b"plain\n", bytes(range(256)) * 40])
def test_a_blob_is_read_byte_for_byte_up_to_the_limit(scene: Scene, github: GitHub, content: bytes) -> None:
    blob = scene.repo.git("hash-object", "-w", "--stdin", stdin=content)

    assert github.blob(blob, limit=len(content)) == content
    if content:
        assert github.blob(blob, limit=len(content) - 1) == len(content)


def test_a_review_sends_what_github_documents_and_nothing_else(scene: Scene, github: GitHub) -> None:
    comments = [
        NewComment(path="new.py", body="one", line=3),
        NewComment(path="new.py", body="more", line=5, start_line=3),
        NewComment(path="old.py", body="left", line=1, side="LEFT"),
    ]

    review = github.post_review(7, commit=scene.head, body="all", comments=comments)

    [call] = scene.hub.calls
    assert (call.method, call.path) == ("POST", "/repos/acme/shop/pulls/7/reviews")
    assert call.body == {
        "commit_id": scene.head,
        "event": "COMMENT",
        "body": "all",
        "comments": [
            {"path": "new.py", "body": "one", "line": 3, "side": "RIGHT"},
            {
                "path": "new.py",
                "body": "more",
                "line": 5,
                "side": "RIGHT",
                "start_line": 3,
                "start_side": "RIGHT",
            },
            {"path": "old.py", "body": "left", "line": 1, "side": "LEFT"},
        ],
    }
    assert github.reviews(7) == (review,)
    assert (review.login, review.body) == ("github-actions[bot]", "all")


def test_a_review_may_have_no_comments(scene: Scene, github: GitHub) -> None:
    github.post_review(7, commit=scene.head, body="all", comments=())

    assert scene.hub.calls[0].body == {"commit_id": scene.head, "event": "COMMENT", "body": "all"}


def test_a_whole_file_is_commented_on(scene: Scene, github: GitHub) -> None:
    github.post_file_comment(7, commit=scene.head, path="old.py", body="gone")

    [call] = scene.hub.calls
    assert call.body == {
        "commit_id": scene.head,
        "path": "old.py",
        "subject_type": "file",
        "body": "gone",
    }
    [comment] = github.review_comments(7)
    assert (comment.path, comment.line, comment.body) == ("old.py", None, "gone")


def test_comments_and_reviews_are_edited_in_place(scene: Scene, github: GitHub) -> None:
    comment = scene.pull.comment("github-actions[bot]", "before", path="new.py", line=1)
    review = scene.pull.review("github-actions[bot]", "before")

    github.edit_comment(comment.id, "after")
    github.edit_review(7, review.id, "after")

    assert (comment.body, review.body) == ("after", "after")
    assert [(call.method, call.body) for call in scene.hub.calls] == [
        ("PATCH", {"body": "after"}),
        ("PUT", {"body": "after"}),
    ]


@pytest.mark.parametrize("login", ["github-actions[bot]", "acme-lessons[bot]", "octocat"])
def test_graphql_has_the_login_of_any_kind_of_token(scene: Scene, login: str) -> None:
    github = scene.client(token=scene.hub.token(login).value)

    assert [github.own_login(), github.own_login()] == [login, login]
    assert scene.calls == ["POST /graphql 200"]


@pytest.mark.parametrize(
    "refusal",
    [
        (401, {"message": "Requires authentication"}),
        (403, {"message": "Resource not accessible by integration"}),
        (404, {"message": "Not Found"}),
        (200, {"data": None, "errors": [{"type": "FORBIDDEN", "message": "no"}]}),
    ],
)
def test_rest_is_asked_for_the_login_where_graphql_refuses(
    scene: Scene, refusal: tuple[int, dict[str, object]]
) -> None:
    for login, expected in (("octocat", "octocat"), ("acme[bot]", "github-actions[bot]")):
        scene.hub.fail("POST", "/graphql", refusal[0], body=refusal[1])

        assert scene.client(token=scene.hub.token(login).value).own_login() == expected

    assert [call.path for call in scene.hub.calls] == ["/graphql", "/user"] * 2


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, None),
        (200, {"data": None, "errors": [{"message": "Something went wrong"}]}),
        (200, {"data": None, "errors": [{"type": "RATE_LIMITED", "message": "later"}]}),
        (200, {"data": None, "errors": "?"}),
        (200, {"data": {}}),
        (200, ["x"]),
    ],
)
def test_who_we_are_is_not_guessed_when_github_fails(
    scene: Scene, github: GitHub, status: int, body: object
) -> None:
    scene.hub.fail("POST", "/graphql", status, body=body, times=3 if status == 502 else 1)

    with pytest.raises(GitHubError, match="Cannot find out who owns the token"):
        github.own_login()


def test_without_a_token_no_request_asks_for_the_login(scene: Scene) -> None:
    assert scene.client(token=None).own_login() == "github-actions[bot]"
    assert scene.calls == []
