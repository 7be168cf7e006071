"""Proofs for a terminal: whole outputs, widths and colours."""

from __future__ import annotations

import re

import pytest

from lessonguard.authoring.prove.text import render_proofs
from lessonguard.lessons.model import IncidentId
from lessonguard.output.terminal import column_width
from tests.support.prove_cases import CASES, Shop, read_case


@pytest.mark.parametrize("name", CASES)
def test_the_text_of_each_case_is_as_approved(name: str, shop: Shop) -> None:
    lesson = shop.library.by_incident[IncidentId(name)]

    assert render_proofs(shop.proofs[name], [lesson], width=80, colour=False) == read_case(CASES[name])[1]


@pytest.mark.parametrize("width", [48, 120])
def test_nothing_is_wider_than_the_terminal(width: int, shop: Shop) -> None:
    proofs = [proof for proofs in shop.proofs.values() for proof in proofs]

    lines = render_proofs(proofs, shop.library.lessons, width=width, colour=False).splitlines()

    wide = [line for line in lines if column_width(line) > width]
    allowed = re.compile("://|lessons/|-rule-")  # links are not broken, nor are names
    assert [line for line in wide if not allowed.search(line)] == []


def test_colour_only_adds_to_the_text(shop: Shop) -> None:
    proofs = [proof for proofs in shop.proofs.values() for proof in proofs]

    plain, coloured = (
        render_proofs(proofs, shop.library.lessons, width=80, colour=colour) for colour in (False, True)
    )

    assert "\x1b" not in plain
    assert "\x1b[31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
