"""Proof that the rules of lessons work: on which code each was tried, and what it did there."""

from __future__ import annotations

from typing import Literal

from lessonguard.lessons.model import Lesson, Rule
from lessonguard.record import record

Side = Literal["bad", "good", "broken", "fixed"]
"""What a rule should do: fire on `bad` code and at the `broken` commit, be silent on the others."""


@record(order=True)
class Sighting:
    """Where a rule matches in a piece of code: 1-based lines, both ends inclusive, and the text."""

    first_line: int
    last_line: int
    text: str


@record
class Trial:
    """A piece of code that a rule was tried on.

    `what` names it: `example 2`, `billing/pay.py at 4f1c2d9`.
    `line` is where it stands in the lesson file. `problem` says why it could not be tried.
    """

    side: Side
    what: str
    line: int
    language: str
    code: str
    sightings: tuple[Sighting, ...]
    problem: str = ""

    @property
    def is_passed(self) -> bool:
        """Tell whether the rule did here what it should."""
        return not self.problem and bool(self.sightings) is (self.side in {"bad", "broken"})


@record
class RuleProof:
    """A rule and all that it was tried on.

    `refusal` says why Semgrep does not take the rule; then nothing was tried. At a commit of
    several files the rule need only fire in one: such trials count together.
    """

    lesson: Lesson
    rule: Rule
    trials: tuple[Trial, ...]
    refusal: str = ""

    @property
    def is_proven(self) -> bool:
        """Tell whether the rule fires wherever it should, and nowhere else."""
        examples = [trial for trial in self.trials if trial.side in {"bad", "good", "fixed"}]
        broken = [trial for trial in self.trials if trial.side == "broken"]
        fires = not broken or any(trial.is_passed for trial in broken)
        return not self.refusal and fires and all(trial.is_passed for trial in examples)
