"""Find out why rules did not do what they should: what each of their parts did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from lessonguard.authoring.locations import Locations
from lessonguard.authoring.prove.result import RuleProof, Trial
from lessonguard.authoring.prove.rule_errors import FindSyntaxError, explain_refusal, is_about_glob
from lessonguard.lessons.model import Rule
from lessonguard.semgrep.batches import RuleTargets
from lessonguard.semgrep.globs import glob_fault
from lessonguard.semgrep.installed import Semgrep
from lessonguard.semgrep.interface import Limits, Target
from lessonguard.semgrep.rules import engine_rule

MOST = 12
"""How many trials of a rule are explained; no output has room for more."""


def explain_failures(
    proofs: Sequence[RuleProof], *, locations: Locations, semgrep: Semgrep, limits: Limits
) -> tuple[RuleProof, ...]:
    """Give the same proofs, with the steps of the rule where a trial failed, and refusals in plain words.

    Semgrep is asked again only if there is such a trial or refusal; what it does not explain stays without.
    """
    find_syntax_error = partial(semgrep.find_syntax_error, limits=limits)
    return tuple(
        replace(proof, refusal=_refusal(proof, locations, find_syntax_error)) if proof.refusal else proof
        for proof in _with_steps(proofs, semgrep, limits)
    )


def _refusal(proof: RuleProof, locations: Locations, find_syntax_error: FindSyntaxError) -> str:
    if is_about_glob(proof.refusal) and (fault := _glob_fault(proof.rule)):
        return f"{proof.lesson.path}:{proof.rule.line}:1: {fault}"
    return explain_refusal(proof, locations, find_syntax_error).text


def _glob_fault(rule: Rule) -> str:
    """Say which glob of the rule's `paths` cannot be read: Semgrep only tells what it made of it."""
    paths = dict(rule.document.get("paths") or {})
    return next((fault for globs in paths.values() for glob in globs if (fault := glob_fault(glob))), "")


def _with_steps(proofs: Sequence[RuleProof], semgrep: Semgrep, limits: Limits) -> tuple[RuleProof, ...]:
    failed = [
        (proof, trial)
        for proof in proofs
        for trial in [trial for trial in proof.failures if not trial.problem][:MOST]
    ]
    if not failed:
        return tuple(proofs)
    questions = [_question(*each, semgrep, key=key) for key, each in enumerate(failed)]
    steps = semgrep.explain(questions, limits=limits)
    explained = {id(trial): steps.get(key, ()) for key, (_, trial) in enumerate(failed)}
    return tuple(
        replace(
            proof,
            trials=tuple(replace(trial, steps=explained.get(id(trial), ())) for trial in proof.trials),
        )
        for proof in proofs
    )


def _question(proof: RuleProof, trial: Trial, semgrep: Semgrep, *, key: int) -> RuleTargets:
    rule = engine_rule(proof.rule, semgrep.languages)
    row = semgrep.languages.named(trial.language)
    analyzers = rule.analyzers & {row.id} if row else frozenset()
    content = trial.code.encode()
    target = Target(key=key, path=trial.path, content=content, analyzers=analyzers or rule.analyzers)
    return RuleTargets(rule=rule, targets=(target,))
