"""What is read of a postmortem: under which headings, how far, and where it was found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.authoring.new.draft import Draft, FollowUp
from lessonguard.authoring.new.new import make_draft
from lessonguard.authoring.new.postmortem.moments import find_moment, first_day, write_moment
from lessonguard.authoring.new.postmortem.read import read_postmortem
from lessonguard.authoring.new.postmortem.topics import TOPICS, find_topic
from lessonguard.authoring.new.skeleton.write import write_skeleton
from lessonguard.lessons.header import SCHEMA_URL
from lessonguard.lessons.model import IncidentId
from lessonguard.lessons.parse import MAX_BYTES, read_tree
from lessonguard.lessons.yaml_tree import Entries
from tests.support.report import hostile_text

_CASES = sorted((Path(__file__).parents[3] / "cases" / "postmortems").glob("*.md"))
_INCIDENT = IncidentId("INC-245")


def read(text: str, incident: str = _INCIDENT) -> Draft:
    """Read a postmortem, and put aside what does not fit into a lesson, as the command does."""
    told = read_postmortem(text, incident=IncidentId(incident), name="postmortem.md")
    return make_draft(IncidentId(incident), answers={}, told=(told,))


def texts(draft: Draft) -> Mapping[str, str]:
    return {statement.key: statement.text for statement in reversed(draft.statements)}


@pytest.mark.parametrize("path", _CASES, ids=lambda path: path.stem)
def test_a_postmortem_becomes_the_lesson_file_that_people_have_looked_at(path: Path) -> None:
    told = read_postmortem(path.read_text(encoding="utf-8"), incident=_INCIDENT, name=path.name)

    text = write_skeleton(make_draft(_INCIDENT, answers={}, told=(told,)), schema=SCHEMA_URL)

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


def test_the_day_in_a_title_is_a_guess() -> None:
    [title, day] = read("# Checkout hung on 2026\u201105\u201114\n").statements

    assert (title.text, day.text, day.is_guess) == ("Checkout hung", "2026-05-14", True)


def test_lines_below_the_front_matter_are_counted_from_the_top() -> None:
    draft = read("\n\n---\ntitle: Checkout hung\n---\n\n## Root cause\nThere was no timeout.\n")

    assert [statement.origin for statement in draft.statements] == ["“title”, line 4", "“Root cause”, line 7"]


def test_what_is_vague_is_not_taken_and_the_reason_is_told() -> None:
    draft = read("# X\n## Root cause\nHuman error. Somebody pressed the button.\n")

    assert "root-cause" not in texts(draft)
    [offer] = draft.offers
    assert offer.why.startswith('it says "Human error", which blames a person')


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
def test_what_a_template_leaves_to_be_filled_in_is_nothing(text: str) -> None:
    draft = read(f"# Postmortem\nDate: {text}\n\nSeverity: {text}\n\n## Root cause\n\n{text}\n")

    assert texts(draft) == {}


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
    ("text", "day"),
    [
        ("2026-05-14", "2026-05-14"),
        ("14 May 2026", "2026-05-14"),
        ("Thursday, May 14th, 2026, about noon", "2026-05-14"),
        ("14/05/2026", "2026-05-14"),
        ("2026/05/14", "2026-05-14"),
        ("2026-05-14T09:12:00Z", "2026-05-14"),
        ("2026-05-14 – 2026-05-15", "2026-05-14"),
        ("from 14 May 2026 to 15 May 2026", "2026-05-14"),
        ("05/06/2026", ""),
        ("2026-05-14 and 2026-05-20", ""),
        ("2026-05-15 to 2026-05-14", ""),
        ("2026-02-30", ""),
        ("14 May", ""),
        ("in May 2026", ""),
        ("version 1.2.2026", ""),
    ],
)
def test_a_day_is_taken_only_if_it_can_be_read_in_one_way(text: str, day: str) -> None:
    found = first_day(text)

    assert (found.isoformat() if found else "") == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-14T09:12Z", "2026-05-14T09:12:00Z"),
        ("2026-05-14 09:12:33 UTC", "2026-05-14T09:12:33Z"),
        ("14 May 2026 at 9:12 pm (UTC)", "2026-05-14T21:12:00Z"),
        ("09:12 GMT", "2026-05-20T09:12:00Z"),
        ("2026-05-14 09:12 +02:00", "2026-05-14T09:12:00+02:00"),
        ("2026-05-14 09:12 UTC-7", "2026-05-14T09:12:00-07:00"),
        ("2026-05-14 09:12", ""),
        ("2026-05-14 09:12 PST", ""),
        ("2026-05-14 09:12–09:40 UTC", ""),
        ("2026-05-14 25:00 UTC", ""),
        ("2026-05-14 13:12 pm UTC", ""),
        ("2026-05-14", ""),
        ("9 UTC", ""),
    ],
)
def test_a_moment_needs_its_offset_from_utc(text: str, moment: str) -> None:
    found = find_moment(text, day=date(2026, 5, 20))

    assert (write_moment(found) if found else "") == moment


_TIMELINE = """
Date: 2026-05-14

## Timeline (UTC)

- 09:00 Deploy
- 09:12 The outage begins
- {detected}
- 09:41 – incident is mitigated
- 10:30 Incident resolved
"""


def test_a_timeline_tells_moments_that_are_called_what_they_are() -> None:
    assert texts(read(_TIMELINE.format(detected="09:20 Detected by an alert"))) == {
        "date": "2026-05-14",
        "began": "2026-05-14T09:12:00Z",
        "detected": "2026-05-14T09:20:00Z",
        "stabilized": "2026-05-14T09:41:00Z",
    }


def test_moments_out_of_order_are_offered_and_not_taken() -> None:
    draft = read(_TIMELINE.format(detected="**Detected:** 2026-05-14 08:00 UTC"))

    assert texts(draft) == {"date": "2026-05-14"}
    assert {offer.key for offer in draft.offers} == {"began", "detected", "stabilized"}


def test_a_timeline_that_passes_midnight_without_saying_so_ends_there() -> None:
    draft = read(
        "Date: 2026-05-14\n## Timeline (UTC)\n- 23:50 Outage begins\n- 00:10 Detected\n- 00:20 Mitigated\n"
    )

    assert texts(draft) == {"date": "2026-05-14", "began": "2026-05-14T23:50:00Z"}


def test_a_timeline_may_say_its_days_in_between() -> None:
    draft = read(
        "## Timeline\n\nTimes in UTC\n\n### 14 May 2026\n- 23:50 Outage begins\n\n"
        "**15 May 2026**\n\n- 00:10 Detected\n"
    )

    assert texts(draft) == {"began": "2026-05-14T23:50:00Z", "detected": "2026-05-15T00:10:00Z"}


def test_times_in_no_zone_are_no_moments() -> None:
    assert texts(read("Date: 2026-05-14\n## Timeline\n- 09:12 Outage begins\n- 09:20 PST Detected\n")) == {
        "date": "2026-05-14"
    }


def follow_ups(text: str) -> list[FollowUp]:
    return list(read(f"## Action items\n\n{text}\n").follow_ups)


@pytest.mark.parametrize(
    ("text", "owner", "due"),
    [
        ("- Add a timeout (@acme/payments, 2026-05-28)", "@acme/payments", "2026-05-28"),
        ("- Add a timeout (owner: Ida, due: 28 May 2026)", "Ida", "2026-05-28"),
        ("- [ ] Add a timeout by May 28, 2026 — @ida", "@ida", "2026-05-28"),
        ("- Add a timeout\n  - Owner: Ida\n  - Due: 2026-05-28", "Ida", "2026-05-28"),
        ("- Add a timeout\n  Owner: Ida\n  Deadline: 2026-05-28", "Ida", "2026-05-28"),
        ("| Task | Who | When |\n|---|---|---|\n| Add a timeout | Ida | 2026-05-28 |", "Ida", "2026-05-28"),
        (
            "| Owner | Action item | ETA |\n|-|-|-|\n| @ida | Add a timeout | 28/05/2026 |",
            "@ida",
            "2026-05-28",
        ),
        ("- Add a timeout, as in the deploy of 2026-05-28 by accident", "", ""),
        ("- Add a timeout (@ida, @ben, due 05/06/2026)", "", ""),
        ("| Task | Who | When |\n|---|---|---|\n| Add a timeout | TBD | next week |", "", ""),
    ],
)
def test_an_action_item_has_the_owner_and_the_day_that_are_said(text: str, owner: str, due: str) -> None:
    [item] = follow_ups(text)

    assert item.action.startswith("Add a timeout")
    assert (item.owner, item.due) == (owner, due)


def test_what_is_done_says_so_with_the_day_if_that_is_known() -> None:
    items = follow_ups(
        "| Task | Status | Completed |\n|---|---|---|\n| a | Done | |\n| b | open | |\n"
        "| c | | 2026-05-20 |\n\n- [x] d\n- [ ] e"
    )

    assert [(item.action, item.is_done, item.done_on) for item in items] == [
        ("a", True, ""),
        ("b", False, ""),
        ("c", True, "2026-05-20"),
        ("d", True, ""),
        ("e", False, ""),
    ]


def test_an_incident_with_another_id_is_told() -> None:
    draft = read("---\nid: OPS-77\n---\n# Disk full")

    assert [(offer.key, offer.text, offer.why) for offer in draft.offers] == [
        ("incident", "OPS-77", "the lesson is about INC-245")
    ]
    assert read("Incident ID: inc-245\n").offers == ()


def test_no_heading_means_two_things() -> None:
    known = [words for topic in TOPICS.values() for words in topic]

    assert len(known) == len(set(known))
    assert all(find_topic(words) for words in known)


@given(
    st.text()
    | hostile_text
    | st.lists(hostile_text | st.sampled_from(["\n\n## Root cause\n", "\n- ", "\n|"])).map("".join)
)
def test_any_postmortem_becomes_yaml_that_says_what_was_taken(text: str) -> None:
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
