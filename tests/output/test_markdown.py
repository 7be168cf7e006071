"""The summary on GitHub, and that nothing in a change can make it say something else."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lessonguard.lessons.model import IncidentId, Rule, RuleId
from lessonguard.output.escape import code_span, fence, markdown_prose, markdown_text
from lessonguard.output.markdown import render_markdown
from lessonguard.scan.finding import Acceptance, ScanReport, State
from lessonguard.semgrep.interface import Unchecked
from tests.support.gfm import LINKING
from tests.support.report import (
    CACHE,
    HOSTILE,
    TIMEOUT,
    expected,
    hostile_report,
    hostile_text,
    make_exposed,
    make_finding,
    make_full_report,
    make_notice,
    make_report,
)

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


OURS = re.compile(r"(<details( open)?>\n<summary><b>[^<>]*</b>[^<>]*</summary>|</details>)\n?")


HARMLESS = {
    *("paragraph", "inline", "text", "code_inline", "fence", "bullet_list", "list_item", "strong"),
    *("table", "thead", "tbody", "tr", "th", "td", "softbreak"),
}


def tokens(text: str) -> list[Token]:
    """Give the blocks and what is inside them, in order."""
    blocks = GITHUB.parse(text)
    return [token for block in blocks for token in (block, *(block.children or []))]


def assert_harmless(text: str) -> None:
    for token in tokens(text):
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if kind == "html_block":
            assert OURS.fullmatch(token.content)
            assert not LINKING.search(html.unescape(token.content))
        elif kind == "html_inline":
            assert token.content in {"<code>", "</code>"}
        elif kind == "link":
            assert token.attrs.get("href") in {TIMEOUT.postmortem, None}
        elif kind == "heading":
            assert token.tag == "h3"
        else:
            assert kind in HARMLESS
    assert "<!--" not in text


def linking_text(text: str) -> list[str]:
    """Give the texts outside of code in which GitHub would find a mention or a link."""
    found: list[str] = []
    inside_code = False
    for token in tokens(text):
        if token.type == "html_inline":
            inside_code = token.content == "<code>"
        elif token.type == "text" and not inside_code and LINKING.search(token.content):
            found.append(token.content)
    return found


def test_a_full_report_reads_as_approved() -> None:
    assert render_markdown(make_full_report()) == expected("full.md")


def test_a_clean_report_is_two_lines() -> None:
    assert (
        render_markdown(make_report())
        == "### lessonguard: no new findings\n\n12 files checked by 30 lessons\n"
    )


def test_a_lesson_in_monitor_mode_is_never_shown() -> None:
    report = make_report(
        make_finding(lesson=CACHE),
        fixed=(make_finding(lesson=CACHE),),
        notices=(make_notice("watched-path", path="a", line=1, lesson=CACHE),),
    )

    assert render_markdown(report) == render_markdown(make_report())


def test_code_is_coloured_as_the_language_of_its_rule() -> None:
    rule = Rule(id=RuleId("INC-245.1"), languages=("python",), document={}, line=9)

    text = render_markdown(make_report(make_finding(lesson=replace(TIMEOUT, rules=(rule,)))))

    assert "```python\n    response = requests.post(url, json=payload)\n```" in text


def test_removed_lines_are_shown_as_a_diff() -> None:
    assert (
        "```diff\n"
        "-     with lock(order.user):\n"
        "-         charge(order.user, order.total)\n"
        "      charge(order.user, order.total)\n"
        "```"
    ) in render_markdown(make_report(make_exposed()))


def test_many_places_of_one_lesson_are_counted() -> None:
    text = render_markdown(make_report(*[make_finding(line=line) for line in range(1, 121)]))

    assert text.count("```\n    response") == 5
    assert "… and 115 more." in text
    assert "… and 20 more." in text


def test_a_summary_stays_below_its_limit_and_says_what_is_missing() -> None:
    lessons = [replace(TIMEOUT, incident=f"INC-{number}") for number in range(300)]  # type: ignore[arg-type]
    report = make_report(*[make_finding(lesson=lesson) for lesson in lessons])

    text = render_markdown(report, limit=65_536)

    assert 60_000 < len(text.encode("utf-8")) <= 65_536
    assert re.search(r"\n\d+ sections left out, because GitHub limits the length of this text\.\n$", text)
    assert text.count("<details open>") == text.count("</details>")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text: str) -> None:
    written = markdown_text(text)

    assert_harmless(f"{written}\n\n- {written}\n\n| a |\n|---|\n| {written} |\n")
    assert linking_text(written) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_in_their_cell(text: str) -> None:
    table = f"| a | b |\n|---|---|\n| {code_span(text)} | end |\n"

    assert_harmless(table)
    assert linking_text(table) == []
    cells = [token.content for token in tokens(table) if token.type == "inline"]
    assert cells[-1] == "end"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_stay_in_their_summary(text: str) -> None:
    title = replace(TIMEOUT, title=text)

    assert_harmless(render_markdown(make_report(make_finding(lesson=title))))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_code_stays_in_its_fence(text: str) -> None:
    (token, *others) = tokens(fence(["first", *text.split("\n"), "last"]))

    assert token.type == "fence"
    assert token.content.startswith("first\n")
    assert token.content.endswith("\nlast\n")
    assert others == []


@given(text=hostile_text)
def test_hostile_prose_is_text_and_code(text: str) -> None:
    written = markdown_prose(text)

    assert_harmless(f"{written}\n\n- {written}\n")
    assert linking_text(written) == []
    assert len(written.splitlines()) <= 1


@given(report=hostile_report())
def test_no_report_says_more_than_it_should(report: ScanReport) -> None:
    text = render_markdown(report)

    assert_harmless(text)
    assert linking_text(text) == []
    assert text.encode("utf-8")


def test_the_ids_of_lessons_can_be_copied_and_found() -> None:
    lesson = replace(TIMEOUT, incident=IncidentId("INC-20260514"))
    finding = make_finding(lesson=lesson)
    accepted = Acceptance(reason="own host", until=None, where="a.py:1")
    report = make_report(
        finding,
        replace(finding, accepted=accepted),
        fixed=(replace(finding, state=State.FIXED),),
        notices=(make_notice("watched-path", path="a.py", line=1, lesson=lesson),),
        unchecked=(Unchecked(path="b.py", incident=lesson.incident, reason="too slow"),),
    )

    text = render_markdown(report)

    assert text.count("INC-20260514") >= 6
    assert "\u200b" not in text
