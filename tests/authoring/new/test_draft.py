"""What is known of a lesson that is still to be written."""

from __future__ import annotations

from dataclasses import replace

from lessonguard.authoring.new.draft import Statement
from tests.support.drafts import empty_draft, filled_draft


def test_the_first_value_that_is_no_guess_counts() -> None:
    guess = Statement(key="title", text="A guess", is_guess=True)
    first, second = Statement(key="title", text="First"), Statement(key="title", text="Second")
    draft = replace(empty_draft(), statements=(guess, first, second))

    assert draft.get("title") == first
    assert replace(draft, statements=(guess,)).text("title") == "A guess"
    assert replace(draft, statements=()).text("title") == ""


def test_missing_keys_are_the_required_ones_and_the_language() -> None:
    assert filled_draft().missing == ()
    assert empty_draft().missing == (
        *("title", "date", "severity", "failure-class", "failure-mode", "root-cause"),
        *("mitigation", "invariant", "language"),
    )
