"""`lessonguard review` after every event: what is compared with what, and judged by which lessons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.code import BAD, SAFE, UNLOCKED
from tests.support.shop import Reviewed, Shop, ours, places, summaries


def found(reviewed: Reviewed) -> list[str]:
    """List the findings of the report that a run has left: `app.py:5`."""
    report = json.loads(Path(reviewed.run.outputs["report"]).read_text(encoding="utf-8"))
    return [f"{item['path']}:{item['start']['line']}" for item in report["findings"]]


class TestAMergeGroup:
    def test_is_compared_with_what_is_queued_before_it(self, shop: Shop) -> None:
        before = shop.commit({"app.py": BAD}, branch="queued-1")
        head = shop.commit({"pay.py": UNLOCKED}, branch="queued-2", start="queued-1")

        reviewed = shop.run("merge_group", shop.hosted.events.merge_group(base=before, head=head))

        assert found(reviewed) == ["pay.py:2"]
        assert reviewed.writes == []
        assert reviewed.outcome.stdout.startswith("::warning file=pay.py,line=2")

    def test_is_judged_by_the_lessons_of_the_branch_it_goes_to(self, shop: Shop) -> None:
        before = shop.commit({"lessons/TIMEOUT.yaml": None}, branch="queued-1")
        head = shop.commit({"app.py": BAD}, branch="queued-2", start="queued-1")

        payload = shop.hosted.events.merge_group(base=before, head=head)

        assert found(shop.run("merge_group", payload, expect=1)) == ["app.py:5"]

    def test_fails_only_for_what_fail_on_says(self, shop: Shop) -> None:
        head = shop.commit({"pay.py": UNLOCKED})
        payload = shop.hosted.events.merge_group(base=shop.base, head=head)

        shop.run("merge_group", payload, expect=0)
        shop.run("merge_group", payload, "--fail-on", "comment", expect=1)


class TestAPush:
    def test_to_a_branch_is_compared_with_what_was_there(self, shop: Shop) -> None:
        before = shop.commit({"app.py": BAD})
        after = shop.commit({"pay.py": UNLOCKED})

        payload = shop.hosted.events.push(before=before, after=after, branch="feature")

        assert found(shop.run("push", payload)) == ["pay.py:2"]

    def test_of_a_new_branch_is_compared_with_the_default_branch(self, shop: Shop) -> None:
        after = shop.commit({"app.py": BAD})

        payload = shop.hosted.events.push(before=None, after=after, branch="feature")

        assert found(shop.run("push", payload, expect=1)) == ["app.py:5"]

    def test_to_the_default_branch_is_judged_by_what_was_there_before(self, shop: Shop) -> None:
        after = shop.repo.commit("Forget", {"app.py": BAD, "lessons/TIMEOUT.yaml": None})

        payload = shop.hosted.events.push(before=shop.base, after=after)

        assert found(shop.run("push", payload, expect=1)) == ["app.py:5"]

    def test_by_force_is_compared_with_where_the_two_parted(self, shop: Shop) -> None:
        before = shop.commit({"app.py": BAD, "old.py": "x = 1\n"})
        after = shop.commit({"pay.py": UNLOCKED}, branch="again", start="main")

        payload = shop.hosted.events.push(before=before, after=after, branch="feature", forced=True)

        assert found(shop.run("push", payload)) == ["pay.py:2"]

    def test_that_deletes_a_branch_is_nothing_to_review(self, shop: Shop) -> None:
        payload = shop.hosted.events.push(before=shop.base, after=None, branch="feature")

        reviewed = shop.run("push", payload)

        assert (reviewed.calls, reviewed.words) == ([], ["Nothing to review: the push deleted a branch."])


class TestADispatchedWorkflow:
    def test_compares_branches(self, shop: Shop) -> None:
        shop.commit({"app.py": BAD}, branch="release/1.0")
        shop.commit({"pay.py": UNLOCKED}, branch="topic", start="release/1.0")

        payload = shop.hosted.events.workflow_dispatch()
        reviewed = shop.run("workflow_dispatch", payload, "--base", "release/1.0", "--head", "topic")

        assert found(reviewed) == ["pay.py:2"]

    def test_compares_commits(self, shop: Shop) -> None:
        head = shop.commit({"app.py": BAD})

        payload = shop.hosted.events.workflow_dispatch()
        reviewed = shop.run("workflow_dispatch", payload, "--base", shop.base, "--head", head, expect=1)

        assert found(reviewed) == ["app.py:5"]

    def test_of_a_branch_that_is_not_there_is_exit_3(self, shop: Shop) -> None:
        payload = shop.hosted.events.workflow_dispatch()

        reviewed = shop.run("workflow_dispatch", payload, "--head", "gone", expect=3)

        assert f"{shop.hub.server_url}/acme/shop has no refs/heads/gone" in reviewed.outcome.stderr

    def test_takes_a_tag_by_its_full_name(self, shop: Shop) -> None:
        shop.repo.git("tag", "--annotate", "--message", "One", "v1", shop.commit({"app.py": BAD}))

        payload = shop.hosted.events.workflow_dispatch()
        reviewed = shop.run("workflow_dispatch", payload, "--head", "refs/tags/v1", expect=1)

        assert found(reviewed) == ["app.py:5"]


class TestAnotherEvent:
    def test_is_refused_with_those_that_are_known(self, shop: Shop) -> None:
        payload = {**shop.hosted.events.workflow_dispatch(), "action": "opened"}

        reviewed = shop.run("issues", payload, expect=2)

        assert "Cannot tell what the event 'issues' changed." in reviewed.outcome.stderr
        assert "pull_request_target" in reviewed.outcome.stderr

    def test_reviews_what_it_is_told_to(self, shop: Shop) -> None:
        head = shop.commit({"app.py": BAD})
        payload = shop.hosted.events.workflow_dispatch()

        assert found(shop.run("schedule", payload, "--base", "main", "--head", head, expect=1)) == [
            "app.py:5"
        ]


class TestTheRunAfterAForks:
    """Two workflows: one scans with a token that may only read, the other posts what it left."""

    @staticmethod
    def post(shop: Shop, report: str | Path, *, expect: int = 0) -> Reviewed:
        payload = shop.hosted.events.workflow_run(shop.hosted.pulls[7])
        return shop.run("workflow_run", payload, "--report", str(report), expect=expect)

    @pytest.fixture
    def report(self, shop: Shop) -> Path:
        pull = shop.pull({"app.py": BAD, "pay.py": UNLOCKED}, fork="mallory/shop")
        token = shop.hub.token(pull_requests="read")
        reviewed = shop.review(pull, "--comments", "none", token=token, expect=1)
        return Path(reviewed.run.outputs["report"])

    def test_posts_the_same_places(self, shop: Shop, report: Path) -> None:
        reviewed = self.post(shop, report)

        assert places(shop.hosted.pulls[7]) == ["app.py:5 **This looks like", "pay.py:2 **This looks like"]
        assert len(reviewed.calls) <= 8

    def test_never_fetches_a_commit_of_the_fork(self, shop: Shop, report: Path) -> None:
        head = shop.hosted.pulls[7].head
        shop.repo.git("update-ref", "-d", "refs/pull/7/head")
        before = len(shop.hub.git)

        self.post(shop, report)

        requests = shop.hub.git[before:]
        assert requests
        assert not any(head.encode() in call.asked for call in requests)

    def test_says_nothing_twice(self, shop: Shop, report: Path) -> None:
        self.post(shop, report)

        assert self.post(shop, report).writes == []

    def test_repeats_no_words_of_the_report(self, shop: Shop, report: Path) -> None:
        document = json.loads(report.read_text(encoding="utf-8"))
        for finding in document["findings"]:
            finding |= {"title": "evil", "message": "evil", "mitigation": "evil", "fix": "evil()"}
        report.write_text(json.dumps(document), encoding="utf-8")

        self.post(shop, report)

        pull = shop.hosted.pulls[7]
        assert ours(pull)
        bodies = [comment.body for comment in ours(pull)] + [review.body for review in summaries(pull)]
        assert not any("evil" in body for body in bodies)

    def test_believes_no_place_that_the_diff_does_not_have(self, shop: Shop, report: Path) -> None:
        document = json.loads(report.read_text(encoding="utf-8"))
        document["findings"][0] |= {"path": "lessons/TIMEOUT.yaml"}
        document["findings"][1] |= {"start": {"line": 999, "column": 1}, "end": {"line": 999, "column": 2}}
        report.write_text(json.dumps(document), encoding="utf-8")

        self.post(shop, report)

        [comment] = ours(shop.hosted.pulls[7])
        assert (comment.path, comment.line) == ("pay.py", 2)

    def test_refuses_a_report_about_another_commit(self, shop: Shop, report: Path) -> None:
        document = json.loads(report.read_text(encoding="utf-8"))
        report.write_text(json.dumps({**document, "head": "c" * 40}), encoding="utf-8")

        reviewed = self.post(shop, report, expect=3)

        assert "Cannot post from" in reviewed.outcome.stderr
        assert reviewed.writes == []

    def test_leaves_a_pull_request_alone_that_has_moved_on(self, shop: Shop, report: Path) -> None:
        payload = shop.hosted.events.workflow_run(shop.hosted.pulls[7])
        shop.push(shop.hosted.pulls[7], {"app.py": SAFE})

        reviewed = shop.run("workflow_run", payload, "--report", str(report))

        assert reviewed.writes == []
        assert "no open pull request" in reviewed.outcome.stderr

    def test_needs_a_report(self, shop: Shop, report: Path) -> None:
        del report
        payload = shop.hosted.events.workflow_run(shop.hosted.pulls[7])

        reviewed = shop.run("workflow_run", payload, expect=2)

        assert "--report" in reviewed.outcome.stderr
