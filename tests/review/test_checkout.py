"""Finding and fetching the commits of a change, also where GitHub or Git cannot."""

from __future__ import annotations

from tests.support.code import BAD, UNLOCKED
from tests.support.shop import Shop, places

REVIEWS, COMMENTS = r"/pulls/7/reviews$", r"/pulls/7/comments$"


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
