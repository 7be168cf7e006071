"""A repository on a hub, its pull request, and a client for it; and the requests that the client can send."""

from __future__ import annotations

from collections.abc import Callable

from lessonguard.github.client import GitHub
from lessonguard.github.limits import RetryPolicy
from lessonguard.github.pull_request import NewComment
from tests.support.hub.pull import Pull
from tests.support.hub.server import Hub
from tests.support.repo import Repo

LINES = "".join(f"line {number}\n" for number in range(1, 31))


class Scene:
    """A hub with `acme/shop`, its pull request 7, and a client whose waits are written down.

    `feature` parted from `main` at `start`; `base` and `head` are where they are now.
    """

    def __init__(self, hub: Hub, repo: Repo) -> None:
        self.hub = hub
        self.repo = repo
        self.base, self.head, self.start = repo.git("rev-parse", "main", "feature", "main~1").split()
        self.shop = hub.repository("acme/shop", repo.path)
        self.pull: Pull = self.shop.pull(7, head=self.head)
        self.token = hub.token().value
        self.waits: list[float] = []

    def client(
        self,
        *,
        repository: str = "acme/shop",
        token: str | None = "",
        api_url: str = "",
        graphql_url: str = "",
        between_writes: float = 1.0,
        timeout: int = 15,
    ) -> GitHub:
        """Return a client that does not really wait, with the scene's own token by default."""
        return GitHub(
            repository,
            token=self.token if token == "" else token,
            api_url=api_url or self.hub.api_url,
            graphql_url=graphql_url or self.hub.graphql_url,
            policy=RetryPolicy(timeout=timeout, between_writes=between_writes, sleep=self.waits.append),
        )

    @property
    def calls(self) -> list[str]:
        """List the calls so far: method, path and status."""
        return [str(call) for call in self.hub.calls]


def edit(github: GitHub, scene: Scene) -> None:
    """Edit a comment of the scene."""
    github.edit_comment(_comment(scene), "edited")


def _comment(scene: Scene) -> int:
    return next(iter(scene.pull.comments), 0) or scene.pull.comment("octocat", "x", path="new.py", line=1).id


def edit_review(github: GitHub, scene: Scene) -> None:
    """Edit a review of the scene."""
    review = next(iter(scene.pull.reviews), 0) or scene.pull.review("octocat", "x").id
    github.edit_review(7, review, "edited")


def post(github: GitHub, scene: Scene) -> None:
    """Post a review with one comment."""
    comment = NewComment(path="new.py", body="this", line=3)
    github.post_review(7, commit=scene.head, body="all", comments=[comment])


def post_file(github: GitHub, scene: Scene) -> None:
    """Post a comment on a file."""
    github.post_file_comment(7, commit=scene.head, path="old.py", body="gone")


Act = Callable[[GitHub, Scene], object]

READS: dict[str, Act] = {
    "compare main with feature": lambda github, _: github.compare("main", "feature"),
    "read pull request 7": lambda github, _: github.pull_request(7),
    "find the pull requests from acme:feature": lambda github, _: github.open_pull_requests("acme:feature"),
    "read the comments of pull request 7": lambda github, _: github.review_comments(7),
    "read the reviews of pull request 7": lambda github, _: github.reviews(7),
    "read the files of pull request 7": lambda github, _: github.diff_files(7),
    "list the files of main": lambda github, _: github.tree("main"),
}
EDITS: dict[str, Act] = {"PATCH": edit, "PUT": edit_review}
POSTS: dict[str, Act] = {"reviews": post, "comments": post_file}
