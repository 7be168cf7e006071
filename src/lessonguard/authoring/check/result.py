"""Remarks: what there is to say about lesson files, and about accept comments elsewhere."""

from __future__ import annotations

from lessonguard.lessons.diagnostic import Diagnostic, Level
from lessonguard.record import record


@record(order=True)
class Mended:
    """A lesson file that was rewritten, and in a few words each, what was changed in it."""

    path: str
    changes: tuple[str, ...]


@record
class CheckReport:
    """What a check of lesson files found.

    `diagnostics` are sorted by path and place. `lessons` counts the files, `rules` and `examples` (bad and
    good code, each for itself) those of the valid ones. `notes` say what was not looked at, and why that
    is no fault. `mended` are the files that were rewritten before; `mendable` counts the diagnostics that
    have a fix.
    """

    diagnostics: tuple[Diagnostic, ...]
    lessons: int
    rules: int
    examples: int
    notes: tuple[str, ...] = ()
    mended: tuple[Mended, ...] = ()
    mendable: int = 0

    def count(self, level: Level) -> int:
        """Count the diagnostics of a level."""
        return sum(diagnostic.level == level for diagnostic in self.diagnostics)

    def fails(self, *, strict: bool) -> bool:
        """Tell whether the lessons must be mended: because of an error, or if `strict` of a warning."""
        return bool(self.diagnostics) if strict else bool(self.count("error"))
