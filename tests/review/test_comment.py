"""The comment beside the code, and that nothing in a change can make it say something else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.lessons.model import IncidentId, Lesson, Mode, Rule, RuleId
from lessonguard.review.comment import render_comment, render_resolved
from lessonguard.review.links import Links
from lessonguard.scan.finding import Acceptance, Finding, ScanReport, SourceLine, State
from tests.support.gfm import Page, assert_harmless
from tests.support.report import (
    HOSTILE,
    LOCK,
    TIMEOUT,
    expected,
    hostile_report,
    make_exposed,
    make_finding,
)

LINKS = Links(server="https://github.com", repository="acme/shop", tip="b" * 40, head="a" * 40)
OURS = ("https://github.com/acme/shop/", "https://wiki.example.com/INC-245")
PYTHON = Rule(id=RuleId("INC-245.1"), languages=("python",), document={}, line=9)
Settle = Callable[[str], str]
CALL = "    return requests.get(\n        url,\n        headers=headers,\n    ).text"
MATCH = "requests.get(\n        url,\n        headers=headers,\n    )"


def comment(finding: Finding, *, is_exact: bool = True, limit: int = 65_000) -> str:
    """Write a comment."""
    return render_comment(finding, links=LINKS, is_exact=is_exact, limit=limit)


def of_python(lesson: Lesson) -> Lesson:
    """Give a lesson a rule for Python."""
    return replace(lesson, rules=(replace(PYTHON, id=RuleId(f"{lesson.incident}.1")),))


def added() -> Finding:
    """Make a finding that blocks and that can be fixed with a click."""
    finding = make_finding(lesson=of_python(TIMEOUT))
    return replace(finding, fix="requests.post(url, json=payload, timeout=5)")


def exposed() -> Finding:
    """Make a finding that lost the guard above it."""
    return replace(make_exposed(), lesson=of_python(LOCK))


def multi_line() -> Finding:
    """Make a finding of several lines, which lead to a comment that does not block."""
    finding = make_finding(CALL, MATCH, lesson=replace(of_python(TIMEOUT), mode=Mode.COMMENT))
    return replace(finding, fix="requests.get(url, headers=headers, timeout=5)")


def long_lines() -> tuple[SourceLine, ...]:
    """Make more removed lines than anybody reads."""
    return tuple(SourceLine(number=number, text="  with lock(user):" * 50) for number in range(1, 13))


CASES = {
    "added": comment(added()),
    "added_several_lines": comment(multi_line()),
    "added_elsewhere": comment(multi_line(), is_exact=False),
    "added_fix_that_cannot_be_suggested": comment(replace(added(), fix="requests.post(`\u202e`)")),
    "added_message_of_its_own": comment(replace(added(), fix=None, message="`post` waits for ever here.")),
    "exposed_above": comment(exposed()),
    "exposed_below": comment(replace(exposed(), is_removed_below=True)),
    "exposed_nothing_removed": comment(replace(exposed(), removed=())),
    "exposed_elsewhere": comment(exposed(), is_exact=False),
    "exposed_by_much": comment(replace(exposed(), removed=long_lines())),
}


@pytest.mark.parametrize("name", CASES)
def test_a_comment_reads_as_approved(name: str) -> None:
    assert f"{CASES[name]}\n" == expected(f"comment/{name}.md")


def test_what_fits_in_one_sentence_is_said_once() -> None:
    lesson = replace(TIMEOUT, title="A call had no timeout, one stalled upstream held workers")

    text = comment(make_finding(lesson=lesson))

    assert lesson.failure_mode in text
    assert lesson.title not in text


def test_long_prose_ends_with_a_sentence() -> None:
    lesson = replace(
        TIMEOUT, mitigation="Pass an explicit timeout to every call that leaves the process. " * 9
    )

    [worked] = re.findall(r"\*\*What worked:\*\* (.*)", comment(make_finding(lesson=lesson)))

    assert len(worked) <= 240
    assert worked.endswith("leaves the process. …")


def test_a_lesson_of_elsewhere_is_named_and_not_linked() -> None:
    text = comment(make_finding(lesson=replace(TIMEOUT, path="../lessons/INC-245.yaml")))

    assert " · Lesson `../lessons/INC-245.yaml` · " in text


def test_a_suggestion_cannot_close_its_fence() -> None:
    finding = replace(make_finding("print(x)", "x"), fix='"""\n```\n````\n"""')

    [suggested] = [code for code in Page(comment(finding)).code if "```" in code]

    assert suggested == 'print("""\n```\n````\n""")\n'


def test_where_no_syntax_is_known_a_comment_is_asked_for() -> None:
    text = comment(make_finding("<a>", "<a>", path="index.html"))

    assert "Put this in a comment above the line" in text
    assert '```\nlessonguard: accept INC-245 reason="why it is safe"\n```' in text


@pytest.mark.parametrize("limit", [300, 1_000, 5_000, 65_000])
@pytest.mark.parametrize("is_exact", [True, False])
def test_a_comment_keeps_its_limit_and_its_headline(limit: int, is_exact: bool) -> None:
    lesson = replace(of_python(TIMEOUT), failure_mode="\\" * 9_000, mitigation="<" * 9_000, path="é" * 4_000)
    finding = replace(
        make_finding("*" * 9_000, "*" * 9_000, path="|\udcff/" * 2_000, lesson=lesson),
        fix="\n".join(["`" * 90] * 39),
        message="\x00" * 9_000,
    )

    text = comment(finding, is_exact=is_exact, limit=limit)

    assert len(text) <= limit
    assert text.startswith("**This looks like the code behind INC-245**")
    assert_harmless(text, addresses=OURS)


def test_what_matters_least_is_left_out_first() -> None:
    whole = comment(added())

    assert comment(added(), limit=len(whole)) == whole
    assert "How to accept this" not in comment(added(), limit=len(whole) - 1)
    assert "this change adds" in comment(added(), limit=200)


# Comments that no longer hold ------------------------------------------------------------------


ACCEPTED = Acceptance(reason="own host, cannot stall", until=date(2027, 1, 1), where="billing/client.py:41")
MOVED = replace(added(), state=State.MOVED, previous_path="billing/http.py")


def fixed(body: str) -> str:
    """Settle a comment whose finding is gone."""
    return render_resolved(body, how="fixed", finding=None, links=LINKS)


def accepted(body: str) -> str:
    """Settle a comment whose finding somebody keeps."""
    return accepted_as(ACCEPTED, body)


def accepted_as(acceptance: Acceptance | None, body: str = "Body.") -> str:
    """Settle a comment whose finding somebody keeps for a reason."""
    finding = replace(added(), accepted=acceptance)
    return render_resolved(body, how="accepted", finding=finding, links=LINKS)


def carried(body: str) -> str:
    """Settle a comment whose finding was only moved."""
    return render_resolved(body, how="carried", finding=MOVED, links=LINKS)


def test_a_fixed_comment_says_so_and_folds_what_it_said() -> None:
    assert fixed(comment(added())) + "\n" == expected("comment/resolved_fixed.md")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (accepted("Body."), "✓ **Accepted:** own host, cannot stall (until 2027-01-01)"),
        (accepted_as(replace(ACCEPTED, until=None)), "✓ **Accepted:** own host, cannot stall"),
        (accepted_as(None), f"✓ **Accepted** in [`aaaaaaaaaa`](<{LINKS.commit()}>)"),
        (
            carried("Body."),
            f"✓ **No longer new** as of [`aaaaaaaaaa`](<{LINKS.commit()}>): moved from billing/http.py",
        ),
    ],
)
def test_the_first_line_says_what_became_of_it(text: str, first: str) -> None:
    assert text == f"{first}\n\n<details>\n<summary>What this said</summary>\n\nBody.\n\n</details>"


@pytest.mark.parametrize("first", [fixed, accepted, carried])
@pytest.mark.parametrize("second", [fixed, accepted, carried])
def test_resolving_again_nests_nothing(first: Settle, second: Settle) -> None:
    body = comment(exposed())

    assert second(first(body)) == second(body)
    assert second(first(body).replace("\n", "\r\n")) == second(body)


def test_a_resolved_comment_has_nothing_to_click() -> None:
    text = fixed(comment(replace(added(), fix='requests.post("```")')))

    assert "suggestion" not in text
    assert "````\n    response" in text


def test_what_would_be_too_long_is_left_out() -> None:
    assert fixed("x" * 65_000) == fixed("") == f"✓ **Fixed** in [`aaaaaaaaaa`](<{LINKS.commit()}>)"
    assert fixed(fixed("x" * 65_000)) == fixed("")


# Hostile text ----------------------------------------------------------------------------------


def hostile_findings(text: str) -> list[Finding]:
    """Make findings in which all that comes from a change is hostile, in every state."""
    finding = replace(
        make_finding(text, text, path=text),
        message=text,
        fix=text,
        removed=tuple(SourceLine(number=1, text=line) for line in text.split("\n")),
    )
    states = [State.ADDED, State.EXPOSED, State.TOUCHED, State.MOVED]
    return [replace(finding, state=state, previous_path=text) for state in states]


@pytest.mark.parametrize("is_exact", [True, False])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_change_is_only_quoted(text: str, is_exact: bool) -> None:
    for finding in hostile_findings(text):
        assert_harmless(comment(finding, is_exact=is_exact), addresses=OURS)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_reason_is_only_text(text: str) -> None:
    settled = accepted_as(Acceptance(reason=text, until=None, where=f"{text}:1"))

    assert_harmless(settled, addresses=OURS)
    assert_harmless(
        render_resolved("", how="carried", finding=hostile_findings(text)[3], links=LINKS), addresses=OURS
    )


@given(report=hostile_report(), is_exact=st.booleans(), limit=st.integers(300, 3_000))
def test_no_comment_says_more_than_it_should(report: ScanReport, is_exact: bool, limit: int) -> None:
    for finding in report.findings:
        text = comment(finding, is_exact=is_exact, limit=limit)

        assert len(text) <= limit
        assert text.encode("utf-8")
        assert_harmless(text, addresses=OURS)
        for settle in (fixed, accepted, carried):
            assert_harmless(settle(text), addresses=OURS)
            assert fixed(settle(text)) == fixed(text)


def test_the_id_of_a_lesson_can_be_copied_and_found() -> None:
    lesson = replace(TIMEOUT, incident=IncidentId("INC-20260514"))

    text = comment(make_finding(lesson=lesson))

    assert "INC-20260514" in text.partition("\n")[0]
    assert "\u200b" not in text
