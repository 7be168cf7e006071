"""The sections of a postmortem: which heading or label is about which topic."""

from __future__ import annotations

import pytest

from lessonguard.authoring.new.postmortem.outline import read_outline
from lessonguard.authoring.new.postmortem.sections import HEADINGS, find_sections, find_topic
from tests.support.postmortems import read, texts


@pytest.mark.parametrize(
    "text",
    [
        "## Root cause\n\nThere was no timeout.",
        "Root Cause(s)\n---\nThere was no timeout.",
        "### 3.2 ROOT CAUSE:\nThere was no timeout.",
        "**Root cause**\n\nThere was no timeout.",
        "**Root cause:** There was no timeout.",
        "**Root cause**: There was no timeout.",
        "*Root cause:* There was no timeout.",
        "Root cause: There was no timeout.",
        "- **Root cause:** There was no timeout.",
        "- Root cause:\n  - There was no timeout.",
        "| Root cause | There was no timeout. |\n|---|---|\n| Date | |",
        "| What | |\n|---|---|\n| Root cause | There was no timeout. |",
        "| Root cause | Date |\n|---|---|\n| There was no timeout. | |",
        "| ID | INC-245 | Root cause | There was no timeout. |\n|-|-|-|-|\n| Date | | Status | done |",
        "> **ID:** INC-245 | **Root cause:** There was no timeout. | **Status:** done",
        "---\nroot-cause: There was no timeout.\n---\n",
        "---\nroot_cause: >\n  There was\n  no timeout.\n---\n",
        "\ufeff---\nroot cause: There was no timeout.\n...\n",
        "## 🔥 Root causes & triggers\nThere was no timeout.",
        "## Why did this happen?\n### In short\nThere was no timeout.\n## Impact\nLarge.",
        "<!-- a comment -->\n## Root cause\n<b>There</b> was<br>no timeout.\n<div>\n",
        "## Root cause\n\nThere was no timeout.\n\n```\nRoot cause: code\n```\n",
    ],
)
def test_a_root_cause_is_found_however_it_is_headed(text: str) -> None:
    assert texts(read(text)) == {"root-cause": "There was no timeout."}


def test_the_better_of_two_headings_counts_and_the_other_is_offered() -> None:
    draft = read("## Resolution\nWe restarted the service.\n## Mitigation\nWe passed a timeout.")

    assert texts(draft) == {"mitigation": "We passed a timeout."}
    assert [(offer.text, offer.origin) for offer in draft.offers] == [
        ("We restarted the service.", "“Resolution”, line 1")
    ]


def test_what_is_below_a_title_in_between_is_offered_and_not_taken() -> None:
    draft = read("## Root cause\nThere was no timeout.\n### And then\nWe were lucky.\n")

    assert texts(draft) == {"root-cause": "There was no timeout."}
    assert [(offer.key, offer.text) for offer in draft.offers] == [("root-cause", "We were lucky.")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("The pool ran dry. It was filled.", "The pool ran dry."),
        ("It (i.e. the client) broke, e.g. Firefox. Then not.", "It (i.e. the client) broke, e.g. Firefox."),
        ("Version 1.2 broke v. 3 of it! Then", "Version 1.2 broke v. 3 of it!"),
        ("It said “no.” We did not", "It said “no.”"),
        ("it had no end", "it had no end."),
        ("- it had no end\n- it had no beginning", "it had no end."),
        ("It was J. Doe's cache. Gone.", "It was J. Doe's cache."),
        ("停止しました。復旧しました。", "停止しました。"),
    ],
)
def test_a_failure_mode_is_one_sentence(text: str, sentence: str) -> None:
    assert texts(read(f"## Failure mode\n{text}"))["failure-mode"] == sentence


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("Root Cause(s)", ("root-cause", 0)),
        ("3.2 Root cause:", ("root-cause", 0)),
        ("The root cause", ("root-cause", 0)),
        ("Mitigation and resolution", ("mitigation", 0)),
        ("Date/Time", ("date", 13)),
        ("Impact", ("", 6)),
        ("Lunch", None),
        ("Impact of lunch and root cause", None),
    ],
)
def test_a_topic_is_found_by_the_words_of_common_templates(title: str, topic: tuple[str, int] | None) -> None:
    assert find_topic(title) == topic


def test_a_section_ends_at_a_heading_that_no_lesson_needs() -> None:
    [section] = find_sections(read_outline("## Root cause\nNo timeout.\n## Impact\nAll users.\n"))

    assert section.origin == "“Root cause”, line 1"
    assert section.first_line == "No timeout."
    assert [block.text for block in section.blocks] == ["No timeout."]


def test_no_heading_is_about_two_topics() -> None:
    known = [words for listed in HEADINGS.values() for words in " ".join(listed.split()).split(", ")]

    assert len(known) == len(set(known))
    assert all(find_topic(words) for words in known)
