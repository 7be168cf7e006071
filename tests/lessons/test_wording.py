"""Vague wording is found, and nothing else is."""

from __future__ import annotations

import pytest

from lessonguard.lessons.wording import find_vague


@pytest.mark.parametrize(
    "text",
    [
        "The client should have a timeout.",
        "An operator's errors are not shown.",
        "The retry loop had no upper bound, a bug in the code of the client that nobody tested.",
        "Roll back to the previous image, then drain the queue.",
        "A misconfiguration of the proxy sent all traffic to one zone.",
        "Error 503 was treated as success.",
        "`None` was returned for a missing user.",
    ],
)
def test_wording_that_names_something_is_not_vague(text: str) -> None:
    assert find_vague(text) is None


def test_the_search_for_vague_wording_takes_no_time_on_long_punctuation() -> None:
    assert find_vague("." * 200_000 + "x") is None
