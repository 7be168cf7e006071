"""The code of a sample with its matches, and the parts of a rule, as lines of a terminal."""

from __future__ import annotations

import pytest

from lessonguard.authoring.prove.code_view import Panel, lines_words, panel_lines, step_lines
from lessonguard.output.terminal import Screen, Style
from lessonguard.semgrep.explanations import Step
from tests.support.prove_results import match, result

SCREEN = Screen(colour=False, width=60)


def panel(title: str, content: bytes) -> Panel:
    return Panel(
        title=title, verdict="matches", result=result("bad", match(0, 3), content=content), tone=Style.GREEN
    )


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([], "nothing"),
        ([(3, 3)], "line 3"),
        ([(5, 7)], "lines 5-7"),
        ([(3, 3), (5, 7)], "lines 3, 5-7"),
    ],
)
def test_lines_are_named_in_words(spans: list[tuple[int, int]], words: str) -> None:
    assert lines_words(spans) == words


def test_two_panels_are_beside_each_other_if_they_fit() -> None:
    assert panel_lines(SCREEN, [panel("bad", b"a()\n"), panel("good", b"a()\nb()\n")], indent=2) == [
        "  bad: matches                  good: matches",
        "  1 ┃ a()                       1 ┃ a()",
        "                                2 │ b()",
    ]


def test_two_panels_are_below_each_other_if_a_line_is_long() -> None:
    lines = panel_lines(
        SCREEN, [panel("bad", b"a()" + b" " * 40 + b"# why"), panel("good", b"a()")], indent=2
    )

    assert lines.index("  bad: matches") < lines.index("  good: matches")


def test_of_long_code_only_the_lines_around_the_matches_are_shown() -> None:
    [_, *lines] = panel_lines(SCREEN, [panel("bad", b"a()\n" + b"b()\n" * 40)], indent=0)

    assert lines == ["1 ┃ a()", "2 │ b()", "3 │ b()", "⋮"]


def test_parts_that_make_no_difference_are_counted() -> None:
    steps = (
        Step(depth=0, key="patterns", value="", effect="finds", lines=()),
        Step(depth=1, key="pattern", value="a()", effect="finds", lines=((1, 1),)),
        Step(depth=1, key="pattern-not", value="c()", effect="takes", lines=()),
        Step(depth=1, key="pattern-not", value="a(...)", effect="takes", lines=((1, 1),), is_end=True),
    )

    assert step_lines(SCREEN, result("bad", steps=steps), indent=0) == [
        "pattern: a()          finds line 1",
        "pattern-not: a(...)   removes line 1: nothing is left",
        "(1 part that makes no difference is not shown)",
    ]
