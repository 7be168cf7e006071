"""When the fix of a rule can be offered as a suggestion, and what it then says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.review.suggestion import suggestion
from lessonguard.scan.finding import Finding, Position, SourceLine
from tests.support.report import make_finding

CALL = "    return requests.get(\n        url,\n    ).text  # soon"
MATCH = "requests.get(\n        url,\n    )"


def fixed(code: str, match: str, fix: str | None) -> Finding:
    """Make a finding with a fix."""
    return replace(make_finding(code, match), fix=fix)


@pytest.mark.parametrize(
    ("code", "match", "fix", "lines"),
    [
        ("a = get(x)  # y", "get(x)", "get(x, 5)", ["a = get(x, 5)  # y"]),
        (CALL, MATCH, "get(url)", ["    return get(url).text  # soon"]),
        ("\tcharge(x)", "charge(x)", "with lock:\n\t\tcharge(x)", ["\twith lock:", "\t\tcharge(x)"]),
        ("log(a); gone()", "; gone()", "", ["log(a)"]),
        ("print(`x`)", "print", "```", ["```(`x`)"]),
        ("é(1)", "1", "2", ["é(2)"]),
    ],
)
def test_whole_lines_are_offered(code: str, match: str, fix: str, lines: list[str]) -> None:
    assert suggestion(fixed(code, match, fix)) == lines


@pytest.mark.parametrize(
    ("code", "match", "fix"),
    [
        ("get(x)", "get(x)", None),
        ("    gone()", "gone()", ""),
        ("get(x)", "x", "\x1b[2J"),
        ("get(x)", "x", "x\r\ny"),
        ("get(x) # \u202eevil", "x", "y"),
        ("get(x) # \u200b", "x", "y"),
        ("get(x) # \u3164", "x", "y"),
        ("get(x) # \U000e0100", "x", "y"),
        ("get(x) # \ufffd", "x", "y"),
        ("get(x) <!-- a -->", "x", "y"),
        ("get(x) <", "<", "<!-- lessonguard:finding -->"),
        ("get(x)", "x", "y" * 5_000),
        ("get(x)", "x", "y\n" * 50),
    ],
)
def test_nothing_is_offered_that_cannot_be_seen_or_kept(code: str, match: str, fix: str | None) -> None:
    assert suggestion(fixed(code, match, fix)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"end": Position(line=44, column=1)},
        {"end": Position(line=45, column=1)},
        {"end": Position(line=42, column=99)},
        {"start": Position(line=42, column=99)},
        {"lines": ()},
        {"lines": (SourceLine(number=42, text="get(x)"), SourceLine(number=44, text=")"))},
    ],
)
def test_nothing_is_offered_for_lines_that_are_not_all_known(changes: dict[str, object]) -> None:
    finding = fixed("get(x)", "get(x)", "get(x, 5)")

    assert suggestion(finding) == ["get(x, 5)"]
    assert suggestion(replace(finding, **changes)) is None  # type: ignore[arg-type]


_code = st.text(alphabet="ab (\t`~é\n", min_size=1, max_size=30)


@given(before=_code, match=_code, after=_code, fix=_code)
def test_to_accept_a_suggestion_is_to_apply_the_fix(before: str, match: str, after: str, fix: str) -> None:
    start, end = before.rfind("\n") + 1, after.find("\n")
    shown = before[start:] + match + (after if end < 0 else after[:end])
    finding = make_finding(shown, shown)
    first, last = before[start:], (before[start:] + match).split("\n")[-1]
    finding = replace(
        finding,
        start=Position(line=42, column=len(first) + 1),
        end=Position(line=42 + match.count("\n"), column=len(last) + 1),
        fix=fix,
    )

    lines = suggestion(finding)

    if lines is not None:
        rest = "" if end < 0 else after[end:]
        assert before[:start] + "\n".join(lines) + rest == before + fix + after
