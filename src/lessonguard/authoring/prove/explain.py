"""Find out why rules did not do what they should: what each of their parts found or removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from lessonguard.authoring.prove.locations import Locations
from lessonguard.authoring.prove.result import RuleProof, SampleResult
from lessonguard.authoring.prove.rule_errors import explain_refusal, is_about_glob
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.semgrep.batches import RuleTargets
from lessonguard.semgrep.globs import glob_fault
from lessonguard.semgrep.installed import Semgrep
from lessonguard.semgrep.interface import Limits, Target
from lessonguard.semgrep.rules import engine_rule

# Failures of one rule that are explained: `render_proofs` shows 3 of them with code, and 10 that take a line.
_MAX_EXPLAINED = 12


def explain_failures(
    proofs: Sequence[RuleProof], *, locations: Locations, semgrep: Semgrep, limits: Limits
) -> tuple[RuleProof, ...]:
    """Return the same proofs, with the steps of the rule where it failed, and explanations of refusals.

    Semgrep runs again only if there is a failure or a refusal; what it does not explain stays as it is.
    """
    failed = [
        (proof, result)
        for proof in proofs
        for result in [result for result in proof.failures if not result.problem][:_MAX_EXPLAINED]
    ]
    batches = [_batch(proof, result, semgrep, key=key) for key, (proof, result) in enumerate(failed)]
    steps = semgrep.explain(batches, limits=limits) if batches else {}
    explained = {id(result): steps.get(key, ()) for key, (_, result) in enumerate(failed)}

    def explain(proof: RuleProof) -> Diagnostic:
        # Of a glob in the `paths` of a rule, Semgrep only prints the regular expression that it made of it.
        paths = dict(proof.rule.document.get("paths") or {})
        faults = (glob_fault(glob) for globs in paths.values() for glob in globs)
        if is_about_glob(proof.refusal) and (fault := next(filter(None, faults), "")):
            return Diagnostic(path=proof.lesson.path, line=proof.rule.line, code="glob", message=fault)
        return explain_refusal(proof, locations, partial(semgrep.find_syntax_error, limits=limits))

    return tuple(
        replace(
            proof,
            explanation=explain(proof) if proof.refusal else None,
            results=tuple(replace(result, steps=explained.get(id(result), ())) for result in proof.results),
        )
        for proof in proofs
    )


def _batch(proof: RuleProof, result: SampleResult, semgrep: Semgrep, *, key: int) -> RuleTargets:
    rule = engine_rule(proof.rule, semgrep.languages)
    row = semgrep.languages.named(result.language)
    analyzers = rule.analyzers & {row.id} if row else frozenset()
    target = Target(key=key, path=result.path, content=result.content, analyzers=analyzers or rule.analyzers)
    return RuleTargets(rule=rule, targets=(target,))
