"""The action items of a postmortem: what is to be done, by whom and when."""

from __future__ import annotations

import pytest

from lessonguard.authoring.new.draft import FollowUp
from tests.support.postmortems import read


def follow_ups(text: str) -> list[FollowUp]:
    return list(read(f"## Action items\n\n{text}\n").follow_ups)


@pytest.mark.parametrize(
    ("text", "owner", "due"),
    [
        ("- Add a timeout (@acme/payments, 2026-05-28)", "@acme/payments", "2026-05-28"),
        ("- Add a timeout (owner: Ida, due: 28 May 2026)", "Ida", "2026-05-28"),
        ("- [ ] Add a timeout by May 28, 2026 — @ida", "@ida", "2026-05-28"),
        ("- Add a timeout\n  - Owner: Ida\n  - Due: 2026-05-28", "Ida", "2026-05-28"),
        ("- Add a timeout\n  Owner: Ida\n  Deadline: 2026-05-28", "Ida", "2026-05-28"),
        ("| Task | Who | When |\n|---|---|---|\n| Add a timeout | Ida | 2026-05-28 |", "Ida", "2026-05-28"),
        (
            "| Owner | Action item | ETA |\n|-|-|-|\n| @ida | Add a timeout | 28/05/2026 |",
            "@ida",
            "2026-05-28",
        ),
        ("- Add a timeout, as in the deploy of 2026-05-28 by accident", "", ""),
        ("- Add a timeout (@ida, @ben, due 05/06/2026)", "", ""),
        ("| Task | Who | When |\n|---|---|---|\n| Add a timeout | TBD | next week |", "", ""),
    ],
)
def test_an_action_item_has_its_owner_and_its_day(text: str, owner: str, due: str) -> None:
    [item] = follow_ups(text)

    assert item.action.startswith("Add a timeout")
    assert (item.owner, item.due) == (owner, due)


def test_an_item_that_is_done_has_the_day_if_it_is_known() -> None:
    items = follow_ups(
        "| Task | Status | Completed |\n|---|---|---|\n| a | Done | |\n| b | open | |\n"
        "| c | | 2026-05-20 |\n\n- [x] d\n- [ ] e"
    )

    assert [(item.action, item.is_done, item.done_on) for item in items] == [
        ("a", True, ""),
        ("b", False, ""),
        ("c", True, "2026-05-20"),
        ("d", True, ""),
        ("e", False, ""),
    ]
