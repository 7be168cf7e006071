"""What the lessons that a change adds or edits are worth, before they judge anybody."""

from __future__ import annotations

from lessonguard.authoring.backtest.result import BacktestReport
from lessonguard.authoring.check.result import CheckReport
from lessonguard.record import record
from lessonguard.scan.finding import ScanReport


@record
class Preview:
    """What was found out about the lessons of a change.

    `check` is about their files, `past` what they would have said of late (None if no rule could be
    tried). `said` is what they say about the change itself, if that was asked for.
    """

    check: CheckReport
    past: BacktestReport | None
    said: ScanReport | None

    @property
    def is_sound(self) -> bool:
        """Tell whether the lessons can be used: all are valid and proven."""
        return not self.check.fails(strict=False)
