"""The proof that rules work: the samples that each was tried on, and what it matched there."""

from __future__ import annotations

from typing import Literal

from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Lesson, Rule
from lessonguard.record import record
from lessonguard.scan.source import Source
from lessonguard.semgrep.explanations import Step
from lessonguard.semgrep.interface import Match

# A rule should match `bad` code and code at the `broken` commit, and nothing in the others.
Side = Literal["bad", "good", "broken", "fixed"]


@record
class SampleResult:
    """A piece of code that a rule was tried on, with what the rule matched in it.

    `what` names it: `example 2`, `billing/pay.py at 4f1c2d9aa0`. `line` is its line in the lesson file,
    1-based. `path` is what the rule's `paths` see, `commit` where the file was taken from as the lesson
    names it, or empty. `problem` is why it could not be tried, and `hint` what to do about that.
    `steps` are what each part of the rule matched, if that was asked for and is known.
    """

    side: Side
    what: str
    line: int
    language: str
    path: str
    content: bytes
    matches: tuple[Match, ...]
    commit: str = ""
    problem: str = ""
    hint: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def problem_words(self) -> str:
        """Return the problem and the hint as one sentence: `problem; hint`."""
        return f"{self.problem}; {self.hint}" if self.hint else self.problem

    @property
    def matched_code(self) -> tuple[tuple[range, str], ...]:
        """Return the 1-based lines and the text of each match, in order; equal ones once."""
        source = Source(self.content)
        found = {(source.lines_of(m.start, m.end), source.text(m.start, m.end)) for m in self.matches}
        return tuple(sorted(found, key=lambda item: (item[0].start, item[0].stop, item[1])))

    @property
    def is_passed(self) -> bool:
        """Return whether the rule did here what it should."""
        return not self.problem and bool(self.matches) is (self.side in {"bad", "broken"})


@record
class RuleProof:
    """A rule and all that it was tried on.

    `refusal` is what Semgrep prints about a rule that it refuses; then nothing was tried. `explanation`
    is that in words for authors, if it was asked for. The rule needs to match only one of the files at
    the broken commit: their results count together. `notes` are what was not tried, and why that is no fault.
    """

    lesson: Lesson
    rule: Rule
    results: tuple[SampleResult, ...]
    refusal: str = ""
    explanation: Diagnostic | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Return whether the rule matches wherever it should, and nowhere else."""
        return not self.refusal and not self.failures

    @property
    def matches_broken(self) -> bool:
        """Return whether the rule matches a file at the broken commit."""
        return any(result.side == "broken" and result.is_passed for result in self.results)

    @property
    def failures(self) -> tuple[SampleResult, ...]:
        """List the results that keep the rule from being proven."""
        return tuple(
            result
            for result in self.results
            if not result.is_passed and not (result.side == "broken" and self.matches_broken)
        )
