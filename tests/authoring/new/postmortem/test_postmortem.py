"""What is read from a postmortem: how much of it, and where it was found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.authoring.new.new import merge_drafts
from lessonguard.authoring.new.postmortem.postmortem import read_postmortem
from lessonguard.authoring.new.skeleton.skeleton import write_skeleton
from lessonguard.lessons.header import SCHEMA_URL
from lessonguard.lessons.parse import MAX_BYTES, read_tree
from lessonguard.lessons.yaml_tree import Entries
from tests.support.drafts import INCIDENT
from tests.support.postmortems import read, texts
from tests.support.report import hostile_text

_CASES = sorted((Path(__file__).parents[3] / "cases" / "postmortems").glob("*.md"))


@pytest.mark.parametrize("path", _CASES, ids=lambda path: path.stem)
def test_a_postmortem_becomes_the_lesson_file_that_people_have_looked_at(path: Path) -> None:
    draft = read_postmortem(path.read_text(encoding="utf-8"), incident=INCIDENT, name=path.name)

    text = write_skeleton(merge_drafts(INCIDENT, answers={}, drafts=(draft,)), schema=SCHEMA_URL)

    assert text == path.with_suffix(".yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# Checkout hung", "Checkout hung"),
        ("# Postmortem: Checkout hung", "Checkout hung"),
        ("# INC-245: Checkout hung", "Checkout hung"),
        ("# Incident report — INC-245 — Checkout hung", "Checkout hung"),
        ("# [2026-05-14] Checkout hung", "Checkout hung"),
        ("# Checkout hung (2026-05-14)", "Checkout hung"),
        ("# 2026-05-14 Checkout hung postmortem (incident #465)", "Checkout hung"),
        ("# Outage: checkout hung", "checkout hung"),
        ("# Outage of the checkout on 2026-05-14", "Outage of the checkout"),
        ("Checkout hung\n=============", "Checkout hung"),
        ("**Blameless post-mortem for Checkout hung**", "Checkout hung"),
        ("---\ntitle: Checkout hung\n---\n# Something else", "Checkout hung"),
        ("# Checkout *hung* in `pay()` [again](https://x.example)", "Checkout hung in `pay()` again"),
        ("# Postmortem", ""),
        ("# Post-mortem: [Title of the incident]", ""),
        ("# Incident INC-245", ""),
        ("# Summary\nCheckout hung.", ""),
        ("Checkout hung.", ""),
    ],
)
def test_the_title_is_what_is_left_of_the_heading(heading: str, title: str) -> None:
    assert texts(read(heading)).get("title", "") == title


def test_the_day_in_a_title_is_a_guess() -> None:
    [title, day] = read("# Checkout hung on 2026\u201105\u201114\n").statements

    assert (title.text, day.text, day.is_guess) == ("Checkout hung", "2026-05-14", True)


def test_lines_below_the_front_matter_are_counted_from_the_top() -> None:
    draft = read("\n\n---\ntitle: Checkout hung\n---\n\n## Root cause\nThere was no timeout.\n")

    assert [statement.origin for statement in draft.statements] == ["“title”, line 4", "“Root cause”, line 7"]


def test_vague_text_is_not_taken_and_the_reason_is_given() -> None:
    draft = read("# X\n## Root cause\nHuman error. Somebody pressed the button.\n")

    assert "root-cause" not in texts(draft)
    [offer] = draft.offers
    assert offer.why.startswith('"root-cause" says "Human error", which blames a person')


@pytest.mark.parametrize(
    "text",
    [
        "TBD",
        "[Describe the cause.]",
        "- What led to the incident?",
        "*Why did it break?*",
        "N/A",
        "_none_",
        "<what broke>",
        "...",
    ],
)
def test_placeholders_of_a_template_are_not_taken(text: str) -> None:
    draft = read(f"# Postmortem\nDate: {text}\n\nSeverity: {text}\n\n## Root cause\n\n{text}\n")

    assert texts(draft) == {}


def test_another_incident_id_is_reported() -> None:
    draft = read("---\nid: OPS-77\n---\n# Disk full")

    assert [(offer.key, offer.text, offer.why) for offer in draft.offers] == [
        ("incident", "OPS-77", "the lesson is about INC-245")
    ]
    assert read("Incident ID: inc-245\n").offers == ()


@given(
    st.text()
    | hostile_text
    | st.lists(hostile_text | st.sampled_from(["\n\n## Root cause\n", "\n- ", "\n|"])).map("".join)
)
def test_any_postmortem_becomes_valid_yaml(text: str) -> None:
    draft = read(text)

    root = read_tree(write_skeleton(draft, schema=SCHEMA_URL).encode())

    assert isinstance(root, Entries)
    written = {key.text: value for key, value in root.entries}
    assert written.keys() >= {"incident", "title", "date", "severity", "rules", "examples"}
    assert all(statement.text.isprintable() for statement in draft.statements)


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "e.g. A ",
            "(#",
            "**",
            "[",
            "- ",
            "> ",
            "* a\n  ",
            "a: ",
            "1-",
            ".) ",
            "|a",
            "`",
            "owner: ",
            "\t",
            "<!--",
            "1 May ",
        ),
        *(
            "## Root cause\n",
            "**Root cause:** x\n\n",
            "- **Date:** 2026-05-14\n",
            "\x1b]",
            "2026-05-14 09:12 UTC ",
        ),
    ],
)
@pytest.mark.parametrize("start", ["# ", "## Action items\n- "])
def test_a_postmortem_that_repeats_itself_becomes_a_lesson_that_can_be_read(start: str, unit: str) -> None:
    text = write_skeleton(read(start + unit * 8_000), schema=SCHEMA_URL)

    assert len(text) < MAX_BYTES / 10
    assert isinstance(read_tree(text.encode()), Entries)
