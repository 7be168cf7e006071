"""Explanations of failures, and an engine that has none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lessonguard.authoring.prove.explain import explain_failures
from lessonguard.authoring.prove.locations import Locations
from lessonguard.authoring.prove.result import SampleResult
from lessonguard.semgrep.installed import TESTED, Semgrep
from lessonguard.semgrep.interface import Limits
from tests.support.prove_cases import Shop
from tests.support.semgrep import install_semgrep


def test_an_engine_that_cannot_explain_leaves_the_rest_as_it_is(
    shop: Shop, semgrep: Semgrep, tmp_path: Path
) -> None:
    install_semgrep(tmp_path, "echo '{\"errors\": []}'")
    failed = [
        replace(proof, results=tuple(map(_without_steps, proof.results))) for proof in shop.proofs["FIRES"]
    ]
    locations = Locations(lambda path: (shop.repo.path / path).read_bytes())

    for other in (
        Semgrep(package=tmp_path / "semgrep", version=(*TESTED[1], 0)),
        Semgrep(package=semgrep.package, version=(99, 0, 0)),
    ):
        assert explain_failures(failed, locations=locations, semgrep=other, limits=Limits()) == tuple(failed)


def _without_steps(result: SampleResult) -> SampleResult:
    return replace(result, steps=())
