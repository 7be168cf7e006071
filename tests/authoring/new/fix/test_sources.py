"""What `new --fix` makes of a fix in tests: examples, if nothing else was touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.support.cli import lessonguard
from tests.support.repo import Repo

BEFORE = 'ENV["RACK_ENV"] = "test"\n\nDatabaseCleaner.clean_with :truncation\n'
AFTER = BEFORE.replace("\n\n", '\nENV.delete("DATABASE_URL")\n\n', 1)


def _new(repo: Repo, fixed: dict[str, str]) -> dict[str, Any]:
    """Commit a fix, begin a lesson of it, and give what is in the lesson."""
    lessonguard("new", "INC-1", "--fix", repo.commit("Fix it", fixed), cwd=repo.path)
    lesson: dict[str, Any] = yaml.safe_load((repo.path / "lessons/INC-1.yaml").read_text(encoding="utf-8"))
    return lesson


def test_a_fix_of_nothing_but_tests_is_about_them(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "api").write({"spec/spec_helper.rb": BEFORE})
    repo.commit()

    lesson = _new(repo, {"spec/spec_helper.rb": AFTER})

    [example] = lesson["examples"]
    assert (example["bad"], example["good"]) == (BEFORE, AFTER)
    assert example["path"] == "spec/spec_helper.rb"
    assert lesson["rules"][0]["languages"] == ["ruby"]


def test_tests_of_a_fix_are_left_out_where_code_was_mended(tmp_path: Path) -> None:
    code = "def clean\n  DatabaseCleaner.clean_with(:truncation)\nend\n"
    repo = Repo(tmp_path / "api").write({"spec/spec_helper.rb": BEFORE, "lib/clean.rb": code})
    repo.commit()
    mended = code.replace(":truncation", ":transaction")

    lesson = _new(repo, {"spec/spec_helper.rb": AFTER, "lib/clean.rb": mended})

    [example] = lesson["examples"]
    assert (example["bad"], example["good"]) == (code, mended)
    assert example["path"] == "lib/clean.rb"
