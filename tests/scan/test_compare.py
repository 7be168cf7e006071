"""What a change introduces, as a pure function: tables of cases and properties of any case."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.git.changes import Hunk, LineMap
from lessonguard.scan.compare import classify
from lessonguard.scan.compared import ComparedFile, Occurrence, Verdict, Version
from lessonguard.scan.finding import State
from lessonguard.scan.source import Source

CALL = re.compile(r"get\([^)\n]*\)")


def matches(text: str) -> list[Occurrence]:
    """Play the engine: `get(…)` is bad without `timeout`, and outside a `with lock:`."""
    found: list[Occurrence] = []
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
                found.append(Occurrence(rule="r", start=start, end=end))
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


def compared(base: str | None, head: str | None) -> ComparedFile:
    versions = [
        None if text is None else Version(source=Source(text.encode()), occurrences=matches(text))
        for text in (base, head)
    ]
    return ComparedFile(base=versions[0], head=versions[1], lines=line_map(base or "", head or ""))


def verdicts(*files: tuple[str | None, str | None]) -> list[Verdict]:
    return classify([compared(base, head) for base, head in files])


def states(*files: tuple[str | None, str | None]) -> list[str]:
    """Give `state line` for each verdict but the inherited ones."""
    return [
        f"{verdict.state.value} {_line(files[verdict.file], verdict)}"
        for verdict in verdicts(*files)
        if verdict.state is not State.INHERITED
    ]


def _line(file: tuple[str | None, str | None], verdict: Verdict) -> int:
    text = file[0] if verdict.state is State.FIXED else file[1]
    assert text is not None
    return text.encode()[: verdict.occurrence.start].count(b"\n") + 1


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
    (moved,) = verdicts((None, "get(u)"), ("get(u)", None))

    assert (moved.state, moved.file, moved.origin) == (State.MOVED, 0, 1)


def test_code_guarded_in_its_place_has_not_moved_to_where_a_copy_appears() -> None:
    base, head = "a\nget(u)\nb\nc", "a\nwith lock:\n  get(u)\nb\nc\nget(u)"

    assert states((base, head)) == ["added 6", "fixed 2"]


def test_removed_lines_are_those_nearest_to_the_exposed_code() -> None:
    base = "one\na\nwith lock:\n  get(u)\nb\ntwo"
    head = "a\nif x:\n  get(u)\nb"

    (exposed,) = [verdict for verdict in verdicts((base, head)) if verdict.state is State.EXPOSED]

    assert exposed.removed == (3,)


def test_what_base_could_not_be_asked_is_not_called_introduced() -> None:
    """A time-out in base must not turn old code into new findings."""
    file = compared("a\nget(u, timeout=1)", "b\nget(u, timeout=1)")
    found = Occurrence(rule="r", start=2, end=8)
    blind = Version(source=file.base.source, blind={"r": [range(0)]}) if file.base else None
    head = Version(source=file.head.source, occurrences=[found]) if file.head else None

    (verdict,) = classify([ComparedFile(base=blind, head=head, lines=file.lines)])

    assert verdict.state is State.INHERITED


def test_what_head_could_not_be_asked_is_not_called_fixed() -> None:
    file = compared("get(u)", "get(u) +")
    assert file.head is not None
    head = Version(source=file.head.source, blind={None: [range(1, 2)]})

    assert classify([ComparedFile(base=file.base, head=head, lines=file.lines)]) == []


# Properties -----------------------------------------------------------------------------------

CALLS = ["get(a)", "x = get(a)", "get(b)", "y = f(get(c, d))", "get(a, timeout=1)"]
PLAIN = ["one", "two()", "three = 3", "", "# four", "}", "return"]

plain_lines = st.lists(st.sampled_from(PLAIN), max_size=6)
programs = st.lists(
    st.sampled_from(CALLS + PLAIN + ["with lock:", "  get(a)", "  one", "if x:"]), max_size=14
)


def _introduced(*files: tuple[str | None, str | None]) -> list[Verdict]:
    return [verdict for verdict in verdicts(*files) if verdict.state.is_introduced]


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

        lines = [_line((base, head), verdict) for verdict in _introduced((base, head))]

        assert lines == [len(above) + shift + 1]


@given(programs, programs)
def test_no_more_is_old_than_there_was(base: list[str], head: list[str]) -> None:
    """For each text: head has at most as many old matches as base had, edited ones apart."""
    before, after = "\n".join(base), "\n".join(head)
    found = verdicts((before, after))
    old = Counter(
        _text(after, verdict) for verdict in found if verdict.state in {State.INHERITED, State.MOVED}
    )
    had = Counter(before.encode()[item.start : item.end].decode() for item in matches(before))

    assert not old - had


@given(programs, programs)
def test_every_match_in_head_has_exactly_one_verdict(base: list[str], head: list[str]) -> None:
    before, after = "\n".join(base), "\n".join(head)
    judged = [verdict for verdict in verdicts((before, after)) if verdict.state is not State.FIXED]

    assert [verdict.occurrence for verdict in judged] == matches(after)


@given(programs, programs)
def test_counts_of_base_and_head_add_up(base: list[str], head: list[str]) -> None:
    """What base had is either fixed or the partner of something old in head."""
    before, after = "\n".join(base), "\n".join(head)
    count = Counter(verdict.state for verdict in verdicts((before, after)))
    old = count[State.INHERITED] + count[State.TOUCHED] + count[State.MOVED]

    assert old + count[State.FIXED] == len(matches(before))


def _text(text: str, verdict: Verdict) -> str:
    return text.encode()[verdict.occurrence.start : verdict.occurrence.end].decode()
