"""What a report says of itself: which findings block at a mode."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lessonguard.lessons.model import Mode
from lessonguard.scan.finding import Acceptance, State
from tests.support.report import CACHE, LOCK, TIMEOUT, make_finding, make_report

BLOCKING, COMMENTING, MONITORING = (
    make_finding(lesson=replace(lesson, mode=mode))
    for lesson, mode in ((TIMEOUT, Mode.BLOCK), (LOCK, Mode.COMMENT), (CACHE, Mode.MONITOR))
)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.BLOCK, (BLOCKING,)),
        (Mode.COMMENT, (BLOCKING, COMMENTING)),
        (Mode.MONITOR, (BLOCKING, COMMENTING, MONITORING)),
        (None, ()),
    ],
)
def test_findings_of_a_mode_or_a_stricter_one_block(mode: Mode | None, expected: object) -> None:
    assert make_report(BLOCKING, COMMENTING, MONITORING).blocks(mode) == expected


@pytest.mark.parametrize("state", [State.TOUCHED, State.MOVED])
def test_what_was_there_before_never_blocks(state: State) -> None:
    assert make_report(replace(BLOCKING, state=state)).blocks(Mode.MONITOR) == ()


def test_what_is_accepted_never_blocks() -> None:
    accepted = Acceptance(reason="read-only replica", until=None, where="a.py:1")

    assert make_report(replace(BLOCKING, accepted=accepted)).blocks(Mode.MONITOR) == ()
