"""The types for a pull request: its commits, comments, reviews and files; and of entries of trees. Pure."""

from __future__ import annotations

from typing import Literal

from lessonguard.record import record

# `RIGHT` are lines of head (added or context), `LEFT` lines of base that were deleted. See
# https://docs.github.com/en/rest/pulls/comments#create-a-review-comment-for-a-pull-request
Side = Literal["LEFT", "RIGHT"]


@record
class Comparison:
    """The base that was compared, and its merge base with the head: full object names."""

    base: str
    merge_base: str


@record
class PullRequest:
    """A pull request as it is now. `head` is a full object name, `base_ref` a branch: `main`."""

    number: int
    head: str
    base_ref: str
    is_open: bool
    is_draft: bool


@record
class ReviewComment:
    """A comment on the diff of a pull request.

    `line` is where GitHub shows it now, on its side of the diff: 1-based, None if it is outdated
    or about a whole file. `reply_to` is the comment it answers, `url` its page.
    """

    id: int
    login: str
    body: str
    path: str
    line: int | None
    reply_to: int | None
    url: str


@record
class Review:
    """A submitted review: `body` is its own text, above its comments; `url` its page."""

    id: int
    login: str
    body: str
    url: str


@record
class NewComment:
    """A comment to post on lines of the diff: 1-based, both ends inclusive, on one `side`.

    `start_line` is None for a single line, otherwise less than `line` and in the same hunk.
    """

    path: str
    body: str
    line: int
    side: Side = "RIGHT"
    start_line: int | None = None


@record
class DiffFile:
    """A file of the diff as GitHub shows it; `patch` is None where GitHub shows none."""

    path: str
    patch: str | None


@record
class TreeEntry:
    """An entry of a tree, with all trees below it: as `git ls-tree -r -t` lists it.

    `size` is that of a blob, in bytes; None for all else.
    """

    path: str
    mode: str
    kind: Literal["blob", "tree", "commit"]
    name: str
    size: int | None = None
