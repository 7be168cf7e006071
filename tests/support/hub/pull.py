"""A pull request: what was said on it, and what people do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

from tests.support.hub.diff import FileDiff
from tests.support.hub.exchange import invalid, not_found
from tests.support.hub.model import Account, Comment, Review, Thread, account
from tests.support.hub.place import Misplaced, Place, find_place, moved_line, unprocessable
from tests.support.hub.store import Store

_LONGEST_BODY = 65_536  # characters
_STATES = {"COMMENT": "COMMENTED", "APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED"}
_START = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)


class Ledger:
    """Numbers and times, the same in every run: each is one more than the last."""

    def __init__(self) -> None:
        self._ids = count(1001)
        self._seconds = count(1)

    def id(self) -> int:
        """Give a number that nothing else has."""
        return next(self._ids)

    def now(self) -> datetime:
        """Give a time a second after the last."""
        return _START + timedelta(seconds=next(self._seconds))


@dataclass(kw_only=True, eq=False)
class Pull:
    """A pull request. `base` is a branch, `head` a commit, `fork` the repository that head is in.

    `hidden` are paths whose patch GitHub does not show, for reasons of its own.
    """

    number: int
    store: Store
    ledger: Ledger
    repository: str
    base: str
    head: str
    branch: str
    fork: str
    author: Account
    title: str
    is_draft: bool = False
    is_open: bool = True
    hidden: set[str] = field(default_factory=set)
    comments: dict[int, Comment] = field(default_factory=dict)
    reviews: dict[int, Review] = field(default_factory=dict)
    threads: dict[int, Thread] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.id = self.ledger.id()
        self.made_at = self.changed_at = self.ledger.now()
        self.opened_base = self.base_commit
        self.previous_head = self.head
        self.push(self.head)

    @property
    def base_commit(self) -> str:
        """Give the tip of the base branch now."""
        return self.store.git("rev-parse", "--verify", f"refs/heads/{self.base}")

    @property
    def merge_commit(self) -> str | None:
        """Give the commit that merges it into its base as it is now, None if they conflict."""
        return self.store.merge(self.base_commit, self.head)

    @property
    def commits(self) -> list[str]:
        """List the commits of the pull request, the oldest first."""
        return self.store.commits(self.base_commit, self.head)

    def diff(self, head: str | None = None) -> dict[str, FileDiff]:
        """Give what the pull request changes since it left its base, by path."""
        files = self.store.diff(self._left(head or self.head), head or self.head)
        hidden = {path: replace(files[path], patch=None) for path in self.hidden & files.keys()}
        return {**files, **hidden}

    # What people do.

    def push(self, head: str) -> None:
        """Move the head to another commit, which may be a forced push; comments move or are outdated."""
        self.store.git("update-ref", f"refs/pull/{self.number}/head", head)
        if self.merge_commit:
            self.store.git("update-ref", f"refs/pull/{self.number}/merge", self.merge_commit)
        self.previous_head, self.head = self.head, head
        self.changed_at = self.ledger.now()
        self._move(list(self.comments.values()))

    def comment(self, login: str, body: str, **place: Any) -> Comment:  # noqa: ANN401 - fields of the API
        """Comment on lines as a person: `path`, `line`, and what else the API takes."""
        return self.add_comment(account(login), {"body": body, "commit_id": self.head, **place})

    def review(self, login: str, body: str, comments: Sequence[Mapping[str, Any]] = ()) -> Review:
        """Review as a person."""
        return self.add_review(account(login), {"body": body, "event": "COMMENT", "comments": list(comments)})

    def reply(self, login: str, to: Comment, body: str) -> Comment:
        """Answer a comment as a person."""
        return self.add_reply(account(login), to.id, body)

    def delete(self, comment: Comment) -> None:
        """Delete a comment; answers to it stay."""
        del self.comments[comment.id]

    def resolve(self, comment: Comment, login: str = "octocat") -> None:
        """Resolve the thread of a comment, as a person."""
        thread = self.thread(comment)
        thread.is_resolved, thread.resolved_by = True, account(login)

    def thread(self, comment: Comment) -> Thread:
        """Give the thread that a comment is part of."""
        return self.threads[comment.reply_to or comment.id]

    def comments_of(self, thread: Thread) -> list[Comment]:
        """List what is left of a thread, the oldest first."""
        return [
            comment for comment in self.comments.values() if thread.root in {comment.id, comment.reply_to}
        ]

    def convert_to_draft(self) -> None:
        """Make it a draft."""
        self.is_draft = True

    def close(self) -> None:
        """Close it without merging."""
        self.is_open = False

    # What the API does for whoever asks.

    def add_review(self, author: Account, fields: Mapping[str, Any]) -> Review:
        """Submit a review with all of its comments, or with none if one of them is refused."""
        assert fields.get("event"), "a review without an event is a draft, and the hub keeps none"
        commit = fields.get("commit_id") or self.head
        if commit not in self.commits:
            raise unprocessable("Commit is not part of the pull request")
        if fields["event"] != "APPROVE" and not fields.get("body"):
            raise unprocessable("Body can't be blank")
        _check_length(fields.get("body", ""))
        places = []
        for each in fields.get("comments", ()):
            _check_length(each["body"])
            place = find_place(self.diff(commit), each)
            if isinstance(place, Misplaced):
                raise place.as_review()
            places.append((each["body"], place))
        review = self._submit(author, fields.get("body", ""), _STATES[fields["event"]], commit=commit)
        self._move([self._add(author, body, place, review=review) for body, place in places])
        return review

    def add_comment(self, author: Account, fields: Mapping[str, Any]) -> Comment:
        """Comment on lines or on a file, in a review of its own, or answer another comment."""
        if fields.get("in_reply_to"):
            return self.add_reply(author, fields["in_reply_to"], fields["body"])
        commit = fields["commit_id"]
        if commit not in self.commits:
            raise invalid("PullRequestReviewComment", commit_id="is not part of the pull request")
        _check_comment(fields["body"])
        is_file = fields.get("subject_type") == "file"
        if is_file and fields["path"] in self.diff(commit):
            place: Place | Misplaced = Place(path=fields["path"])
        else:
            place = find_place(self.diff(commit), fields)
        if isinstance(place, Misplaced):
            raise place.as_comment()
        review = self._submit(author, "", "COMMENTED", commit=commit)
        comment = self._add(author, fields["body"], place, review=review)
        self._move([comment])
        return comment

    def add_reply(self, author: Account, to: int, body: str) -> Comment:
        """Answer a comment: the answer belongs to the first comment of the thread."""
        if to not in self.comments:
            raise not_found()
        _check_comment(body)
        first = self.comments[to]
        place = Place(
            path=first.path,
            line=first.original_line,
            side=first.side,
            start_line=first.original_start_line,
            start_side=first.start_side,
            position=first.original_position,
            hunk=first.hunk,
        )
        review = self._submit(author, "", "COMMENTED", commit=first.original_commit)
        comment = self._add(author, body, place, review=review, reply_to=first.reply_to or to)
        self._move([comment])
        return comment

    def edit(self, comment: Comment, author: Account, body: str) -> None:
        """Replace the text of a comment."""
        _check_comment(body)
        comment.body, comment.edited_by, comment.edited_at = body, author, self.ledger.now()

    def edit_review(self, review: Review, body: str) -> None:
        """Replace the text of a review."""
        if not body:
            raise unprocessable("Body can't be blank")
        _check_length(body)
        review.body = body

    def _submit(self, author: Account, body: str, state: str, *, commit: str) -> Review:
        review = Review(
            id=self.ledger.id(),
            author=author,
            body=body,
            state=state,
            commit=commit,
            base=self._left(commit),
            made_at=self.ledger.now(),
        )
        self.reviews[review.id] = review
        return review

    def _add(
        self, author: Account, body: str, place: Place, *, review: Review, reply_to: int | None = None
    ) -> Comment:
        comment = Comment(
            id=self.ledger.id(),
            author=author,
            body=body,
            path=place.path,
            review=review.id,
            made_at=self.ledger.now(),
            original_commit=review.commit,
            original_base=review.base,
            side=place.side,
            original_line=place.line,
            original_start_line=place.start_line,
            start_side=place.start_side,
            original_position=place.position,
            hunk=place.hunk,
            is_file=place.line is None,
            reply_to=reply_to,
        )
        self.comments[comment.id] = comment
        if reply_to is None:
            self.threads[comment.id] = Thread(root=comment.id)
        return comment

    def _left(self, head: str) -> str:
        base = self.store.merge_base(self.base_commit, head)
        assert base, f"{self.base} and {head} share no history"
        return base

    def _move(self, comments: Sequence[Comment]) -> None:
        """Find the lines of comments in the diff as it is now."""
        left = self._left(self.head)
        files = self.diff()
        for comment in comments:
            file = files.get(comment.path)
            line = self._moved(comment, comment.original_line, left=left)
            found = file.find(line, comment.side) if file else None
            comment.line = line if found else None
            comment.start_line = (
                self._moved(comment, comment.original_start_line, left=left) if found else None
            )
            comment.position = found[1].position if found else None
            comment.commit = self.head if found or comment.is_file else comment.commit

    def _moved(self, comment: Comment, line: int | None, *, left: str) -> int | None:
        old, new = (
            (comment.original_base, left) if comment.side == "LEFT" else (comment.original_commit, self.head)
        )
        diff = self.store.diff(old, new)
        is_renamed = comment.path in {file.previous_path for file in diff.values()}
        return None if line is None or is_renamed else moved_line(diff.get(comment.path), line)


def _check_length(body: str) -> None:
    if len(body) > _LONGEST_BODY:
        raise unprocessable(f"Body is too long (maximum is {_LONGEST_BODY} characters)")


def _check_comment(body: str) -> None:
    if not body:
        raise invalid("PullRequestReviewComment", body="can't be blank")
    if len(body) > _LONGEST_BODY:
        raise invalid("PullRequestReviewComment", body=f"is too long (maximum is {_LONGEST_BODY} characters)")
