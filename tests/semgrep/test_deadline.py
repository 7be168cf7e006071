"""A deadline ends work, and what Semgrep may still take of it."""

from __future__ import annotations

import pytest

from lessonguard.semgrep.interface import NEVER, Deadline, Limits, TimeIsUpError


def test_work_goes_on_until_the_deadline() -> None:
    NEVER.check()
    Deadline.after(60).check()

    with pytest.raises(TimeIsUpError):
        Deadline.after(0).check()


def test_semgrep_ends_at_the_deadline_at_the_latest() -> None:
    assert NEVER.limit(Limits(deadline=9)).deadline == 9
    assert Deadline(at=0.0).limit(Limits(deadline=9)).deadline == 0.1
