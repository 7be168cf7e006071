"""An instant by which work is done or given up; and what is not done by then is not called clean."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

from lessonguard.record import record
from lessonguard.semgrep.interface import Limits


class TimeIsUpError(Exception):
    """The time that some work may take is over."""


@record
class Deadline:
    """An instant of the monotonic clock, or None for no end."""

    at: float | None

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the instant that is so many seconds from now."""
        return cls(at=monotonic() + seconds)

    @property
    def is_over(self) -> bool:
        """Return whether this instant has come."""
        return self.at is not None and monotonic() >= self.at

    def check(self) -> None:
        """Raise `TimeIsUpError` if it is over."""
        if self.is_over:
            raise TimeIsUpError

    def limit(self, limits: Limits) -> Limits:
        """Return limits that end a run of Semgrep at this instant at the latest."""
        if self.at is None:
            return limits
        return replace(limits, deadline=max(0.1, min(limits.deadline, self.at - monotonic())))


NEVER = Deadline(at=None)
