"""What is said to GitHub, how often, and what becomes of its refusals: against a server on the loopback."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lessonguard.github.api_errors import (
    GitHubError,
    RateLimitError,
    RefusedError,
    UnavailableError,
    UnprocessableError,
)
from lessonguard.github.client import GitHub
from lessonguard.github.limits import RetryPolicy
from lessonguard.github.pull_request import (
    Comparison,
    DiffFile,
    NewComment,
    PullRequest,
    ReviewComment,
    TreeEntry,
)
from tests.support.hub.faults import SECONDARY_LIMIT
from tests.support.hub.model import Review
from tests.support.hub.pull import Pull
from tests.support.hub.server import Hub
from tests.support.repo import Repo

_LINES = "".join(f"line {number}\n" for number in range(1, 31))


class Scene:
    """A hub with `acme/shop`, its pull request 7, and a client whose waits are written down.

    `feature` parted from `main` at `start`; `base` and `head` are where they are now.
    """

    def __init__(self, hub: Hub, repo: Repo) -> None:
        self.hub = hub
        self.repo = repo
        self.base, self.head, self.start = repo.git("rev-parse", "main", "feature", "main~1").split()
        self.shop = hub.repository("acme/shop", repo.path)
        self.pull: Pull = self.shop.pull(7, head=self.head)
        self.token = hub.token().value
        self.waits: list[float] = []

    def client(
        self,
        *,
        repository: str = "acme/shop",
        token: str | None = "",
        api_url: str = "",
        graphql_url: str = "",
        between_writes: float = 1.0,
        timeout: int = 15,
    ) -> GitHub:
        """Give a client that does not really wait, with the scene's own token by default."""
        return GitHub(
            repository,
            token=self.token if token == "" else token,
            api_url=api_url or self.hub.api_url,
            graphql_url=graphql_url or self.hub.graphql_url,
            patience=RetryPolicy(timeout=timeout, between_writes=between_writes, sleep=self.waits.append),
        )

    @property
    def calls(self) -> list[str]:
        """List the calls so far: method, path and status."""
        return [str(call) for call in self.hub.calls]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the repository that each test gets a copy of."""
    repo = Repo(tmp_path_factory.mktemp("template"))
    repo.commit("Start", {"old.py": "old\n", "lib/kept.py": "kept\n"})
    repo.branch("feature").commit("Change", {"new.py": _LINES, "old.py": None, "logo.png": b"\0\1"})
    repo.switch("main").commit("Meanwhile")
    return repo.path


@pytest.fixture
def scene(tmp_path: Path, template: Path) -> Iterator[Scene]:
    """Set the scene."""
    path = shutil.copytree(template, tmp_path / "shop")
    with Hub(tmp_path / "hub") as hub:
        yield Scene(hub, Repo(path, create=False))


@pytest.fixture
def github(scene: Scene) -> Iterator[GitHub]:
    """Give a client with a token that may read, and write on pull requests."""
    client = scene.client()
    yield client
    client.close()


def _edit(github: GitHub, scene: Scene) -> None:
    github.edit_comment(_comment(scene), "edited")


def _comment(scene: Scene) -> int:
    return next(iter(scene.pull.comments), 0) or scene.pull.comment("octocat", "x", path="new.py", line=1).id


def _edit_review(github: GitHub, scene: Scene) -> None:
    review = next(iter(scene.pull.reviews), 0) or scene.pull.review("octocat", "x").id
    github.edit_review(7, review, "edited")


def _post(github: GitHub, scene: Scene) -> None:
    comment = NewComment(path="new.py", body="this", line=3)
    github.post_review(7, commit=scene.head, body="all", comments=[comment])


def _post_file(github: GitHub, scene: Scene) -> None:
    github.post_file_comment(7, commit=scene.head, path="old.py", body="gone")


Act = Callable[[GitHub, Scene], object]

_READS: dict[str, Act] = {
    "compare main with feature": lambda github, _: github.compare("main", "feature"),
    "read pull request 7": lambda github, _: github.pull_request(7),
    "find the pull requests from acme:feature": lambda github, _: github.open_pull_requests("acme:feature"),
    "read the comments of pull request 7": lambda github, _: github.review_comments(7),
    "read the reviews of pull request 7": lambda github, _: github.reviews(7),
    "read the files of pull request 7": lambda github, _: github.diff_files(7),
    "list the files of main": lambda github, _: github.tree("main"),
}
_EDITS: dict[str, Act] = {"PATCH": _edit, "PUT": _edit_review}
_POSTS: dict[str, Act] = {"reviews": _post, "comments": _post_file}


def test_making_a_client_asks_nothing(scene: Scene) -> None:
    scene.client().close()

    assert scene.calls == []


def test_each_question_about_something_small_is_one_request(scene: Scene, github: GitHub) -> None:
    for act in _READS.values():
        act(github, scene)

    assert Counter(call.method for call in scene.hub.calls) == {"GET": len(_READS)}


def test_requests_carry_the_token_and_name_the_version_of_the_api(scene: Scene, github: GitHub) -> None:
    github.pull_request(7)

    [call] = scene.hub.calls
    assert call.headers["authorization"] == f"token {scene.token}"
    assert call.headers["accept"] == "application/vnd.github+json"
    assert call.headers["x-github-api-version"] == "2022-11-28"
    assert call.headers["user-agent"] == "lessonguard"


# Reading.


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
def test_what_can_be_no_branch_is_never_taken_for_one(scene: Scene, github: GitHub, name: str) -> None:
    with pytest.raises(RefusedError):
        github.compare(name, scene.head)

    [call] = scene.hub.calls
    assert call.path.startswith("/repos/acme/shop/compare/")
    assert call.query == {"page": "2", "per_page": "1"}


def test_a_second_page_that_says_nothing_is_made_up_for_by_the_first(scene: Scene, github: GitHub) -> None:
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


def test_a_filter_that_github_ignores_finds_nothing(scene: Scene, github: GitHub) -> None:
    assert github.open_pull_requests("feature") == ()
    assert scene.hub.calls[0].answer


def test_comments_are_read_from_all_pages(scene: Scene, github: GitHub) -> None:
    made = [scene.pull.comment("octocat", f"{number}", path="new.py", line=1).id for number in range(250)]

    assert [comment.id for comment in github.review_comments(7)] == made
    assert [call.query.get("page") for call in scene.hub.calls] == [None, "2", "3"]
    assert {call.query["per_page"] for call in scene.hub.calls} == {"100"}


def test_a_comment_tells_where_it_is_and_what_it_answers(scene: Scene, github: GitHub) -> None:
    first = scene.pull.comment("octocat", "Why?", path="new.py", line=3)
    reply = scene.pull.reply("monalisa", first, "Because.")
    scene.pull.comment("octocat", "Gone?", path="old.py", subject_type="file")
    scene.pull.comment("octocat", "Here?", path="new.py", line=30)
    scene.repo.switch("feature")
    scene.pull.push(scene.repo.commit("Cut", {"new.py": "line 0\n" + _LINES.replace("line 30\n", "")}))

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


def test_a_comment_on_a_whole_file_is_on_no_line_whatever_else_it_says(scene: Scene, github: GitHub) -> None:
    scene.pull.comment("octocat", "Gone?", path="old.py", subject_type="file")
    github.review_comments(7)
    [shape] = scene.hub.calls[0].answer
    scene.hub.fail("GET", "/comments", 200, body=[{**shape, "line": 1}])

    assert [comment.line for comment in github.review_comments(7)] == [None]


def test_what_a_deleted_account_wrote_is_a_ghosts(scene: Scene, github: GitHub) -> None:
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


@pytest.mark.parametrize("content", [b"", b"plain\n", bytes(range(256)) * 40])
def test_a_blob_is_read_byte_for_byte_up_to_the_limit(scene: Scene, github: GitHub, content: bytes) -> None:
    blob = scene.repo.git("hash-object", "-w", "--stdin", stdin=content)

    assert github.blob(blob, limit=len(content)) == content
    if content:
        assert github.blob(blob, limit=len(content) - 1) == len(content)


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
    with pytest.raises(GitHubError, match="answer makes no sense"):
        github.blob(scene.head, limit=9)


@pytest.mark.parametrize("body", [{"message": "hello"}, [{"id": 1}], ["x"], "text", 7])
def test_an_answer_that_is_not_githubs_is_an_error(scene: Scene, github: GitHub, body: object) -> None:
    for name, act in _READS.items():
        scene.hub.fail("GET", "", 200, body=body, times=2 if name.startswith("compare") else 1)

        if name.startswith("find") and isinstance(body, list):
            assert not act(github, scene)  # none of these is from that branch
            continue
        with pytest.raises(GitHubError, match=f"Cannot {name}: GitHub's answer makes no sense: it "):
            act(github, scene)


# Writing.


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


def test_writes_are_a_second_apart_from_the_second_on(scene: Scene, github: GitHub) -> None:
    github.pull_request(7)
    _post(github, scene)
    github.pull_request(7)
    assert scene.waits == []

    _post_file(github, scene)
    github.pull_request(7)
    _edit(github, scene)

    assert len(scene.waits) == 2
    assert all(0 < wait <= 1 for wait in scene.waits)


def test_a_second_that_has_passed_is_not_waited_for(scene: Scene) -> None:
    github = scene.client(between_writes=0)

    _post(github, scene)
    _post_file(github, scene)

    assert scene.waits == []


# Refusals.


def test_a_token_that_only_reads_is_told_what_to_be_granted(scene: Scene) -> None:
    github = scene.client(token=scene.hub.token(pull_requests="read").value)

    with pytest.raises(RefusedError) as caught:
        _post(github, scene)

    assert caught.value.status == 403
    assert caught.value.exit_code == 3
    assert caught.value.message == (
        "Cannot post a review on pull request 7: GitHub answers 403, Resource not accessible by integration."
    )
    assert "`permissions: pull-requests: write`" in caught.value.hint
    assert "fork" in caught.value.hint
    assert scene.calls == ["POST /repos/acme/shop/pulls/7/reviews 403"]
    assert scene.waits == []


def test_what_a_token_may_not_see_is_not_there(scene: Scene) -> None:
    scene.shop.is_private = True

    with pytest.raises(RefusedError, match="GitHub answers 404, Not Found") as caught:
        scene.client(token=None).compare("main", "feature")

    assert caught.value.status == 404
    assert "GITHUB_TOKEN" in caught.value.hint
    with pytest.raises(RefusedError) as caught:
        scene.client().pull_request(99)
    assert "`permissions: pull-requests: read`" in caught.value.hint


def test_a_bad_token_is_named_as_such(scene: Scene) -> None:
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
        _post(github, scene)

    assert "GITHUB_TOKEN" in caught.value.hint
    assert all("authorization" not in call.headers for call in scene.hub.calls)


def test_passwords_of_other_programs_are_not_sent(scene: Scene) -> None:
    (Path.home() / ".netrc").write_text("default login mallory password ghs_other\n", encoding="utf-8")

    scene.client(token=None).pull_request(7)
    scene.client().pull_request(7)

    sent = [call.headers.get("authorization") for call in scene.hub.calls]
    assert sent == [None, f"token {scene.token}"]


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
        _post(github, scene)

    assert caught.value.faults == faults


def test_what_github_cannot_read_is_no_different(scene: Scene, github: GitHub) -> None:
    scene.hub.fail("POST", "/reviews", 400, body={"message": "Problems parsing JSON"})

    with pytest.raises(UnprocessableError, match="Problems parsing JSON"):
        _post(github, scene)


def test_githubs_words_are_made_harmless(scene: Scene, github: GitHub) -> None:
    words = "first\n::error::second\x1b[31m \u202ethird " + "x" * 10_000
    scene.hub.fail("GET", "", 403, body={"message": words})
    scene.hub.fail("GET", "", 410, body={"message": words})

    for _ in range(2):
        with pytest.raises(GitHubError) as caught:
            github.open_pull_requests("mallory:\u202eevil\n::error::name")
        assert caught.value.message.isprintable()
        assert "first ::error::second [31m third xx" in caught.value.message
        assert len(caught.value.message) < 700


# Failures.


@pytest.mark.parametrize("name", _READS)
def test_reading_is_tried_three_times(scene: Scene, github: GitHub, name: str) -> None:
    expected = _READS[name](github, scene)
    scene.hub.fail("GET", "", 502)
    scene.hub.drop("GET", "")

    assert _READS[name](github, scene) == expected
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


@pytest.mark.parametrize("method", _EDITS)
def test_editing_is_tried_three_times_because_doing_it_twice_is_the_same(
    scene: Scene, github: GitHub, method: str
) -> None:
    scene.hub.fail(method, "", 502, before=False)
    scene.hub.drop(method, "")

    _EDITS[method](github, scene)

    assert [call.status for call in scene.hub.calls] == [502, 0, 200]
    assert scene.waits == [0.5, 2.0]


@pytest.mark.parametrize("kind", _POSTS)
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
        _POSTS[kind](github, scene)

    assert caught.value.is_write
    assert [call.method for call in scene.hub.calls] == ["POST"]
    assert scene.waits == []
    assert len(github.reviews(7)) == has_effect


def test_a_post_whose_answer_is_late_may_have_been_carried_out(scene: Scene) -> None:
    github = scene.client(timeout=1)
    scene.hub.slow("POST", "/reviews", 1.5)

    with pytest.raises(UnavailableError, match="GitHub does not answer within 1 seconds") as caught:
        _post(github, scene)

    assert caught.value.is_write
    assert "HTTPS_PROXY" in caught.value.hint


def test_an_answer_that_is_cut_off_is_no_answer(scene: Scene, github: GitHub) -> None:
    scene.hub.fail("GET", "/pulls/7", 200, body=b'{"number": 7, ')
    assert github.pull_request(7).number == 7

    scene.hub.fail("POST", "/reviews", 200, body=b"<html>", before=False)
    with pytest.raises(UnavailableError, match="cut off") as caught:
        _post(github, scene)
    assert caught.value.is_write


def test_a_server_that_is_not_there_is_said_in_plain_words(scene: Scene) -> None:
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
    with pytest.raises(GitHubError, match="it is no web address"):
        GitHub("acme/shop", token=None, api_url=url, graphql_url=scene.hub.graphql_url)
    with pytest.raises(GitHubError, match="it is no web address"):
        GitHub("acme/shop", token=None, api_url=scene.hub.api_url, graphql_url=url)


# Rate limits.


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("name", [*_POSTS, *_EDITS])
def test_github_is_given_the_time_it_asks_for(scene: Scene, github: GitHub, name: str, status: int) -> None:
    scene.hub.limit(name if name in _EDITS else "POST", "", status=status, after=7)

    ({**_POSTS, **_EDITS}[name])(github, scene)

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
        _post(github, scene)

    assert "limits the rate of requests, and wants none for 25 minutes" in caught.value.message
    assert "Run it again in 25 minutes" in caught.value.hint
    assert scene.waits == []
    assert len(scene.hub.calls) == 1


def test_whoever_comes_without_a_token_is_told_that_one_has_a_higher_limit(scene: Scene) -> None:
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
def test_a_time_that_makes_no_sense_does_not_hurry_us(scene: Scene, github: GitHub, after: str) -> None:
    scene.hub.fail(
        "GET", "/pulls/7", 429, headers={"Retry-After": after.encode().decode("latin-1")}, times=100
    )

    with pytest.raises(RateLimitError):
        github.pull_request(7)

    assert 1 <= len(scene.waits) <= 60
    assert sum(scene.waits) == 60
    scene.hub.state.faults.clear()


# Other servers and other places.


def test_github_enterprise_server_has_its_addresses_elsewhere(scene: Scene) -> None:
    github = scene.client(
        api_url=f"{scene.hub.enterprise_api_url}/", graphql_url=scene.hub.enterprise_graphql_url
    )
    for number in range(130):
        scene.pull.review("octocat", f"{number}")

    assert len(github.reviews(7)) == 130
    assert github.compare("main", "feature").merge_base == scene.start
    _post(github, scene)
    assert scene.hub.calls[1].query["page"] == "2"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_repository_that_was_renamed_is_followed_with_all_that_was_asked(scene: Scene, status: int) -> None:
    github = scene.client(repository="acme/former")
    place = f"{scene.hub.api_url}/repos/acme/shop"
    tree = f"{place}/git/trees/feature?recursive=1"
    scene.hub.fail("GET", "/former/", status, headers={"Location": tree})
    scene.hub.fail("POST", "/former/", status, headers={"Location": f"{place}/pulls/7/reviews"})

    assert "lib/kept.py" in {entry.path for entry in github.tree("feature")}
    _post(github, scene)

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


# Who we are, and threads.


@pytest.mark.parametrize("login", ["github-actions[bot]", "acme-lessons[bot]", "octocat"])
def test_graphql_tells_who_owns_any_kind_of_token(scene: Scene, login: str) -> None:
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
def test_where_graphql_does_not_tell_rest_is_asked(
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


def test_without_a_token_nobody_is_asked_who_we_are(scene: Scene) -> None:
    assert scene.client(token=None).own_login() == "github-actions[bot]"
    assert scene.calls == []


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
def test_that_threads_cannot_be_resolved_is_no_error(scene: Scene, github: GitHub, status: int) -> None:
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
def test_threads_that_cannot_be_told_apart_are_left_alone(
    scene: Scene, github: GitHub, thread: dict[str, object]
) -> None:
    page = {"nodes": [thread], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    data = {"repository": {"pullRequest": {"reviewThreads": page}}}
    scene.hub.fail("POST", "/graphql", 200, body={"data": data})

    github.resolve_threads(7, [1])

    assert len(scene.hub.calls) == 1


# What must not get out.


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 502])
def test_the_token_is_in_no_error_and_no_log(
    scene: Scene, github: GitHub, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level("DEBUG")
    caplog.set_level("DEBUG", logger="github")
    for method in ("GET", "POST", "PATCH", "PUT"):
        scene.hub.fail(method, "", status, body={"message": "Sorry"}, times=999)

    for act in (*_READS.values(), *_POSTS.values(), *_EDITS.values()):
        with pytest.raises(GitHubError) as caught:
            act(github, scene)
        assert scene.token not in _everything(caught.value)

    assert "GET http://127.0.0.1" in caplog.text
    assert scene.token not in caplog.text


def test_a_token_that_github_quotes_is_taken_out(scene: Scene, github: GitHub) -> None:
    body = {"message": f"{scene.token} is bad", "errors": [f"so bad: {scene.token}"]}
    scene.hub.fail("POST", "/reviews", 422, body=body)

    with pytest.raises(UnprocessableError) as caught:
        _post(github, scene)

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
patience = RetryPolicy(sleep=lambda seconds: None)
github = GitHub("acme/shop", token=token, api_url=url, graphql_url=url + "/graphql", patience=patience)
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
