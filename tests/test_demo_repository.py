"""The repository of the demonstration: the same on every machine."""

from __future__ import annotations

from pathlib import Path

from lessonguard.demo_repository import INCIDENT, build_demo, history
from tests.support.repo import Repo


def test_the_history_has_a_lesson_on_main_and_a_story_for_each_branch() -> None:
    commits = history()

    assert [commit.branch for commit in commits] == [
        *("main", "main", "main"),
        *("narrow-except", "add-sessions", "split-carts"),
    ]
    assert all(bool(commit.story) == (commit.branch != "main") for commit in commits)
    assert list(commits[2].files) == [f"lessons/{INCIDENT}.yaml"]


def test_commits_have_the_same_names_for_everybody(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        build_demo(tmp_path / name)

    one, two = (
        Repo(tmp_path / name, create=False).git("log", "--all", "--format=%H") for name in ("one", "two")
    )
    assert one == two
