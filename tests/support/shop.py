"""A shop on a loopback GitHub: lessons on main, pull requests, and the command that reviews them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from typing import Any

from tests.support.cli import Outcome, lessonguard
from tests.support.code import LOCKED, SAFE
from tests.support.hub.model import Comment, Review, Token
from tests.support.hub.pull import Pull
from tests.support.hub.run import Run
from tests.support.hub.server import Hub
from tests.support.hub.state import Call
from tests.support.repo import Files, Repo

_LESSONS = Path(__file__).parents[1] / "cases" / "change_lessons"
_BOT = "github-actions[bot]"


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """What a run printed and left behind, and what it asked of GitHub."""

    outcome: Outcome
    run: Run
    calls: list[Call]

    @property
    def words(self) -> list[str]:
        """Give the lines of standard error."""
        return self.outcome.stderr.splitlines()

    @property
    def writes(self) -> list[str]:
        """Give the requests that changed something: `POST /repos/…`."""
        return [str(call) for call in self.calls if call.is_write]


class Shop:
    """The repository acme/shop: safe code and three lessons on main, which is checked out."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        """Make it and serve it."""
        self.hub = hub
        self.folder = folder
        self.repo = Repo(folder / "shop").write({"app.py": SAFE, "pay.py": LOCKED, "lessons/.keep": ""})
        for lesson in _LESSONS.glob("*.yaml"):
            copy(lesson, self.repo.path / "lessons")
        self.base = self.repo.commit("Open the shop")
        self.hosted = hub.repository("acme/shop", self.repo.path)
        self.token = hub.token()

    def commit(self, files: Files, *, branch: str = "feature", start: str | None = None) -> str:
        """Commit to a branch, which starts at `start` (main) if it is new; main stays checked out."""
        if start or not self.repo.git("branch", "--list", branch):
            self.repo.git("checkout", "--quiet", "-B", branch, start or "main")
        else:
            self.repo.switch(branch)
        commit = self.repo.commit(f"Change {', '.join(files)}"[:60], files)
        self.repo.switch("main")
        return commit

    def pull(self, files: Files, **fields: Any) -> Pull:  # noqa: ANN401 - those of `Hosted.pull`
        """Open pull request 7 with a commit of these files."""
        return self.hosted.pull(7, head=self.commit(files), **fields)

    def push(self, pull: Pull, files: Files, *, start: str | None = None) -> str:
        """Push a commit to the pull request; with `start`, by force, from there."""
        head = self.commit(files, branch=pull.branch, start=start)
        pull.push(head)
        return head

    def review(
        self,
        pull: Pull,
        *argv: str,
        action: str = "synchronize",
        event: str = "pull_request",
        expect: int = 0,
        token: Token | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Reviewed:
        """Run `lessonguard review` for a pull request as a step of a workflow would, with no checkout."""
        payload = self.hosted.events.pull_request(pull, action)
        return self.run(event, payload, *argv, expect=expect, token=token, variables=variables)

    def run(
        self,
        event: str,
        payload: Mapping[str, Any],
        *argv: str,
        expect: int = 0,
        token: Token | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Reviewed:
        """Run `lessonguard review` after an event, and check its exit code."""
        run = self.hub.runner(event, payload, token=token or self.token)
        before = len(self.hub.calls)
        outcome = lessonguard(
            "review", *argv, cwd=Path(run["GITHUB_WORKSPACE"]), expect=expect, **{**run, **(variables or {})}
        )
        return Reviewed(outcome=outcome, run=run, calls=self.hub.calls[before:])


def ours(pull: Pull) -> list[Comment]:
    """List the comments that lessonguard has on the diff, the oldest first."""
    return [comment for comment in pull.comments.values() if comment.author.login == _BOT]


def places(pull: Pull) -> list[str]:
    """List where they stand and how they begin: `app.py:5 **This looks like`."""
    return [f"{comment.path}:{comment.line} {comment.body[:17]}" for comment in ours(pull)]


def summaries(pull: Pull) -> list[Review]:
    """List the reviews of lessonguard that say something of their own; each file comment makes one too."""
    return [review for review in pull.reviews.values() if review.author.login == _BOT and review.body]
