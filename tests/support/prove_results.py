"""Build results of samples and proofs, for the pure tests of `prove`."""

from __future__ import annotations

from typing import Any

from lessonguard.authoring.prove.result import RuleProof, SampleResult, Side
from lessonguard.semgrep.interface import Match
from tests.support.past import PROVEN


def match(start: int, end: int) -> Match:
    """Return a match from a byte offset to before another."""
    return Match(rule="INC-245", target=0, start=start, end=end, message="", fix=None)


def result(side: Side, *matches: Match, content: bytes = b"a()\nb()\n", **fields: Any) -> SampleResult:  # noqa: ANN401
    """Return the result of a Python example, or of a file at a commit."""
    given: dict[str, Any] = {"what": "example 1", "line": 9, "language": "python", "path": "example.py"}
    return SampleResult(side=side, content=content, matches=matches, **(given | fields))


def proof(*results: SampleResult, **fields: Any) -> RuleProof:  # noqa: ANN401 - those of `RuleProof`
    """Return the proof of the only rule of a lesson."""
    return RuleProof(lesson=PROVEN, rule=PROVEN.rules[0], results=results, **fields)
