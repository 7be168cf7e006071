"""Proofs of rules as JSON, for programs."""

from __future__ import annotations

from collections.abc import Sequence

from lessonguard.authoring.prove.result import RuleProof, SampleResult
from lessonguard.output.escape import json_text


def render_proofs_json(proofs: Sequence[RuleProof]) -> str:
    """Return all proofs as JSON, in their order: the same bytes for the same proofs.

    Lines are 1-based, first and last, both inclusive. A rule needs to match only one of the files of the
    broken commit. `steps` are empty if the result needs no explanation.
    """
    rules = [
        {
            "lesson": proof.lesson.incident,
            "rule": proof.rule.id,
            "path": proof.lesson.path,
            "line": proof.rule.line,
            "proven": proof.is_proven,
            "refusal": proof.explanation.text if proof.explanation else proof.refusal or None,
            "notes": list(proof.notes),
            "trials": [_result(result) for result in proof.results],
        }
        for proof in proofs
    ]
    return json_text({"version": 1, "proven": all(proof.is_proven for proof in proofs), "rules": rules})


def _result(result: SampleResult) -> dict[str, object]:
    return {
        "side": result.side,
        "what": result.what,
        "line": result.line,
        "language": result.language,
        "path": result.path,
        "commit": result.commit or None,
        "passed": result.is_passed,
        "problem": result.problem_words or None,
        "matches": [
            {"lines": [lines.start, lines.stop - 1], "text": text} for lines, text in result.matched_code
        ],
        "steps": [
            {
                "depth": step.depth,
                "key": step.key,
                "value": step.value,
                "effect": step.effect,
                "lines": [list(lines) for lines in step.lines],
                "nothing_left": step.is_end,
            }
            for step in result.steps
        ],
    }
