"""`lessonguard pre-push`: what it reads, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import lessonguard
from tests.support.code import BAD
from tests.support.pushing import Pusher, push
from tests.support.repo import Repo
from tests.support.terminal import Terminal


def test_a_repository_that_only_git_dir_tells_of(pusher: Pusher, tmp_path: Path) -> None:
    pusher.commit({"app.py": BAD})
    home = Repo(tmp_path / "home")
    home.commit("Another repository", {"x.py": "x = 1\n"})
    dotfiles = (f"--git-dir={pusher.repo.path / '.git'}", f"--work-tree={home.path}")

    result = home.git(*dotfiles, "rev-parse", "HEAD")
    pushed = push(
        home.path, "origin", "main", GIT_DIR=str(pusher.repo.path / ".git"), GIT_WORK_TREE=str(home.path)
    )

    assert result == pusher.repo.head
    assert (pushed.code, pushed.verdicts) == (1, ["main · 1 new commit"])


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "refs/heads/main abc refs/heads/main 0",
        f"refs/heads/main {'1' * 40} refs/heads/main",
        f"{'1' * 40} refs/heads/main {'0' * 40}",
    ],
)
def test_a_line_that_git_would_not_write_is_refused(pusher: Pusher, line: str) -> None:
    told = f"refs/heads/a {pusher.first} refs/heads/a {pusher.first}\n{line}\n"

    outcome = lessonguard("pre-push", "origin", cwd=pusher.repo.path, stdin=told, expect=2)

    assert (
        f"error: Line 2 of the standard input is not what Git writes for a pre-push hook: {line!r}."
        in outcome.stderr
    )
    assert (
        "hint: Git writes `<local ref> <local object name> <remote ref> <remote object name>`"
        in outcome.stderr
    )


def test_nothing_on_standard_input_is_nothing_to_judge(pusher: Pusher) -> None:
    pusher.commit({"app.py": BAD})

    outcome = lessonguard("pre-push", "origin", cwd=pusher.repo.path, stdin="")

    assert (outcome.stdout, outcome.stderr) == ("", "")


def test_on_a_terminal_it_says_what_a_push_of_head_would(pusher: Pusher) -> None:
    pusher.commit({"app.py": BAD})

    with Terminal("pre-push", cwd=pusher.repo.path) as terminal:
        assert terminal.end() == 1

    assert terminal.text.startswith("lessonguard · HEAD · 1 new commit\n")
