"""Every mistake in files, rules and examples is reported with its place and its remedy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.mistakes import BASE, TREE, check, check_mistake, read_mistakes
from tests.support.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Give a repository with a lesson that nothing is wrong with, and the code that it is about."""
    return Repo(tmp_path / "shop").write({**TREE, "lessons/INC-245.yaml": BASE})


@pytest.mark.parametrize(("files", "expected"), list(read_mistakes("files", "rules", "examples")))
def test_a_mistake_is_reported_with_its_place_and_its_remedy(
    files: Mapping[str, bytes], expected: list[str], tmp_path: Path
) -> None:
    check_mistake(Repo(tmp_path / "shop"), files, expected)


def test_a_path_that_holds_a_semicolon_stays_whole(repo: Repo) -> None:
    lesson = BASE.replace("exclude: [tests/]", "include: [src/]")
    path = '    path: "a; b.py"\n'
    repo.write({"lessons/INC-245.yaml": lesson.replace("watch:", f"{path}watch:")})

    problems = [item for item in check(repo, expect=2)["remarks"] if item["code"] == "unproven"]

    assert [(item["message"], item["hint"]) for item in problems] == [
        ('example 1, bad: the "paths" of the rule exclude a; b.py', None)
    ]


def test_a_message_and_its_hint_are_kept_apart(repo: Repo) -> None:
    repo.write({"lessons/INC-245.yaml": BASE.replace("exclude: [tests/]", "include: [billing/]")})

    [problem, _] = [item for item in check(repo, expect=2)["remarks"] if item["code"] == "unproven"]

    assert problem["message"] == 'example 1, bad: the "paths" of the rule exclude example.py'
    assert problem["hint"] == 'add a "path" that they include to the example'
