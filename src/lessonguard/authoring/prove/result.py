"""Proof that the rules of lessons work: on which code each was tried, and what it did there."""

from __future__ import annotations

from typing import Literal

from lessonguard.lessons.model import Lesson, Rule
from lessonguard.record import record
from lessonguard.semgrep.explanations import Step

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

    `what` names it: `example 2`, `billing/pay.py at 4f1c2d9`. `line` is where it stands in the lesson
    file. `path` is what the rule's `paths` see, `commit` where the file was taken from as the lesson
    names it, or empty. `problem` says why it could not be tried, and `hint` what to do about that.
    `steps` tell how the rule came to do what it did, where that was asked and is known.
    """

    side: Side
    what: str
    line: int
    language: str
    path: str
    code: str
    sightings: tuple[Sighting, ...]
    commit: str = ""
    problem: str = ""
    hint: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def problem_words(self) -> str:
        """Return the problem and the hint as one sentence: `problem; hint`."""
        return f"{self.problem}; {self.hint}" if self.hint else self.problem

    @property
    def is_passed(self) -> bool:
        """Tell whether the rule did here what it should."""
        return not self.problem and bool(self.sightings) is (self.side in {"bad", "broken"})


@record
class RuleProof:
    """A rule and all that it was tried on.

    `refusal` says why Semgrep does not take the rule; then nothing was tried. At a commit of
    several files the rule need only fire in one: such trials count together. `notes` say what was not
    tried, and why that is no fault.
    """

    lesson: Lesson
    rule: Rule
    trials: tuple[Trial, ...]
    refusal: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Tell whether the rule fires wherever it should, and nowhere else."""
        return not self.refusal and not self.failures

    @property
    def failures(self) -> tuple[Trial, ...]:
        """Give the trials that keep the rule from being proven."""
        fires = any(trial.side == "broken" and trial.is_passed for trial in self.trials)
        return tuple(
            trial for trial in self.trials if not trial.is_passed and not (trial.side == "broken" and fires)
        )
