"""The variables of the runner: its token and its server."""

from __future__ import annotations

from tests.support.code import BAD, UNLOCKED
from tests.support.shop import Shop, ours

REVIEWS, COMMENTS = r"/pulls/7/reviews$", r"/pulls/7/comments$"


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
