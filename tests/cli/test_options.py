"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from lessonguard.cli.options import LessonsDirectory, with_options
from lessonguard.lessons.builtin import builtin_folder


def _convert(value: str) -> Path:
    return LessonsDirectory().convert(value, None, None)


def test_the_word_builtin_is_the_folder_of_the_shipped_lessons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "builtin").mkdir()
    monkeypatch.chdir(tmp_path)

    assert _convert("builtin") == builtin_folder()
    assert _convert("./builtin") == Path("builtin")


def test_a_folder_of_lessons_must_exist(tmp_path: Path) -> None:
    assert _convert(str(tmp_path)) == tmp_path
    with pytest.raises(click.BadParameter, match="does not exist"):
        _convert(str(tmp_path / "missing"))


def test_options_are_listed_in_the_order_in_which_they_were_given() -> None:
    @click.command
    @with_options(click.option("--first"), click.option("--second"))
    @click.option("--third")
    def command() -> None:
        pass

    assert [parameter.name for parameter in command.params] == ["first", "second", "third"]
