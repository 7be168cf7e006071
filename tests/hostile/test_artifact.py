"""Hostile pull requests: of the report that a fork's workflow leaves, only the places of findings are used.

How it is read: `tests/review/test_report_artifact.py`. SECURITY.md names each test next to its promise.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.code import BAD, SAFE, UNLOCKED
from tests.support.gfm import assert_harmless
from tests.support.hostile import MARKER, bodies, unmarked_bodies
from tests.support.hub.pull import Pull
from tests.support.report import HOSTILE
from tests.support.shop import Reviewed, Shop, ours, places

Report = dict[str, Any]


@pytest.fixture
def pull(shop: Shop) -> Pull:
    """Open the pull request of a fork that repeats two incidents."""
    return shop.pull({"app.py": BAD, "pay.py": UNLOCKED}, fork="mallory/shop", author="mallory")


def scan(shop: Shop, pull: Pull) -> Report:
    """Run the first workflow as the fork would if it were honest, and give its report."""
    reviewed = shop.review(pull, "--comments", "none", token=shop.hub.token(pull_requests="read"), expect=1)
    report: Report = json.loads(Path(reviewed.run.outputs["report"]).read_text(encoding="utf-8"))
    return report


def post(shop: Shop, pull: Pull, report: Report, *, expect: int = 0) -> Reviewed:
    """Run the second workflow with a report."""
    file = shop.hub.folder / "report.json"
    file.write_text(json.dumps(report), encoding="utf-8")
    payload = shop.hosted.events.workflow_run(pull)
    return shop.run("workflow_run", payload, "--report", str(file), expect=expect)


def test_a_posted_report_uses_only_the_texts_of_the_lessons(shop: Shop, pull: Pull) -> None:
    report = scan(shop, pull)
    words = dict.fromkeys(("title", "message", "root_cause", "mitigation", "postmortem"), f"evil {MARKER}")
    for item in report["findings"]:
        item.update(words, fix="evil()", failure_class="evil", mode="monitor")

    post(shop, pull, report)

    assert places(pull) == ["app.py:5 **This looks like", "pay.py:2 **This looks like"]
    assert not [body for body in bodies(pull) if "evil" in body or "suggestion" in body]


def test_names_and_code_in_a_report_are_only_shown(shop: Shop, pull: Pull) -> None:
    report = scan(shop, pull)
    [first, *_] = report["findings"]
    accepted = {"until": None, "where": "app.py:1"}
    report["findings"] += [
        {**first, "path": f"x{text}", "snippet": text, "fingerprint": f"{number:032x}"}
        | ({"accepted": {**accepted, "reason": f"x{text}"}} if number % 2 else {"path": "app.py"})
        for number, text in enumerate(text.replace("\udcff", "x") for text in HOSTILE)
    ]
    report["unchecked"] = [{"path": f"x{text}", "lesson": None, "reason": text} for text in HOSTILE[:28]]

    post(shop, pull, report)

    assert len(ours(pull)) > 2
    for text in unmarked_bodies(pull):
        assert_harmless(text, addresses=[f"{shop.hub.server_url}/acme/shop/"])


def test_a_report_about_other_commits_is_refused(shop: Shop, pull: Pull) -> None:
    report = scan(shop, pull)
    other = shop.commit({"app.py": SAFE}, branch="other")

    for changed in ({"head": other}, {"base": other}, {"head": shop.base}):
        reviewed = post(shop, pull, report | changed, expect=3)

        assert "it is not about" in reviewed.outcome.stderr
        assert reviewed.writes == []


def test_a_report_is_posted_on_the_pull_request_that_github_says_it_is_for(shop: Shop, pull: Pull) -> None:
    other = shop.hosted.pull(8, head=pull.head, branch="feature", fork="octocat/shop", author="octocat")

    report = scan(shop, pull)
    post(shop, pull, {**report, "pull_request": 8, "number": 8})

    assert len(ours(pull)) == 2
    assert ours(other) == []


def test_a_report_for_an_older_commit_of_the_pull_request_is_dropped(shop: Shop, pull: Pull) -> None:
    report = scan(shop, pull)
    payload = shop.hosted.events.workflow_run(pull)
    shop.push(pull, {"app.py": SAFE})
    file = shop.hub.folder / "report.json"
    file.write_text(json.dumps(report), encoding="utf-8")

    late = shop.run("workflow_run", payload, "--report", str(file))

    assert late.writes == []
    assert "Nothing to review" in late.outcome.stderr


def moved(item: Report, line: int) -> None:
    item["start"]["line"] = item["end"]["line"] = line


PLACES: dict[str, Callable[[Report], None]] = {
    "line far outside": lambda item: moved(item, 99_000_000),
    "line 0": lambda item: moved(item, 0),
    "range over everything": lambda item: item["end"].update(line=99_000_000),
    "column far outside": lambda item: item["end"].update(column=99_000_000),
    "another file": lambda item: item.update(path="lessons/TIMEOUT.yaml"),
    "a file that is not there": lambda item: item.update(path="../../.github/workflows/ci.yml"),
    "a path with slashes": lambda item: item.update(path="//app.py"),
}


@pytest.mark.parametrize("change", PLACES.values(), ids=PLACES)
def test_places_outside_of_the_diff_cost_no_other_finding_its_comment(
    shop: Shop, pull: Pull, change: Callable[[Report], None]
) -> None:
    report = scan(shop, pull)
    [timeout, lock] = report["findings"]
    assert timeout["lesson"] == "TIMEOUT"
    change(timeout)

    reviewed = post(shop, pull, report)

    assert f"{lock['path']}:2 **This looks like" in places(pull)
    assert {comment.path for comment in ours(pull)} <= {"app.py", "pay.py"}
    assert [call.split("/")[-1] for call in reviewed.writes] == ["reviews 200"]


def test_comments_of_others_are_not_edited_whatever_a_report_calls_fixed(shop: Shop, pull: Pull) -> None:
    report = scan(shop, pull)
    post(shop, pull, report)
    answer = pull.reply("hubot", ours(pull)[0], f"{ours(pull)[0].body}")
    theirs = pull.comment("octocat", ours(pull)[0].body, path="app.py", line=5, side="RIGHT")
    texts = (answer.body, theirs.body)

    reviewed = post(shop, pull, {**report, "findings": [], "fixed": report["findings"]})

    assert (answer.body, theirs.body) == texts
    assert not [call for call in reviewed.writes if call.startswith("DELETE")]
