"""Every mistake that an author can make is named by `lessonguard check`, with its place and its remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import lessonguard
from tests.support.repo import Repo
from tests.support.wording import with_quotes

_CASES = Path(__file__).parents[2] / "cases" / "check"
_BASE = (_CASES / "base.yaml").read_text(encoding="utf-8")
_TREE = {
    "billing/pay.py": "requests.get(url, timeout=5)\n",
    "tests/test_gateway.py": "def test_stalled_upstream():\n    assert True\n",
}


def _read_cases() -> Iterator[Any]:
    r"""Read the tables of mistakes.

    A case is a title after `==`, lines of the base lesson that are taken out (`-`) and those that come in
    their place (`+`), further files (`* path: content`, with `\n` and the like), and what is expected (`>`),
    which is nothing if there is nothing wrong. The content may be the edited lesson, about another incident.
    """
    for table in sorted(_CASES.glob("*.txt")):
        for case in ("\n" + table.read_text(encoding="utf-8")).split("\n== ")[1:]:
            title, *lines = case.strip("\n").split("\n")
            expected = [line[2:] for line in lines if line.startswith(">")]
            yield pytest.param(_files(lines), expected, id=f"{table.stem}: {title}")


def _files(lines: list[str]) -> Mapping[str, bytes]:
    text = _BASE
    for hunk in re.findall(r"(?:^-.*\n)+(?:^\+.*\n)*", "\n".join(lines) + "\n", re.MULTILINE):
        old, new = ("".join(re.findall(rf"^\{sign} (.*\n)", hunk, re.MULTILINE)) for sign in "-+")
        assert text.count(old) == 1, f"not once in base.yaml: {old}"
        text = text.replace(old, new)
    files = {"lessons/INC-245.yaml": text.encode()}
    for line in lines:
        if line.startswith("*"):
            path, _, content = line[2:].partition(": ")
            files[path] = _content(content, text)
    return files


def _content(words: str, lesson: str) -> bytes:
    if found := re.fullmatch(r"\(the same(?: about (.*))?\)", words):
        return lesson.replace("INC-245", found[1] or "INC-245").encode()
    return words.encode().decode("unicode_escape").encode("latin-1") + b"\n"


def _check(repo: Repo, *argv: str, expect: int = 0) -> Any:  # noqa: ANN401 - JSON
    return json.loads(lessonguard("check", "--format", "json", *argv, cwd=repo.path, expect=expect).stdout)


def _told(remark: Mapping[str, Any]) -> str:
    place = f"{remark['path']}:{remark['line']}:{remark['column']}"
    hint = f"; {remark['hint']}" if remark["hint"] else ""
    shown = place.removeprefix("lessons/INC-245.yaml:")
    return f"{shown}: {remark['level']}: {remark['code']}: {remark['message']}{hint}"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Give a repository with a lesson that nothing is wrong with, and the code that it is about."""
    return Repo(tmp_path / "shop").write({**_TREE, "lessons/INC-245.yaml": _BASE})


@pytest.mark.parametrize(("files", "expected"), list(_read_cases()))
def test_a_mistake_is_named_with_its_place_and_its_remedy(
    files: Mapping[str, bytes], expected: list[str], repo: Repo
) -> None:
    repo.write(files)
    for path in repo.path.glob("bin/*"):
        path.chmod(0o755)

    report = _check(repo, expect=2 if any(": error: " in line for line in expected) else 0)

    told = [_told(remark) for remark in report["remarks"]]
    assert told == with_quotes(expected, told)


def test_a_path_that_holds_a_semicolon_stays_whole(repo: Repo) -> None:
    lesson = _BASE.replace("exclude: [tests/]", "include: [src/]")
    path = '    path: "a; b.py"\n'
    repo.write({"lessons/INC-245.yaml": lesson.replace("watch:", f"{path}watch:")})

    problems = [item for item in _check(repo, expect=2)["remarks"] if item["code"] == "unproven"]

    assert [(item["message"], item["hint"]) for item in problems] == [
        ('example 1, bad: the "paths" of the rule exclude a; b.py', None)
    ]


def test_a_message_and_its_hint_are_kept_apart(repo: Repo) -> None:
    repo.write({"lessons/INC-245.yaml": _BASE.replace("exclude: [tests/]", "include: [billing/]")})

    [problem, _] = [item for item in _check(repo, expect=2)["remarks"] if item["code"] == "unproven"]

    assert problem["message"] == 'example 1, bad: the "paths" of the rule exclude example.py'
    assert problem["hint"] == 'add a "path" that they include to the example'
