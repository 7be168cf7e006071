"""Findings hold all that any output needs, sorted, and nothing that would mislead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from textwrap import dedent, indent

from hypothesis import given
from hypothesis import strategies as st

from lessonguard.git.changes import Hunk, LineMap
from lessonguard.lessons.model import Library, Rule, RuleId
from lessonguard.scan.compare import FileComparison
from lessonguard.scan.finding import Finding, State
from lessonguard.scan.notices import CitationIndex
from lessonguard.scan.report import Fingerprints, enclosing_lines, list_findings
from lessonguard.scan.source import Source, tokenize
from lessonguard.scan.suppressions import AcceptComment
from lessonguard.semgrep.interface import Match
from tests.support.report import TIMEOUT

RULE = Rule(id=RuleId("INC-245"), languages=("python",), document={}, line=9)
LIBRARY = Library(lessons=(replace(TIMEOUT, rules=(RULE,)),), folder="lessons")


def matches(text: bytes) -> list[Match]:
    """Match each `get(u)` with a fix."""
    found, start = [], text.find(b"get(u)")
    while start >= 0:
        found.append(
            Match(rule="INC-245", target=0, start=start, end=start + 6, message="m", fix="get(u, 5)")
        )
        start = text.find(b"get(u)", start + 1)
    return found


def compared(
    base: bytes | None, head: bytes | None, *, path: str = "a.py", accept: Sequence[AcceptComment] = ()
) -> FileComparison:
    """Make a comparison of a file all of whose lines were replaced, or which was added or deleted."""
    one, other = (None if text is None else Source(text) for text in (base, head))
    hunks = []
    if one and other:
        hunks = [Hunk(base_start=1, base_count=one.line_count, head_start=1, head_count=other.line_count)]
    return FileComparison(
        path=path,
        previous_path=None,
        base=one,
        head=other,
        lines=LineMap(hunks),
        base_matches=matches(base or b""),
        head_matches=matches(head or b""),
        accept_comments=accept,
    )


def findings(*files: FileComparison) -> list[Finding]:
    return list_findings(files, LIBRARY, citations=CitationIndex([]), today=date(2026, 6, 1))[0]


def test_findings_are_sorted_by_path_and_place() -> None:
    found = findings(compared(None, b"x\nget(u); get(u)\n", path="b.py"), compared(None, b"get(u)\n"))

    assert [(item.path, item.start.line, item.start.column) for item in found] == [
        ("a.py", 1, 1),
        ("b.py", 2, 1),
        ("b.py", 2, 9),
    ]


def test_code_that_was_moved_from_another_file_names_that_file() -> None:
    (moved,) = findings(
        compared(None, b"get(u)\n", path="new.py"), compared(b"get(u)\n", None, path="old.py")
    )

    assert (moved.state, moved.path, moved.previous_path) == (State.MOVED, "new.py", "old.py")


def test_a_finding_has_the_text_the_lines_and_the_fix() -> None:
    (added,) = findings(compared(None, b"x = get(u)\n"))

    assert (added.snippet, added.fix) == ("get(u)", "get(u, 5)")
    assert [(line.number, line.text) for line in added.lines] == [(1, "x = get(u)")]


def test_what_is_fixed_has_no_fix_any_more() -> None:
    (fixed,) = findings(compared(b"get(u)\n", b"get(u, timeout=5)\n"))

    assert (fixed.state, fixed.fix, fixed.accepted) == (State.FIXED, None, None)


def test_a_fix_of_code_with_bytes_that_are_not_utf8_is_left_out() -> None:
    """Semgrep was shown `_` in their place, and its fix would write that."""
    head = Source(b"get('\xff')\n")
    match = Match(rule="INC-245", target=0, start=0, end=8, message="m", fix="get('_', 5)")
    file = replace(compared(None, b""), head=head, head_matches=[match])

    assert [item.fix for item in findings(file)] == [None]


def test_an_accept_comment_is_part_of_the_finding() -> None:
    comment = AcceptComment(incident="INC-245", line=1, applies_to=2, reason="read-only", until=None)

    (accepted,) = findings(compared(None, b"# comment\nget(u)\n", accept=[comment]))

    assert accepted.accepted
    assert (accepted.accepted.reason, accepted.accepted.where) == ("read-only", "a.py:1")


# The same finding keeps its fingerprint, another one never shares it ---------------------------

CODE = dedent("""\
    def pay(url):
        if ready:
            get(url)
        get(url)


    def repay(url):
        get(url)
    """)


def fingerprints(code: str, *, path: str = "app.py", needle: str = "get(url)") -> list[str]:
    source, made = Source(code.encode()), []
    make = Fingerprints(source, path=path)
    for number, line in enumerate(code.split("\n"), 1):
        if needle in line:
            tokens = tokenize(line.strip())
            made.append(make.make(incident="INC-1", rule="INC-1", tokens=tokens, line=number))
    return [str(item) for item in made]


def test_equal_findings_have_different_fingerprints() -> None:
    assert len(set(fingerprints(CODE))) == 3


def test_lines_above_do_not_change_a_fingerprint() -> None:
    assert fingerprints("import os\n\n\n" + CODE) == fingerprints(CODE)


def test_wrapping_in_flow_control_does_not_change_a_fingerprint() -> None:
    wrapped = CODE.replace(
        "    get(url)\n\n\n", "    try:\n        get(url)\n    except E:\n        pass\n\n\n"
    )

    assert wrapped != CODE
    assert fingerprints(wrapped) == fingerprints(CODE)


def test_path_is_part_of_a_fingerprint() -> None:
    assert not set(fingerprints(CODE, path="other.py")) & set(fingerprints(CODE))


def test_the_function_is_part_of_a_fingerprint() -> None:
    assert fingerprints("def a():\n    get(url)\n") != fingerprints("def b():\n    get(url)\n")


@given(st.lists(st.sampled_from(["", "x = 1", "# note", "    y = 2"]), max_size=5))
def test_no_shift_changes_a_fingerprint(above: list[str]) -> None:
    shifted = "\n".join([*above, "top()", CODE])

    assert fingerprints(shifted) == fingerprints("top()\n" + CODE)


def test_enclosing_lines_pass_over_flow_control_and_blank_lines() -> None:
    enclosing = enclosing_lines(Source(CODE.encode()))

    assert [enclosing[line] for line in (1, 2, 3, 4, 7, 8)] == [0, 1, 1, 1, 0, 7]


def test_enclosing_lines_of_braces_are_those_of_the_function() -> None:
    code = "func pay() {\n\tif ok {\n\t\tget()\n\t} else {\n\t\tput()\n\t}\n}\n"

    assert enclosing_lines(Source(code.encode()))[3] == 1
    assert enclosing_lines(Source(code.encode()))[5] == 1


def test_indenting_everything_keeps_what_encloses_a_line() -> None:
    assert enclosing_lines(Source(indent(CODE, "    ").encode()))[3] == 1
