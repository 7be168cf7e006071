"""The installed Semgrep is found by its files, and its version decides how it is run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lessonguard.semgrep.installed import TESTED, Semgrep, find_semgrep
from lessonguard.semgrep.interface import Limits


@pytest.mark.parametrize(
    ("version", "name"),
    [((1, 136, 0), "CliEngine"), ((*TESTED[1], 0), "CoreEngine"), ((2, 0, 0), "CliEngine")],
)
def test_only_tested_versions_take_the_fast_path(version: tuple[int, int, int], name: str) -> None:
    semgrep = Semgrep(package=find_semgrep().package, version=version)

    assert type(semgrep._engine).__name__ == name  # noqa: SLF001 - what is chosen shows nowhere else


def test_a_package_without_the_engine_takes_the_public_path(tmp_path: Path) -> None:
    semgrep = Semgrep(package=tmp_path, version=(*TESTED[1], 0))

    assert not semgrep.core.is_file()


@pytest.mark.parametrize(
    ("language", "code", "span"),
    [
        ("Python", "requests.$M(, timeout=$T)", (1, 12, 13)),
        ("python", "f(é,\n  a b)", (2, 4, 5)),
        ("JavaScript", "f(a b, ...)", (1, 4, 5)),
        ("Python", "f($X, ...)", None),
        ("Python", "if $X\n  f()", None),  # longer than a line
        ("JSON", "{a:", None),  # has no such parser
        ("brainfuck", "+", None),
    ],
)
def test_a_syntax_error_is_found(language: str, code: str, span: tuple[int, int, int] | None) -> None:
    assert find_semgrep().find_syntax_error(code, language, limits=Limits()) == span


def test_an_engine_without_a_parser_finds_no_syntax_error(tmp_path: Path) -> None:
    semgrep = Semgrep(package=tmp_path, version=(*TESTED[1], 0))
    shutil.copytree(find_semgrep().package / "semgrep_interfaces", tmp_path / "semgrep_interfaces")

    assert semgrep.find_syntax_error("f(", "Python", limits=Limits()) is None
