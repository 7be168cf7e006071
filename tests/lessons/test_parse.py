"""Lesson files become lessons, and mistakes in them become faults that say what to do."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.lessons.model import Example, Lesson, Mode, Severity, Watch
from lessonguard.lessons.parse import MAX_BYTES, parse_lesson
from tests.support.wording import with_quotes

_CASES = Path(__file__).parents[1] / "cases" / "lesson_faults"
_BASE = (_CASES / "base.yaml").read_text(encoding="utf-8")


def _read_cases() -> Iterator[Any]:
    """Read the tables of mistakes.

    A case is a title after `==`, lines of the base lesson that are taken out (`-`) and those that come in
    their place (`+`) or a whole file (`=`), and the faults that are expected (`>`).
    """
    for table in sorted(_CASES.glob("*.txt")):
        for case in ("\n" + table.read_text(encoding="utf-8")).split("\n== ")[1:]:
            title, *lines = case.strip("\n").split("\n")
            expected = [line[2:] for line in lines if line.startswith(">")]
            yield pytest.param(_edit(lines), expected, id=f"{table.stem}: {title}")


def _edit(lines: list[str]) -> str:
    if whole := [line[2:] for line in lines if line.startswith("=")]:
        return "\n".join(whole) + "\n"
    text = _BASE
    for hunk in re.findall(r"(?:^-.*\n)+(?:^\+.*\n)*", "\n".join(lines) + "\n", re.MULTILINE):
        old, new = ("".join(re.findall(rf"^\{sign} (.*\n)", hunk, re.MULTILINE)) for sign in "-+")
        assert text.count(old) == 1, f"not once in base.yaml: {old}"
        text = text.replace(old, new)
    return text


def _parse(text: str) -> Lesson:
    made = parse_lesson(text.encode(), path="lessons/INC-245.yaml")
    assert isinstance(made, Lesson), made
    return made


def _faults(data: bytes) -> list[str]:
    made = parse_lesson(data, path="x.yaml")
    assert not isinstance(made, Lesson)
    return [fault.text for fault in made]


@pytest.mark.parametrize(("text", "expected"), list(_read_cases()))
def test_a_mistake_is_named_with_its_place_and_its_remedy(text: str, expected: list[str]) -> None:
    faults = _faults(text.encode())

    assert faults == with_quotes([f"x.yaml:{line}" for line in expected], faults)


def test_the_base_of_the_mistakes_has_none_itself() -> None:
    lesson = _parse(_BASE)
    assert lesson.path == "lessons/INC-245.yaml"
    assert lesson.line == 1
    assert lesson.severity is Severity.P1
    assert lesson.mode is Mode.COMMENT
    assert lesson.date == date(2026, 5, 14)
    assert lesson.examples == (
        Example(line=20, bad="requests.get(url)", good="requests.get(url, timeout=5)"),
    )
    assert lesson.watch == Watch(paths=("billing/**",))
    assert [item.owner for item in lesson.remediation] == ["@acme/payments"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-05-14T09:12:00Z", datetime(2026, 5, 14, 9, 12, tzinfo=timezone.utc)),
        ("2026-05-14T09:12Z", datetime(2026, 5, 14, 9, 12, tzinfo=timezone.utc)),
        ("2026-05-14 09:12:00+00:00", datetime(2026, 5, 14, 9, 12, tzinfo=timezone.utc)),
        ('"2026-05-14T09:12:00.250Z"', datetime(2026, 5, 14, 9, 12, 0, 250_000, tzinfo=timezone.utc)),
        ("2026-05-14T04:42:00-04:30", datetime(2026, 5, 14, 4, 42, tzinfo=timezone(timedelta(hours=-4.5)))),
    ],
)
def test_a_moment_keeps_its_utc_offset(written: str, expected: datetime) -> None:
    timeline = _parse(_BASE.replace("began: 2026-05-14T09:12:00Z", f"began: {written}")).timeline
    assert timeline is not None
    assert timeline.began == expected
    assert timeline.began.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize("text", ["\ufeff" + _BASE, _BASE.replace("\n", "\r\n")])
def test_a_byte_order_mark_and_carriage_returns_change_nothing(text: str) -> None:
    assert _parse(text) == _parse(_BASE)


def test_columns_count_characters_also_behind_wide_ones_and_in_files_with_carriage_returns() -> None:
    text = '# 🦊\r\nseverity: "🦊" # é\r\nwatch: {"🦊": 1, paths: [a], bad: 1}\r\n'
    assert [fault for fault in _faults(text.encode()) if "the lesson" not in fault] == [
        'x.yaml:2:11: "severity" must be P0, P1, P2 or P3, not "🦊"',
        'x.yaml:3:9: unknown key "🦊"; known here: paths',
        'x.yaml:3:29: unknown key "bad"; known here: paths',
    ]


def test_bytes_that_are_not_utf_8_are_named_with_their_line() -> None:
    data = "incident: INC-1\ntitle: Größe\n".encode("latin-1")
    assert _faults(data) == ["x.yaml:2:10: the file is not UTF-8: byte 0xF6; save it as UTF-8"]


def test_utf_16_is_not_utf_8() -> None:
    assert _faults(_BASE.encode("utf-16")) == [
        "x.yaml:1:1: the file is not UTF-8: byte 0xFF; save it as UTF-8"
    ]


def test_a_control_character_is_named_with_its_place() -> None:
    expected = "x.yaml:2:9: a lesson cannot hold the control character U+001B; remove it"
    assert _faults(b"incident: INC-1\ntitle: a\x1b[31mb\n") == [expected]


def test_a_file_of_ten_megabytes_is_refused_by_its_size() -> None:
    expected = ["x.yaml:1:1: the file is larger than 1 MiB; one file holds one incident"]
    assert _faults(b"[" * 10 * MAX_BYTES) == expected
    assert _faults(b"\xff" * (MAX_BYTES + 1)) == expected


def test_a_file_of_just_one_mebibyte_is_read() -> None:
    padding = MAX_BYTES - len(_BASE.encode()) - 2
    assert _parse(f"{_BASE}#{'x' * padding}\n").incident == "INC-245"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_and_does_not_end_the_process(opening: str) -> None:
    code = (
        "import sys; from lessonguard.lessons.parse import parse_lesson;"
        "[fault] = parse_lesson(sys.stdin.buffer.read(), path='x.yaml'); print(fault.text)"
    )
    data = (opening * 200_000).encode()
    result = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    assert re.fullmatch(r"x\.yaml:1:\d{2,}: values are nested too deeply", result.stdout.decode().strip())


def test_an_alias_repeats_a_value_and_its_faults_count_once() -> None:
    text = _BASE.replace("  - bad: requests", "  - bad: &call requests").replace("(url, timeout=5)", "(url)")
    lesson = _parse(text.replace("title: Checkout", "title: &title Checkout"))
    assert lesson.examples[0].bad == "requests.get(url)"
    shared = _BASE.replace("owner: ", "owner: &owner ").replace(
        "rules:\n", "rules:\n  - &rule {languages: [x]}\n  - *rule\n"
    )
    assert len([fault for fault in _faults(shared.encode()) if "68 words" in fault]) == 1


def test_lessons_are_read_without_libyaml_too() -> None:
    code = (
        "import sys; sys.modules['yaml._yaml'] = None; import yaml; assert not yaml.__with_libyaml__\n"
        "from lessonguard.lessons.parse import parse_lesson\n"
        "print(parse_lesson(sys.stdin.buffer.read(), path='lessons/INC-245.yaml'))"
    )
    argv = [sys.executable, "-c", code]
    result = subprocess.run(argv, input=_BASE.encode(), capture_output=True, check=True)
    assert result.stdout.decode().strip() == str(_parse(_BASE))


@given(st.binary(max_size=200))
def test_any_bytes_give_a_lesson_or_faults(data: bytes) -> None:
    assert _faults(data)


_LINES = _BASE.splitlines(keepends=True)


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(_LINES) - 1), st.text(alphabet=" -:[]{}&*!|>'\"#%@`~$ab0\t\n", max_size=6)
        ),
        max_size=6,
    )
)
def test_any_damage_gives_a_lesson_or_faults_within_the_file(damage: list[tuple[int, str]]) -> None:
    lines = list(_LINES)
    for number, text in damage:
        lines[number] = lines[number].rstrip("\n") + text + "\n"
    text = "".join(lines)
    made = parse_lesson(text.encode(), path="x.yaml")
    if not isinstance(made, Lesson):
        assert all(1 <= fault.line <= text.count("\n") + 1 and fault.column >= 1 for fault in made)
