"""What a check of lesson files found."""

from __future__ import annotations

from lessonguard.lessons.diagnostic import Diagnostic, Level
from lessonguard.record import record


@record(order=True)
class FixedFile:
    """A lesson file that `--fix` rewrote, and each change in a few words."""

    path: str
    changes: tuple[str, ...]


@record
class CheckReport:
    """What a check of lesson files found.

    `diagnostics` are sorted by path and place. `lessons` counts the files, `rules` and `examples` (bad and
    good code, each for itself) those of the valid ones. `notes` say what was not checked, and why that is no
    fault. `fixed` are the files that were rewritten before; `fixable` counts the diagnostics that `--fix`
    can fix.
    """

    diagnostics: tuple[Diagnostic, ...]
    lessons: int
    rules: int
    examples: int
    notes: tuple[str, ...] = ()
    fixed: tuple[FixedFile, ...] = ()
    fixable: int = 0

    def count(self, level: Level) -> int:
        """Return the number of diagnostics of a level."""
        return sum(diagnostic.level == level for diagnostic in self.diagnostics)

    def fails(self, *, strict: bool) -> bool:
        """Return whether there is an error, or with `strict` a warning."""
        return bool(self.diagnostics) if strict else bool(self.count("error"))
