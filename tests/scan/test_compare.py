"""What a change introduces, as a pure function: tables of cases and properties of any case."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from difflib import SequenceMatcher
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.git.changes import Hunk, LineMap
from lessonguard.scan.compare import ClassifiedMatch, FileComparison, Likeness, classify
from lessonguard.scan.finding import State
from lessonguard.scan.source import Source
from lessonguard.semgrep.interface import Deadline, Match, Unchecked

CALL = re.compile(r"get\([^)\n]*\)")


def made(start: int, end: int) -> Match:
    return Match(rule="r", target=0, start=start, end=end, message="", fix=None)


def matches(text: str) -> list[Match]:
    """Play the engine: `get(…)` is bad without `timeout`, and outside a `with lock:`."""
    found: list[Match] = []
    guards: list[int] = []
    offset = 0
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if line.strip():
            guards = [guard for guard in guards if guard < indent]
        if line.strip() == "with lock:":
            guards.append(indent)
        for match in CALL.finditer(line):
            if not guards and "timeout" not in match.group():
                start, end = offset + match.start(), offset + match.end()
                found.append(made(start, end))
        offset += len(line) + 1
    return found


def line_map(base: str, head: str) -> LineMap:
    """Play `git diff -w`: map lines that are equal but for white space."""
    one, other = ([re.sub(r"\s", "", line) for line in text.split("\n")] for text in (base, head))
    hunks = [
        Hunk(
            base_start=first + (last > first),
            base_count=last - first,
            head_start=start + (stop > start),
            head_count=stop - start,
        )
        for tag, first, last, start, stop in SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    return LineMap(hunks)


def compared(base: str | None, head: str | None) -> FileComparison:
    return FileComparison(
        path="a.py",
        previous_path=None,
        base=None if base is None else Source(base.encode()),
        head=None if head is None else Source(head.encode()),
        lines=line_map(base or "", head or ""),
        base_matches=matches(base or ""),
        head_matches=matches(head or ""),
    )


def classified(*files: tuple[str | None, str | None]) -> list[ClassifiedMatch]:
    return classify([compared(base, head) for base, head in files])[0]


def states(*files: tuple[str | None, str | None]) -> list[str]:
    """Return `state line` for each match but the inherited ones."""
    return [
        f"{match.state.value} {match.lines.start}"
        for match in classified(*files)
        if match.state is not State.INHERITED
    ]


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ("a\nget(u)\nb", "a\nget(u)\nb", []),
        ("a\nb", "a\nget(u)\nb", ["added 2"]),
        ("a\nget(u, timeout=1)", "a\nget(u)", ["exposed 2"]),
        ("x = get(u, timeout=Wait(connect=1))", "x = get(u)", ["exposed 1"]),
        ("with lock:\n  get(u)", "if lock:\n  get(u)", ["exposed 2"]),
        ("with lock:\n  get(u)", "get(u)", ["exposed 1"]),
        ("with lock:\n  get(u)\nb\nget(u)", "if x:\n  get(u)\nb\nget(u)", ["exposed 2"]),
        ("get(u)", "if x:\n  get(u)", ["touched 2"]),
        ("get(u)", "get(u, v)", ["touched 1"]),
        ("get(u)\r\nx", "get(u)\nx", ["touched 1"]),
        ("get(u)", "get(u)\nget(u)", ["added 2"]),
        ("get(u)\na\nb\nc", "a\nb\nc\nget(u)", ["moved 4"]),
        ("a\nget(u)", "a\nget(u, timeout=1)", ["fixed 2"]),
        ("get(u)\na\nb\nc = get(u, timeout=1)", "a\nb\nc = get(u)", ["exposed 3", "fixed 1"]),
        ("get(u)\na\nb", "if x: pass\na\nb\nlog(get(v))", ["added 4", "fixed 1"]),
        ("", "get(u)", ["added 1"]),
    ],
)
def test_state_follows_from_what_the_change_did(base: str, head: str, expected: list[str]) -> None:
    assert states((base, head)) == expected


def test_code_moved_to_another_file_is_moved_once() -> None:
    assert states(("a\nget(u)", "a"), (None, "get(u)\nget(u)")) == ["moved 1", "added 2"]


def test_moved_code_names_the_file_it_came_from() -> None:
    new, old = compared(None, "get(u)"), compared("get(u)", None)

    (moved,) = classify([new, old])[0]

    assert (moved.state, moved.file, moved.origin) == (State.MOVED, new, old)


def test_code_guarded_in_its_place_has_not_moved_to_where_a_copy_appears() -> None:
    base, head = "a\nget(u)\nb\nc", "a\nwith lock:\n  get(u)\nb\nc\nget(u)"

    assert states((base, head)) == ["added 6", "fixed 2"]


def test_removed_lines_are_those_nearest_to_the_exposed_code() -> None:
    base = "one\na\nwith lock:\n  get(u)\nb\ntwo"
    head = "a\nif x:\n  get(u)\nb"

    (exposed,) = [match for match in classified((base, head)) if match.state is State.EXPOSED]

    assert list(exposed.removed) == [3]


def test_a_match_that_base_was_not_checked_for_is_not_introduced() -> None:
    """A time-out in base must not turn old code into new findings."""
    unseen = Unchecked(path="a.py", side="base", rule="r", kind="timeout", reason="slow")
    file = replace(
        compared("a\nget(u, timeout=1)", "b\nget(u, timeout=1)"),
        head_matches=[made(2, 8)],
        unchecked=[unseen],
    )

    (match,) = classify([file])[0]

    assert match.state is State.INHERITED


def test_a_match_that_head_was_not_checked_for_is_not_fixed() -> None:
    unseen = Unchecked(path="a.py", kind="partial-parse", reason="not parsed", lines=(range(1, 2),))
    file = replace(compared("get(u)", "get(u) +"), head_matches=(), unchecked=[unseen])

    assert classify([file]) == ([], [])


# Properties -----------------------------------------------------------------------------------

CALLS = ["get(a)", "x = get(a)", "get(b)", "y = f(get(c, d))", "get(a, timeout=1)"]
PLAIN = ["one", "two()", "three = 3", "", "# four", "}", "return"]

plain_lines = st.lists(st.sampled_from(PLAIN), max_size=6)
programs = st.lists(
    st.sampled_from(CALLS + PLAIN + ["with lock:", "  get(a)", "  one", "if x:"]), max_size=14
)


def _introduced(*files: tuple[str | None, str | None]) -> list[ClassifiedMatch]:
    return [match for match in classified(*files) if match.state.is_introduced]


@given(programs, plain_lines, plain_lines)
def test_shifting_code_introduces_nothing(program: list[str], above: list[str], below: list[str]) -> None:
    base, head = "\n".join(program), "\n".join([*above, *program, *below])

    assert not _introduced((base, head))


@given(programs)
def test_indenting_code_introduces_nothing(program: list[str]) -> None:
    head = "\n".join(["if y:", *(f"    {line}" if line else "" for line in program)])

    assert not _introduced(("\n".join(program), head))


@given(programs)
def test_converting_line_endings_introduces_nothing(program: list[str]) -> None:
    text = "\n".join(program)

    assert not _introduced((text, text.replace("\n", "\r\n")))
    assert not _introduced((text.replace("\n", "\r\n"), text))


@given(programs)
def test_moving_a_file_introduces_nothing(program: list[str]) -> None:
    text = "\n".join(program)

    assert not _introduced((text, None), (None, text))


@given(programs, st.integers(0, 14))
def test_swapping_two_blocks_introduces_nothing(program: list[str], cut: int) -> None:
    """Blocks are made of whole top-level pieces, so that no guard is torn off."""
    plain = [line for line in program if not line.startswith((" ", "with"))]
    head = "\n".join([*plain[cut:], *plain[:cut]])

    assert not _introduced(("\n".join(plain), head))


@given(plain_lines, st.sampled_from(["get(a)", "x = get(a)", "f(get(b))"]), plain_lines, programs)
def test_deleting_a_guard_always_introduces(
    above: list[str], call: str, below: list[str], rest: list[str]
) -> None:
    """Whatever else the file holds, the code that lost its guard is found on its own line."""
    above, below = [*above, "above()"], ["below()", *below, *rest]
    base = "\n".join([*above, "with lock:", f"    {call}", *below])
    for guard, shift in (["if lock:"], 1), ([], 0):
        head = "\n".join([*above, *guard, f"    {call}" if guard else call, *below])

        lines = [match.lines.start for match in _introduced((base, head))]

        assert lines == [len(above) + shift + 1]


@given(programs, programs)
def test_no_more_is_old_than_there_was(base: list[str], head: list[str]) -> None:
    """For each text: head has at most as many old matches as base had, edited ones apart."""
    before, after = "\n".join(base), "\n".join(head)
    found = classified((before, after))
    old = Counter(
        after.encode()[each.match.start : each.match.end].decode()
        for each in found
        if each.state in {State.INHERITED, State.MOVED}
    )
    had = Counter(before.encode()[item.start : item.end].decode() for item in matches(before))

    assert not old - had


@given(programs, programs)
def test_every_match_in_head_is_classified_once(base: list[str], head: list[str]) -> None:
    before, after = "\n".join(base), "\n".join(head)
    in_head = [match for match in classified((before, after)) if match.state is not State.FIXED]

    assert [match.match for match in in_head] == matches(after)


@given(programs, programs)
def test_counts_of_base_and_head_add_up(base: list[str], head: list[str]) -> None:
    """What base had is either fixed or the partner of something old in head."""
    before, after = "\n".join(base), "\n".join(head)
    count = Counter(match.state for match in classified((before, after)))
    old = count[State.INHERITED] + count[State.TOUCHED] + count[State.MOVED]

    assert old + count[State.FIXED] == len(matches(before))


def test_a_file_that_is_not_compared_by_the_deadline_is_listed_without_a_word_about_it() -> None:
    files = [compared("x\n", "get(a)\n"), compared(None, "get(b)\n")]

    assert classify(files, deadline=Deadline.after(0)) == ([], files)


def _rewritten(kind: str) -> tuple[str, str]:
    """Make two versions of a file with hundreds or thousands of calls, of which none is as it was."""
    randomly = Random(1)  # noqa: S311 - the same calls each time

    def calls(number: int, end: str, write: Callable[[], str]) -> str:
        return "".join(f"get({write()}){end}" for _ in range(number)) + "\n"

    def digits() -> str:
        return ",".join(str(randomly.randint(0, 9)) for _ in range(250))

    def words() -> str:
        return " ".join(randomly.choice("abcdefgh") for _ in range(randomly.randint(1, 60)))

    make: dict[str, Callable[[], str]] = {
        "long": lambda: calls(300, "\n", digits),
        "short": lambda: calls(3000, "\n", lambda: f"url{randomly.random()}"),
        "on one line": lambda: calls(5000, ";", lambda: f"url{randomly.random()}"),
        "shuffled": lambda: calls(1000, "\n", words),
    }
    return make[kind](), make[kind]()


@pytest.mark.parametrize("kind", ["long", "short", "on one line", "shuffled"])
def test_generated_code_that_was_all_rewritten_is_compared_in_seconds(kind: str) -> None:
    base, head = _rewritten(kind)
    hunk = Hunk(base_start=1, base_count=base.count("\n"), head_start=1, head_count=head.count("\n"))
    file = replace(compared(base, head), lines=LineMap([hunk]))
    began = time.process_time()

    found = [match for match in classify([file])[0] if match.side == "head"]

    assert len(found) == len(matches(head))
    # 60 of the long ones alone took minutes.
    assert time.process_time() - began < 10


def test_new_code_in_place_of_other_code_is_compared_in_seconds() -> None:
    """Each hunk is just small enough to be searched for code that was there, without a match."""
    hunks, lines = 20, 1000
    base = "".join("".join(f"x{i}_{j} = 1\n" for j in range(lines)) + "same\n" for i in range(hunks))
    head = "".join("".join(f"get(u{i}_{j})\n" for j in range(lines)) + "same\n" for i in range(hunks))
    starts = range(1, hunks * (lines + 1), lines + 1)
    changed = [Hunk(base_start=it, base_count=lines, head_start=it, head_count=lines) for it in starts]
    file = FileComparison(
        path="a.py",
        previous_path=None,
        base=Source(base.encode()),
        head=Source(head.encode()),
        lines=LineMap(changed),
        head_matches=matches(head),
    )
    began = time.process_time()

    assert {match.state for match in classify([file])[0]} == {State.ADDED}
    assert time.process_time() - began < 10


@given(*[st.lists(st.sampled_from("abc()"), max_size=12)] * 2)
def test_likeness_is_what_both_have_in_order(one: list[str], other: list[str]) -> None:
    longest = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, token in enumerate(one):
        for j, its in enumerate(other):
            same, either = longest[i][j] + 1, max(longest[i][j + 1], longest[i + 1][j])
            longest[i + 1][j + 1] = same if token == its else either
    both = len(one) + len(other)

    found = Likeness(one).of(other)

    assert found == (2 * longest[-1][-1] / both if both else 1.0)
    assert found >= SequenceMatcher(None, one, other, autojunk=False).ratio()
