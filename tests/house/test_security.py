"""Check that the tables of SECURITY.md and the tests of hostile pull requests name each other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!they try to|---)(.*) \|$", TEXT, flags=re.MULTILINE)


def names_of_tests(pattern: str) -> set[str]:
    """Return the names of the tests in the files of `tests/` that match a pattern."""
    files = (ROOT / "tests").rglob(pattern)
    return {
        name
        for file in files
        for name in re.findall(r"^ *def (test_\w+)", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }


def test_each_row_of_the_threat_model_names_existing_tests() -> None:
    known = names_of_tests("test_*.py")

    assert len(ROWS) > 30
    for row in ROWS:
        threat, how, outcome, tests = row.split(" | ")
        assert all((threat, how, outcome))
        named = tests.split(", ")
        assert [name for name in named if name.strip("`") not in known] == []


def test_each_test_with_a_hostile_pull_request_is_in_the_threat_model() -> None:
    named = {name for row in ROWS for name in re.findall(r"`(test_\w+)`", row)}

    assert sorted(names_of_tests("hostile/test_*.py") - named) == []
