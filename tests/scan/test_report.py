"""Findings hold all that any output needs, sorted, and nothing that would mislead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from lessonguard.git.changes import Hunk, LineMap
from lessonguard.lessons.model import Library, Rule, RuleId
from lessonguard.scan.compare import FileComparison
from lessonguard.scan.finding import Finding, State
from lessonguard.scan.notices import CitationIndex
from lessonguard.scan.report import list_findings
from lessonguard.scan.source import Source
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
