"""Where in the diff a finding is said: as near to it as GitHub allows, and never where it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.git.changes import Hunk
from lessonguard.github.pull_request import Side
from lessonguard.review.anchor import Anchor, find_anchor, matched_lines
from lessonguard.scan.finding import Finding, SourceLine, State
from tests.support.repo import Repo
from tests.support.report import make_finding

_PATH = "billing/client.py"
_HEADING = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def hunk(base_start: int, base_count: int, head_start: int, head_count: int) -> Hunk:
    return Hunk(base_start=base_start, base_count=base_count, head_start=head_start, head_count=head_count)


def finding_on(first: int, last: int, *, removed: Sequence[int] = ()) -> Finding:
    """Make a finding on some lines; one that lost its guard if base lines were removed."""
    code = "\n".join(["code"] * (last - first + 1))
    state = State.EXPOSED if removed else State.ADDED
    finding = make_finding(code, code, path=_PATH, line=first, state=state)
    return replace(finding, removed=tuple(SourceLine(number=number, text="guard") for number in removed))


# Real diffs ------------------------------------------------------------------------------------


class Diff:
    """The diff of one file as `git diff` prints it, which is how GitHub shows it."""

    def __init__(self, folder: Path, base: str, head: str) -> None:
        repo = Repo(folder)
        first = repo.commit("Base", {_PATH: base})
        second = repo.commit("Head", {_PATH: head})
        text = repo.git("diff", "-U3", "--no-color", first, second)
        self.rows = [row for row in text[text.index("@@") :].split("\n") if not row.startswith("\\")]

    @property
    def hunks(self) -> list[Hunk]:
        headings = filter(None, map(_HEADING.match, self.rows))
        return [hunk(*(int(number or 1) for number in heading.groups())) for heading in headings]

    def picture(self, anchor: Anchor) -> str:
        """Show the diff, with `>` before the lines that the comment is on, and `|` before the others."""
        first = anchor.line if anchor.start_line is None else anchor.start_line
        wanted = {(anchor.side, line) for line in range(first or 0, (anchor.line or -1) + 1)}
        return "\n".join(
            f"{'>' if wanted.intersection(places) else '|'}{row}" for row, places in self._numbered()
        )

    def _numbered(self) -> Iterator[tuple[str, set[tuple[Side, int]]]]:
        base = head = 0
        for row in self.rows:
            if heading := _HEADING.match(row):
                base, head = int(heading[1]), int(heading[3])
                yield heading[0], set()
                continue
            yield row, {("RIGHT", head)} if row[0] in "+ " else {("LEFT", base)}
            base, head = base + (row[0] in "- "), head + (row[0] in "+ ")


def numbered(text: str, word: str) -> list[int]:
    return [number for number, line in enumerate(text.split("\n"), 1) if word in line]


def lines(first: int, last: int) -> str:
    return "".join(f"{number}\n" for number in range(first, last + 1))


CASES = {
    "an added line": (
        lines(1, 9),
        lines(1, 5) + "match\n" + lines(6, 9),
        """
        |@@ -3,6 +3,7 @@
        | 3
        | 4
        | 5
        >+match
        | 6
        | 7
        | 8
        """,
    ),
    "several added lines": (
        lines(1, 4),
        lines(1, 2) + "match(\n match\n)match\n" + lines(3, 4),
        """
        |@@ -1,4 +1,7 @@
        | 1
        | 2
        >+match(
        >+ match
        >+)match
        | 3
        | 4
        """,
    ),
    "an old line near the change": (
        lines(1, 2) + "match\n" + lines(4, 9),
        "new\n" + lines(2, 2) + "match\n" + lines(4, 9),
        """
        |@@ -1,4 +1,4 @@
        |-1
        |+new
        | 2
        > match
        | 4
        """,
    ),
    "old and new lines of one match": (
        lines(1, 4) + "match(\n  old,\n)match\n" + lines(8, 9),
        lines(1, 4) + "match(\n  new, match\n)match\n" + lines(8, 9),
        """
        |@@ -3,7 +3,7 @@
        | 3
        | 4
        > match(
        |-  old,
        >+  new, match
        > )match
        | 8
        | 9
        """,
    ),
    "a match that begins before the hunk": (
        "".join(f"match {number}\n" for number in range(1, 6)) + lines(6, 9),
        "".join(f"match {number}\n" for number in range(1, 6)) + "new\n" + lines(6, 9),
        """
        |@@ -3,6 +3,7 @@
        > match 3
        > match 4
        > match 5
        |+new
        | 6
        | 7
        | 8
        """,
    ),
    "a match outside of all hunks": (
        lines(1, 9) + "match\n" + lines(11, 30),
        "new\n" + lines(2, 9) + "match\n" + lines(11, 29) + "new\n",
        """
        |@@ -1,4 +1,4 @@
        |-1
        |+new
        | 2
        | 3
        > 4
        |@@ -27,4 +27,4 @@
        | 27
        | 28
        | 29
        |-30
        |+new
        """,
    ),
    "a guard removed far from the match": (
        lines(1, 3) + "guard\n" + lines(5, 30) + "match\n" + lines(32, 40),
        lines(1, 3) + lines(5, 30) + "match\n" + lines(32, 39) + "new\n",
        """
        |@@ -1,7 +1,6 @@
        | 1
        | 2
        | 3
        |-guard
        > 5
        | 6
        | 7
        |@@ -37,4 +36,4 @@
        | 37
        | 38
        | 39
        |-40
        |+new
        """,
    ),
    "a guard replaced far from the match": (
        lines(1, 3) + "guard\n guard\n" + lines(6, 30) + "match\n" + lines(32, 33),
        lines(1, 3) + "if x\n" + lines(6, 30) + "match\n" + lines(32, 33),
        """
        |@@ -1,8 +1,7 @@
        | 1
        | 2
        | 3
        |-guard
        |- guard
        >+if x
        | 6
        | 7
        | 8
        """,
    ),
    "a guard removed at the end of the file": (
        "match\n" + lines(2, 20) + "guard\n",
        "match\n" + lines(2, 20),
        """
        |@@ -18,4 +18,3 @@
        | 18
        | 19
        > 20
        |-guard
        """,
    ),
    "a guard removed beside the match": (
        "guard\nmatch\n" + lines(3, 5),
        "match\n" + lines(3, 5),
        """
        |@@ -1,4 +1,3 @@
        |-guard
        > match
        | 3
        | 4
        """,
    ),
    "nothing but deletions": (
        "one\nguard\nthree\n",
        "",
        """
        |@@ -1,3 +0,0 @@
        |-one
        >-guard
        |-three
        """,
    ),
}


@pytest.mark.parametrize(("base", "head", "picture"), CASES.values(), ids=CASES)
def test_a_comment_stands_where_the_reader_looks(base: str, head: str, picture: str, tmp_path: Path) -> None:
    diff = Diff(tmp_path, base, head)
    matched = numbered(head, "match") or [1]
    finding = finding_on(matched[0], matched[-1], removed=numbered(base, "guard"))

    anchor = find_anchor(finding, diff.hunks)

    assert anchor is not None
    assert diff.picture(anchor) == dedent(picture).strip("\n")


# What GitHub takes -----------------------------------------------------------------------------

TWO = (hunk(10, 6, 10, 8), hunk(40, 7, 42, 7))


@pytest.mark.parametrize(
    ("first", "last", "anchor"),
    [
        (12, 12, Anchor(path=_PATH, line=12, is_exact=True)),
        (12, 14, Anchor(path=_PATH, start_line=12, line=14, is_exact=True)),
        (10, 17, Anchor(path=_PATH, start_line=10, line=17, is_exact=True)),
        (8, 11, Anchor(path=_PATH, start_line=10, line=11)),
        (8, 10, Anchor(path=_PATH, line=10)),
        (17, 43, Anchor(path=_PATH, start_line=42, line=43)),
        (17, 42, Anchor(path=_PATH, line=17)),
        (1, 9, Anchor(path=_PATH, line=10)),
        (18, 29, Anchor(path=_PATH, line=17)),
        (30, 41, Anchor(path=_PATH, line=42)),
        (20, 39, Anchor(path=_PATH, line=17)),
        (90, 99, Anchor(path=_PATH, line=48)),
    ],
)
def test_a_range_stays_in_one_hunk(first: int, last: int, anchor: Anchor) -> None:
    assert find_anchor(finding_on(first, last), TWO) == anchor


def test_a_comment_on_a_long_match_stands_where_it_begins() -> None:
    whole = [hunk(0, 0, 1, 500)]

    assert find_anchor(finding_on(100, 111), whole) == Anchor(
        path=_PATH, start_line=100, line=111, is_exact=True
    )
    assert find_anchor(finding_on(100, 112), whole) == Anchor(path=_PATH, line=100)


def test_a_guard_that_no_hunk_shows_does_not_matter() -> None:
    assert find_anchor(finding_on(90, 90, removed=[25, 26]), TWO) == Anchor(path=_PATH, line=48)


def test_a_guard_is_missed_in_the_hunk_that_removed_it() -> None:
    shrunk = (hunk(1, 20, 1, 6), hunk(30, 7, 16, 7))

    assert find_anchor(finding_on(90, 90, removed=[18]), shrunk) == Anchor(path=_PATH, line=6)


def test_a_file_that_is_shown_without_lines_gets_a_comment_of_its_own() -> None:
    assert find_anchor(finding_on(3, 3), ()) == Anchor(path=_PATH, line=None)


def test_a_file_that_is_not_shown_is_left_to_the_summary() -> None:
    assert find_anchor(finding_on(3, 3), None) is None


def test_a_file_that_github_cannot_be_told_of_is_left_to_the_summary() -> None:
    assert find_anchor(replace(finding_on(12, 12), path="b\udcffd.py"), TWO) is None


def test_a_match_with_the_end_of_its_line_stands_on_that_line() -> None:
    finding = make_finding("one\ntwo\nthree", "one\ntwo\n", line=5)

    assert finding.end.line == 7
    assert matched_lines(finding) == range(5, 7)


def test_an_empty_match_stands_on_a_line() -> None:
    assert matched_lines(make_finding("one", "", line=5)) == range(5, 6)


@st.composite
def any_hunks(draw: st.DrawFn) -> list[Hunk]:
    """Make hunks as no Git would, too: with any counts, and right beside each other."""
    base, head, hunks = 1, 1, []
    for gap, removed, added in draw(st.lists(st.tuples(*[st.integers(0, 9)] * 3), max_size=4)):
        base, head = base + gap, head + gap
        if removed or added:
            hunks.append(hunk(base - (not removed), removed, head - (not added), added))
        base, head = base + removed, head + added
    return hunks


@st.composite
def any_finding(draw: st.DrawFn) -> Finding:
    first = draw(st.integers(1, 60))
    removed = draw(st.integers(1, 60))
    return finding_on(
        first,
        first + draw(st.integers(0, 20)),
        removed=range(removed, removed + draw(st.integers(0, 4))),
    )


@given(any_finding(), any_hunks())
def test_an_anchor_is_legal_wherever_the_finding_is(finding: Finding, hunks: list[Hunk]) -> None:
    anchor = find_anchor(finding, hunks)

    assert anchor is not None
    if anchor.line is None:
        assert not hunks
        assert anchor.start_line is None
        return
    first = anchor.line if anchor.start_line is None else anchor.start_line
    assert anchor.start_line is None or anchor.start_line < anchor.line
    sides = [each.head_lines if anchor.side == "RIGHT" else each.base_lines for each in hunks]
    assert any(first in lines and anchor.line in lines for lines in sides)
    assert anchor.side == "RIGHT" or not any(each.head_count for each in hunks)


@given(any_finding(), any_hunks())
def test_an_exact_anchor_is_all_of_the_match(finding: Finding, hunks: list[Hunk]) -> None:
    anchor = find_anchor(finding, hunks)

    if anchor and anchor.is_exact and anchor.line is not None:
        first = anchor.line if anchor.start_line is None else anchor.start_line
        assert anchor.side == "RIGHT"
        assert range(first, anchor.line + 1) == matched_lines(finding)


@given(any_finding(), any_hunks())
def test_no_line_of_the_diff_is_nearer_to_the_match(finding: Finding, hunks: list[Hunk]) -> None:
    def distance(line: int) -> int:
        return min(abs(line - matched) for matched in matched_lines(finding))

    anchor = find_anchor(replace(finding, state=State.ADDED), hunks)

    shown = [line for each in hunks for line in each.head_lines]
    if shown and anchor and anchor.line is not None:
        assert distance(anchor.line) == min(map(distance, shown))
