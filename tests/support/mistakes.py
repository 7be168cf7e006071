"""Tables of the mistakes that an author can make, in `tests/cases/check`, and what the check finds there."""

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

_CASES = Path(__file__).parents[1] / "cases" / "check"
BASE = (_CASES / "base.yaml").read_text(encoding="utf-8")
TREE = {
    "billing/pay.py": "requests.get(url, timeout=5)\n",
    "tests/test_gateway.py": "def test_stalled_upstream():\n    assert True\n",
}


def read_mistakes(*tables: str) -> Iterator[Any]:
    r"""Read the tables with these names, as parameters for `check_mistake`.

    A case is a title after `==`, lines of the base lesson that are taken out (`-`) and those that come in
    their place (`+`), further files (`* path: content`, with `\n` and the like), and what is expected (`>`),
    which is nothing if there is nothing wrong. The content may be the edited lesson, about another incident.
    """
    for table in tables:
        text = (_CASES / f"{table}.txt").read_text(encoding="utf-8")
        for case in f"\n{text}".split("\n== ")[1:]:
            title, *lines = case.strip("\n").split("\n")
            expected = [line[2:] for line in lines if line.startswith(">")]
            yield pytest.param(_files(lines), expected, id=title)


def _files(lines: list[str]) -> Mapping[str, bytes]:
    text = BASE
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


def check(repo: Repo, *argv: str, expect: int = 0) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON report of `lessonguard check`."""
    return json.loads(lessonguard("check", "--format", "json", *argv, cwd=repo.path, expect=expect).stdout)


def _told(remark: Mapping[str, Any]) -> str:
    place = f"{remark['path']}:{remark['line']}:{remark['column']}"
    hint = f"; {remark['hint']}" if remark["hint"] else ""
    shown = place.removeprefix("lessons/INC-245.yaml:")
    return f"{shown}: {remark['level']}: {remark['code']}: {remark['message']}{hint}"


def check_mistake(repo: Repo, files: Mapping[str, bytes], expected: list[str]) -> None:
    """Write the files of a mistake over those of the repository, and compare what the check finds."""
    repo.write({**TREE, "lessons/INC-245.yaml": BASE}).write(files)
    for path in repo.path.glob("bin/*"):
        path.chmod(0o755)

    report = check(repo, expect=2 if any(": error: " in line for line in expected) else 0)

    told = [_told(remark) for remark in report["remarks"]]
    assert told == with_quotes(expected, told)
