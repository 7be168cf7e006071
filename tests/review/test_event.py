"""What an event of GitHub Actions asks to be reviewed, and what is said of one that does not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lessonguard.errors import UsageError
from lessonguard.review.actions_env import Runner, read_runner
from lessonguard.review.event import Handover, Nothing, Subject, find_subject

A, B, ZERO = "a" * 40, "b" * 40, "0" * 40
PULL: Mapping[str, Any] = {
    "action": "synchronize",
    "pull_request": {
        "number": 7,
        "draft": False,
        "head": {"sha": A, "ref": "feature"},
        "base": {"ref": "main", "sha": B},
    },
}
PUSH: Mapping[str, Any] = {
    "ref": "refs/heads/feature",
    "before": B,
    "after": A,
    "repository": {"default_branch": "main"},
}
MERGE_GROUP: Mapping[str, Any] = {
    "action": "checks_requested",
    "merge_group": {
        "base_ref": "refs/heads/main",
        "base_sha": B,
        "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-x",
        "head_sha": A,
    },
}
RUN: Mapping[str, Any] = {
    "workflow_run": {
        "event": "pull_request",
        "head_sha": A,
        "head_branch": "patch-1",
        "head_repository": {"owner": {"login": "mallory"}},
    }
}


def runner(event: str, payload: Mapping[str, Any], *, sha: str = "") -> Runner:
    return Runner(
        event=event,
        payload=payload,
        repository="acme/shop",
        sha=sha,
        api_url="https://api.github.com",
        graphql_url="https://api.github.com/graphql",
        server_url="https://github.com",
        output_file=None,
        summary_file=None,
        temporary=None,
        token="ghs_secret",
    )


def subject(event: str, payload: Mapping[str, Any], **asked: str) -> Subject | Nothing | Handover:
    return find_subject(runner(event, payload), base=asked.get("base"), head=asked.get("head"))


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "ready_for_review", "edited"])
def test_a_pull_request_is_judged_by_the_branch_it_goes_to_whatever_the_event_says_of_its_tip(
    event: str, action: str
) -> None:
    assert subject(event, {**PULL, "action": action}) == Subject(
        base="refs/heads/main",
        head=A,
        lessons_ref="refs/heads/main",
        head_refs=("refs/pull/7/head",),
        pull=7,
    )


def test_a_draft_is_known_as_one() -> None:
    draft = {**PULL, "pull_request": {**PULL["pull_request"], "draft": True}}
    found = subject("pull_request", draft)

    assert isinstance(found, Subject)
    assert found.is_draft


def test_a_merge_group_is_compared_with_what_is_queued_before_it_and_judged_by_the_branch() -> None:
    assert subject("merge_group", MERGE_GROUP) == Subject(
        base=B,
        head=A,
        lessons_ref="refs/heads/main",
        head_refs=("refs/heads/gh-readonly-queue/main/pr-7-x",),
    )


@pytest.mark.parametrize(
    ("payload", "base", "lessons_ref"),
    [
        (PUSH, B, "refs/heads/main"),
        ({**PUSH, "before": ZERO}, "refs/heads/main", "refs/heads/main"),
        ({**PUSH, "ref": "refs/heads/main"}, B, B),
    ],
    ids=["to a branch", "of a new branch", "to the default branch"],
)
def test_a_push_is_compared_with_what_was_there_and_never_judged_by_itself(
    payload: Mapping[str, Any], base: str, lessons_ref: str
) -> None:
    assert subject("push", payload) == Subject(
        base=base, head=A, lessons_ref=lessons_ref, head_refs=(payload["ref"],)
    )


def test_a_finished_run_is_known_by_its_commit_and_the_branch_that_holds_it() -> None:
    assert subject("workflow_run", RUN) == Handover(head=A, label="mallory:patch-1")


@pytest.mark.parametrize(
    ("event", "payload", "reason"),
    [
        ("pull_request", {**PULL, "action": "closed"}, "pull request 7 is closed"),
        ("merge_group", {**MERGE_GROUP, "action": "destroyed"}, "the merge group is gone"),
        ("push", {**PUSH, "after": ZERO}, "the push deleted a branch"),
        (
            "push",
            {**PUSH, "before": ZERO, "ref": "refs/heads/main"},
            "the push created the default branch: there was nothing before it",
        ),
        (
            "workflow_run",
            {"workflow_run": {**RUN["workflow_run"], "event": "push"}},
            "the run that has finished was for push, not for a pull request",
        ),
        (
            "workflow_run",
            {"workflow_run": {**RUN["workflow_run"], "head_repository": None}},
            "the fork that the pull request came from is gone",
        ),
    ],
)
def test_where_there_is_nothing_to_review_the_reason_is_said(
    event: str, payload: Mapping[str, Any], reason: str
) -> None:
    assert subject(event, payload) == Nothing(reason=reason)


@pytest.mark.parametrize(
    ("asked", "base", "head"),
    [
        ({}, "refs/heads/main", B),
        ({"base": "dev", "head": A}, "refs/heads/dev", A),
        ({"base": "refs/tags/v1", "head": "topic"}, "refs/tags/v1", "refs/heads/topic"),
    ],
)
def test_a_dispatched_workflow_compares_what_it_is_asked_to(
    asked: Mapping[str, str], base: str, head: str
) -> None:
    run = runner("workflow_dispatch", {"repository": {"default_branch": "main"}}, sha=B)

    assert find_subject(run, base=asked.get("base"), head=asked.get("head")) == Subject(
        base=base, head=head, lessons_ref=base
    )


def test_an_event_that_says_what_to_compare_takes_no_other_commits() -> None:
    with pytest.raises(UsageError, match="says itself what to compare"):
        subject("pull_request", PULL, base="main", head="topic")


def test_an_event_that_means_nothing_here_is_refused_with_those_that_do() -> None:
    with pytest.raises(UsageError, match="the event 'issues'") as caught:
        subject("issues", {})

    assert "pull_request_target" in caught.value.hint


@pytest.mark.parametrize(
    ("event", "payload", "place"),
    [
        ("pull_request", {}, "pull_request"),
        ("pull_request", {"pull_request": {"number": "7; rm"}}, "pull_request.number"),
        ("pull_request", {"pull_request": {"number": 7, "base": {"ref": "m"}}}, "pull_request.head.sha"),
        ("push", {**PUSH, "before": "--upload-pack=x"}, "before"),
        ("merge_group", {"merge_group": {"base_sha": "HEAD"}}, "merge_group.base_sha"),
    ],
)
def test_a_payload_that_lacks_something_is_refused_by_the_name_of_the_place(
    event: str, payload: Mapping[str, Any], place: str
) -> None:
    with pytest.raises(UsageError, match=f"no usable {place}"):
        subject(event, payload)


class TestTheRunner:
    @pytest.fixture(autouse=True)
    def _variables(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        event = tmp_path / "event.json"
        event.write_text(json.dumps(PULL), encoding="utf-8")
        monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request")
        monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
        monkeypatch.setenv("GITHUB_REPOSITORY", "acme/shop")
        monkeypatch.setenv("GITHUB_TOKEN", "ghs_secret")

    def test_is_that_of_github_itself_unless_the_variables_say_otherwise(self) -> None:
        run = read_runner()

        assert run.payload == PULL
        assert (run.api_url, run.graphql_url, run.clone_url) == (
            "https://api.github.com",
            "https://api.github.com/graphql",
            "https://github.com/acme/shop",
        )

    def test_of_a_company_has_the_addresses_of_its_own_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITHUB_API_URL", "https://git.acme.example/api/v3/")
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://git.acme.example")

        run = read_runner()

        assert run.api_url == "https://git.acme.example/api/v3"
        assert run.graphql_url == "https://git.acme.example/api/graphql"
        assert run.clone_url == "https://git.acme.example/acme/shop"

    def test_never_shows_its_token(self) -> None:
        assert "ghs_secret" not in f"{read_runner()!r} {read_runner()}"

    @pytest.mark.parametrize("name", ["GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH", "GITHUB_REPOSITORY"])
    def test_that_is_not_there_is_missed_by_name(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(name)

        with pytest.raises(UsageError, match=f"{name} is not set") as caught:
            read_runner()

        assert "lessonguard scan" in caught.value.hint

    @pytest.mark.parametrize("content", ["", "[]", "\x00"])
    def test_with_an_unreadable_event_file_is_refused(
        self, content: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        event = tmp_path / "broken.json"
        event.write_text(content, encoding="utf-8")
        monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))

        with pytest.raises(UsageError, match=r"broken\.json"):
            read_runner()

    @pytest.mark.parametrize("name", ["shop", "acme/", "../shop", "acme/shop/x"])
    def test_of_no_repository_is_refused(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITHUB_REPOSITORY", name)

        with pytest.raises(UsageError, match="GITHUB_REPOSITORY"):
            read_runner()
