"""Proofs of rules as JSON, for programs."""

from __future__ import annotations

from collections.abc import Sequence

from lessonguard.authoring.prove.result import RuleProof, Trial
from lessonguard.output.escape import json_text
from lessonguard.semgrep.explanations import Step


def render_proofs_json(proofs: Sequence[RuleProof]) -> str:
    """Write all proofs as JSON, in their order: the same bytes for the same proofs.

    Lines are 1-based, first and last, both inclusive. A rule need fire in only one of the files of the
    broken commit. `steps` are empty where nobody asked why.
    """
    rules = [_rule(proof) for proof in proofs]
    return json_text({"version": 1, "proven": all(proof.is_proven for proof in proofs), "rules": rules})


def _rule(proof: RuleProof) -> dict[str, object]:
    return {
        "lesson": proof.lesson.incident,
        "rule": proof.rule.id,
        "path": proof.lesson.path,
        "line": proof.rule.line,
        "proven": proof.is_proven,
        "refusal": proof.refusal or None,
        "notes": list(proof.notes),
        "trials": [_trial(trial) for trial in proof.trials],
    }


def _trial(trial: Trial) -> dict[str, object]:
    return {
        "side": trial.side,
        "what": trial.what,
        "line": trial.line,
        "language": trial.language,
        "path": trial.path,
        "commit": trial.commit or None,
        "passed": trial.is_passed,
        "problem": trial.problem_words or None,
        "matches": [
            {"lines": [sighting.first_line, sighting.last_line], "text": sighting.text}
            for sighting in trial.sightings
        ],
        "steps": [_step(step) for step in trial.steps],
    }


def _step(step: Step) -> dict[str, object]:
    return {
        "depth": step.depth,
        "key": step.key,
        "value": step.value,
        "effect": step.effect,
        "lines": [list(lines) for lines in step.lines],
        "nothing_left": step.is_end,
    }
