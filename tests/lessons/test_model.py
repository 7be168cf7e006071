"""What the values of a lesson can answer."""

from __future__ import annotations

import pytest

from lessonguard.lessons.model import Mode


@pytest.mark.parametrize(
    ("mode", "limit", "expected"),
    [
        (Mode.BLOCK, Mode.BLOCK, True),
        (Mode.BLOCK, Mode.MONITOR, True),
        (Mode.COMMENT, Mode.BLOCK, False),
        (Mode.MONITOR, Mode.MONITOR, True),
        (Mode.BLOCK, None, False),
    ],
)
def test_a_mode_reaches_those_that_are_as_mild_or_milder(
    mode: Mode, limit: Mode | None, expected: bool
) -> None:
    assert mode.reaches(limit) is expected
