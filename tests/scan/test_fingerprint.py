"""Fingerprints: the same finding keeps its identity, another one never shares it."""

from __future__ import annotations

from textwrap import dedent, indent

from hypothesis import given
from hypothesis import strategies as st

from lessonguard.scan.fingerprint import Fingerprints, enclosing_lines
from lessonguard.scan.source import Source, tokenize

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
