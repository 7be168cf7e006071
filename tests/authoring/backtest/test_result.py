"""How often a lesson comments, and what is left of today's findings."""

from __future__ import annotations

import pytest

from lessonguard.authoring.backtest.result import Noise
from tests.support.past import PROVEN, backtest, commented, found


@pytest.mark.parametrize(
    ("comments", "replayed", "noise"),
    [
        (0, 0, "silent"),
        (0, 99, "silent"),
        (2, 2, "quiet"),
        (3, 150, "quiet"),
        (3, 149, "busy"),
        (10, 100, "busy"),
        (11, 100, "noisy"),
        (3, 3, "noisy"),
    ],
)
def test_noise_depends_on_the_share_of_changes(comments: int, replayed: int, noise: str) -> None:
    changes = [commented(number, found("a.py", 1)) for number in range(comments)]

    assert backtest(PROVEN, *changes, replayed=replayed).noise is Noise(noise)


def test_accepted_findings_of_today_are_left_out_of_the_open_ones() -> None:
    about = backtest(today=(found("a.py", 1), found("b.py", 2, is_accepted=True)))

    assert [each.path for each in about.open_today] == ["a.py"]
