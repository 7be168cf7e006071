"""Proofs as JSON."""

from __future__ import annotations

import json

from lessonguard.authoring.prove.json import render_proofs_json
from tests.support.prove_cases import CASES, Shop


def test_the_json_of_a_case_is_as_approved(shop: Shop) -> None:
    report = json.loads(render_proofs_json(shop.proofs["NOT-PATTERN"]))

    assert report == json.loads((CASES["PROVEN"].parent / "not-pattern.json").read_text(encoding="utf-8"))
