"""The terminal of a command: its width, colour, and where results go."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from lessonguard.cli.console import wants_colour, write_result
from lessonguard.errors import UsageError


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals() -> None:
    assert not wants_colour(io.StringIO())


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"TERM": "xterm"}, True)],
)
def test_colour_is_left_out_where_the_user_says_so(
    variables: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TERM", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert wants_colour(_Terminal()) is expected


def test_a_result_is_written_as_utf_8(tmp_path: Path) -> None:
    write_result("größe\n", tmp_path / "report.txt")

    assert (tmp_path / "report.txt").read_bytes() == "größe\n".encode()


def test_a_file_that_cannot_be_written_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Cannot write the report to"):
        write_result("text", tmp_path / "missing" / "report.txt")
