"""`lessonguard review` when GitHub fails, refuses or limits: nothing is lost, and nothing said twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.code import BAD, UNLOCKED
from tests.support.hub.server import Hub
from tests.support.shop import Shop, ours, places, summaries

REVIEWS, COMMENTS = r"/pulls/7/reviews$", r"/pulls/7/comments$"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with Hub(tmp_path) as hub:
        yield hub


@pytest.fixture
def shop(hub: Hub, tmp_path: Path) -> Shop:
    return Shop(hub, tmp_path)


@pytest.mark.parametrize("before", [True, False], ids=["before it is posted", "after it is posted"])
def test_a_review_whose_answer_is_a_502_is_there_once(shop: Shop, before: bool) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.hub.fail("POST", REVIEWS, 502, before=before)

    shop.review(pull, expect=1)

    assert len(ours(pull)) == 1
    assert len(summaries(pull)) == 1


def test_a_review_whose_answer_never_comes_is_there_once(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.hub.drop("POST", REVIEWS)

    shop.review(pull, expect=1)

    assert (len(ours(pull)), len(summaries(pull))) == (1, 1)


@pytest.mark.parametrize("status", [403, 429])
def test_the_secondary_rate_limit_is_waited_for(shop: Shop, status: int) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.hub.limit("POST", REVIEWS, status=status)

    shop.review(pull, expect=1)

    assert len(ours(pull)) == 1


def test_a_rate_limit_that_lasts_for_long_is_exit_3_with_all_outputs(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.hub.exhaust("GET", COMMENTS, reset=4_000_000_000)

    reviewed = shop.review(pull, expect=3)

    assert "rate" in reviewed.outcome.stderr
    assert reviewed.run.outputs["introduced"] == "1"
    assert reviewed.outcome.stdout.startswith("::error file=app.py")


def test_a_place_that_github_does_not_take_is_looked_up_in_its_own_diff(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD, "pay.py": UNLOCKED})
    shop.hub.fail("POST", REVIEWS, 422)

    reviewed = shop.review(pull, expect=1)

    assert places(pull) == ["app.py:5 **This looks like", "pay.py:2 **This looks like"]
    assert len(reviewed.calls) <= 10


def test_places_that_github_goes_on_refusing_are_told_in_the_summary(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD, "pay.py": UNLOCKED})
    shop.hub.fail("POST", REVIEWS, 422, times=2)

    shop.review(pull, expect=1)

    assert ours(pull) == []
    [summary] = summaries(pull)
    assert "app.py:5" in summary.body
    assert "pay.py:2" in summary.body
    assert "Pass an explicit timeout" in summary.body


def test_a_diff_too_large_for_github_to_show_gets_comments_on_files(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD + "x = 1  # and more\n" * 25_000})

    shop.review(pull, expect=1)

    assert "app.py" in summaries(pull)[0].body


def test_github_that_is_down_is_exit_3_and_never_clean(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.hub.fail("GET", COMMENTS, 502, times=1_000)

    reviewed = shop.review(pull, expect=3)

    assert "Cannot read the comments of pull request 7" in reviewed.outcome.stderr
    assert reviewed.run.outputs["introduced"] == "1"


def test_a_merge_base_that_github_does_not_tell_is_found_in_history(shop: Shop) -> None:
    pull = shop.pull({"new.py": UNLOCKED})
    shop.repo.commit("Meanwhile", {"pay.py": UNLOCKED})
    shop.hub.fail("GET", "/compare/", 500, times=1_000)

    shop.review(pull)

    assert places(pull) == ["new.py:2 **This looks like"]


def test_a_head_that_is_not_handed_out_by_name_is_fetched_by_the_ref_of_the_pull_request(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.repo.git("branch", "--delete", "--force", pull.branch)
    shop.hosted.hands_out_any = False

    shop.review(pull, expect=1)

    assert places(pull) == ["app.py:5 **This looks like"]


def test_what_git_cannot_fetch_comes_from_the_api(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.hub.fail("POST", "/git-upload-pack$", 500, times=1_000)

    shop.review(pull, expect=1)

    assert places(pull) == ["app.py:5 **This looks like"]


def test_what_nobody_gives_is_exit_3_with_what_to_do(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.hub.fail("POST", "/git-upload-pack$", 500, times=1_000)
    shop.hub.fail("GET", "/git/", 500, times=1_000)

    reviewed = shop.review(pull, expect=3)

    assert "Cannot" in reviewed.outcome.stderr
    assert "hint: " in reviewed.outcome.stderr
    assert reviewed.writes == []


def test_a_token_that_is_not_valid_is_exit_3_without_showing_it(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD})

    reviewed = shop.review(pull, expect=3, variables={"GITHUB_TOKEN": "ghs_expired"})

    assert "ghs_expired" not in reviewed.outcome.stdout + reviewed.outcome.stderr
    assert reviewed.writes == []


def test_a_server_of_ones_own_is_asked_at_its_own_addresses(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD})
    addresses = {
        "GITHUB_API_URL": shop.hub.enterprise_api_url,
        "GITHUB_GRAPHQL_URL": shop.hub.enterprise_graphql_url,
    }

    shop.review(pull, expect=1, variables=addresses)
    shop.push(pull, {"pay.py": UNLOCKED})
    reviewed = shop.review(pull, expect=1, variables=addresses)

    assert len(ours(pull)) == 2
    assert reviewed.calls
