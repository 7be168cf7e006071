"""Parse the documents in GitHub's responses into our own values. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

from lessonguard.github.pull_request import (
    Comparison,
    DiffFile,
    PullRequest,
    Review,
    ReviewComment,
    TreeEntry,
)

_Kind = TypeVar("_Kind")
_ENTRY_KINDS: Mapping[str, Literal["blob", "tree", "commit"]] = {
    "blob": "blob",
    "tree": "tree",
    "commit": "commit",
}

# Whom GitHub shows as the author of what a deleted account wrote; `user` is null then. See
# https://github.com/ghost
_GHOST = "ghost"


class MalformedError(Exception):
    """A document lacks what GitHub's documentation promises; the text says what, about "it"."""


def parse_comparison(document: object) -> Comparison:
    """Parse "Compare two commits": https://docs.github.com/en/rest/commits/commits#compare-two-commits."""
    return Comparison(
        base=get(document, "base_commit.sha", str),
        merge_base=get(document, "merge_base_commit.sha", str),
    )


def parse_pull_request(document: object) -> PullRequest:
    """Parse "Get a pull request", or an item of "List pull requests"."""
    return PullRequest(
        number=get(document, "number", int),
        head=get(document, "head.sha", str),
        base_ref=get(document, "base.ref", str),
        is_open=get(document, "state", str) == "open",
        is_draft=find(document, "draft") is True,
    )


def parse_pull_requests(documents: Iterable[object], *, head: str) -> tuple[PullRequest, ...]:
    """Parse "List pull requests" and return those from one branch: `owner:branch`."""
    # Filtered again, because GitHub ignores a filter that it does not understand, and lists all of them:
    # https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
    return tuple(parse_pull_request(each) for each in documents if find(each, "head.label") == head)


def parse_review_comments(documents: Iterable[object]) -> tuple[ReviewComment, ...]:
    """Parse "List review comments on a pull request"."""
    # `line` is null for an outdated comment, and no line at all for one about a whole file.
    # See https://docs.github.com/en/rest/pulls/comments
    return tuple(
        ReviewComment(
            id=get(each, "id", int),
            login=_login(each),
            body=get(each, "body", str),
            path=get(each, "path", str),
            line=None if find(each, "subject_type") == "file" else _optional(each, "line", int),
            reply_to=_optional(each, "in_reply_to_id", int),
            url=get(each, "html_url", str),
        )
        for each in documents
    )


def parse_review(document: object) -> Review:
    """Parse "Create a review for a pull request", or an item of the list of reviews."""
    return Review(
        id=get(document, "id", int),
        login=_login(document),
        body=_optional(document, "body", str) or "",
        url=get(document, "html_url", str),
    )


def parse_reviews(documents: Iterable[object]) -> tuple[Review, ...]:
    """Parse "List reviews for a pull request" and return the submitted ones."""
    # A pending review is listed, too, but only for the user who still writes it.
    # See https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request
    return tuple(parse_review(each) for each in documents if find(each, "state") != "PENDING")


def parse_diff_files(documents: Iterable[object]) -> tuple[DiffFile, ...]:
    """Parse "List pull requests files"."""
    return tuple(
        DiffFile(path=get(each, "filename", str), patch=_optional(each, "patch", str)) for each in documents
    )


def parse_tree(document: object) -> tuple[TreeEntry, ...]:
    """Parse "Get a tree"; raise `MalformedError` if GitHub left entries out."""
    # Above 100,000 entries or 7 MB: https://docs.github.com/en/rest/git/trees#get-a-tree
    if find(document, "truncated") is not False:
        raise MalformedError("it is cut off, because the tree is too large")
    return tuple(_entry(each) for each in get(document, "tree", list))


def parse_blob(document: object, *, limit: int) -> bytes | int:
    """Parse "Get a blob": its content, or the size if that is more than `limit` bytes."""
    size = get(document, "size", int)
    if size > limit:
        return size
    if find(document, "encoding") != "base64":
        raise MalformedError("its encoding is not base64")
    try:
        content = base64.b64decode(get(document, "content", str))
    except ValueError as error:
        raise MalformedError(str(error)) from error
    if len(content) != size:
        raise MalformedError(f"its size is {size}, but it has {len(content)} bytes")
    return content


def get(document: object, place: str, kind: type[_Kind]) -> _Kind:
    """Return the value at a dotted place; raise `MalformedError` if it is missing or of another type."""
    value = find(document, place)
    if not isinstance(value, kind):
        raise MalformedError(f"it has no usable {place}")
    return value


def find(document: object, place: str) -> object:
    """Return the value at a dotted place; None if it is missing."""
    for key in place.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _optional(document: object, place: str, kind: type[_Kind]) -> _Kind | None:
    return None if find(document, place) is None else get(document, place, kind)


def _login(document: object) -> str:
    return _optional(document, "user.login", str) or _GHOST


def _entry(document: object) -> TreeEntry:
    kind = _ENTRY_KINDS.get(get(document, "type", str))
    if kind is None:
        raise MalformedError("it has no usable type")
    return TreeEntry(
        path=get(document, "path", str),
        mode=get(document, "mode", str),
        kind=kind,
        name=get(document, "sha", str),
        size=_optional(document, "size", int),
    )
