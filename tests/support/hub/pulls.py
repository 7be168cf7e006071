"""The endpoints about pull requests, their reviews and comments."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.support.hub.exchange import Answer
from tests.support.hub.pull import Pull
from tests.support.hub.visit import Visit

_MOST_FILES = 3000


def get_pull(visit: Visit) -> Answer:
    """Answer with one pull request."""
    pull = visit.pull()
    return Answer(body=visit.shapes.full_pull(pull, _repository(visit)))


def list_pulls(visit: Visit) -> Answer:
    """Answer with pull requests, the newest first, as `state`, `head` and `base` choose them."""
    hosted = visit.repository("read", "pull_requests")
    state, head, base = (visit.request.query.get(name) for name in ("state", "head", "base"))
    chosen = [
        pull
        for pull in hosted.pulls.values()
        if state == "all" or pull.is_open == (state != "closed")
        if not head or ":" not in head or head == _label(pull)
        if base in {None, pull.base}
    ]
    repository = visit.describe(hosted)
    return visit.page([visit.shapes.pull(pull, repository) for pull in reversed(chosen)])


def list_pulls_of_commit(visit: Visit) -> Answer:
    """Answer with the open pull requests that contain a commit; nothing is ever merged here."""
    hosted = visit.repository("read", "pull_requests")
    commit = visit.request.parameters["commit_sha"]
    repository = visit.describe(hosted)
    pulls = [pull for pull in hosted.pulls.values() if pull.is_open and commit in pull.commits]
    return visit.page([visit.shapes.pull(pull, repository) for pull in pulls])


def list_files(visit: Visit) -> Answer:
    """Answer with the changed files, at most 3,000 of them."""
    pull = visit.pull()
    files = list(pull.diff().values())[:_MOST_FILES]
    return visit.page([visit.shapes.file(pull.repository, pull.head, file) for file in files])


def list_reviews(visit: Visit) -> Answer:
    """Answer with the reviews, the oldest first."""
    pull = visit.pull()
    return visit.page([visit.shapes.review(pull, review) for review in pull.reviews.values()])


def get_review(visit: Visit) -> Answer:
    """Answer with one review."""
    return Answer(body=visit.shapes.review(*visit.review()))


def create_review(visit: Visit) -> Answer:
    """Submit a review."""
    pull = visit.pull("write")
    review = pull.add_review(visit.author, visit.fields)
    return Answer(body=visit.shapes.review(pull, review))


def update_review(visit: Visit) -> Answer:
    """Replace the text of a review."""
    pull, review = visit.review("write")
    pull.edit_review(review, visit.fields["body"])
    return Answer(body=visit.shapes.review(pull, review))


def list_comments(visit: Visit) -> Answer:
    """Answer with the review comments, by default in the order of their IDs."""
    pull = visit.pull()
    comments = sorted(pull.comments.values(), key=lambda comment: comment.id)
    if visit.request.query.get("sort") == "updated":
        comments.sort(key=lambda comment: comment.edited_at)
    if visit.request.query.get("direction") == "desc":
        comments.reverse()
    return visit.page([visit.shapes.comment(pull, comment) for comment in comments])


def get_comment(visit: Visit) -> Answer:
    """Answer with one review comment."""
    return Answer(body=visit.shapes.comment(*visit.comment()))


def create_comment(visit: Visit) -> Answer:
    """Comment on lines or on a file, or answer a comment."""
    pull = visit.pull("write")
    comment = pull.add_comment(visit.author, visit.fields)
    return Answer(status=201, body=visit.shapes.comment(pull, comment))


def create_reply(visit: Visit) -> Answer:
    """Answer a comment, which must be the first of its thread."""
    pull = visit.pull("write")
    comment = pull.add_reply(visit.author, visit.number("comment_id"), visit.fields["body"])
    return Answer(status=201, body=visit.shapes.comment(pull, comment))


def update_comment(visit: Visit) -> Answer:
    """Replace the text of a comment, whoever wrote it: write access is enough."""
    pull, comment = visit.comment("write")
    pull.edit(comment, visit.author, visit.fields["body"])
    return Answer(body=visit.shapes.comment(pull, comment))


def delete_comment(visit: Visit) -> Answer:
    """Delete a comment."""
    pull, comment = visit.comment("write")
    pull.delete(comment)
    return Answer(status=204)


def _repository(visit: Visit) -> Mapping[str, object]:
    return visit.describe(visit.repository("read", "pull_requests"))


def _label(pull: Pull) -> str:
    return f"{pull.fork.partition('/')[0]}:{pull.branch}"


Endpoint = Callable[[Visit], Answer]
_PULLS = "/repos/{owner}/{repo}/pulls"
_ONE = f"{_PULLS}/{{pull_number}}"

ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("GET", _PULLS): list_pulls,
    ("GET", _ONE): get_pull,
    ("GET", f"{_ONE}/files"): list_files,
    ("GET", f"{_ONE}/reviews"): list_reviews,
    ("POST", f"{_ONE}/reviews"): create_review,
    ("GET", f"{_ONE}/reviews/{{review_id}}"): get_review,
    ("PUT", f"{_ONE}/reviews/{{review_id}}"): update_review,
    ("GET", f"{_ONE}/comments"): list_comments,
    ("POST", f"{_ONE}/comments"): create_comment,
    ("POST", f"{_ONE}/comments/{{comment_id}}/replies"): create_reply,
    ("GET", f"{_PULLS}/comments/{{comment_id}}"): get_comment,
    ("PATCH", f"{_PULLS}/comments/{{comment_id}}"): update_comment,
    ("DELETE", f"{_PULLS}/comments/{{comment_id}}"): delete_comment,
    ("GET", "/repos/{owner}/{repo}/commits/{commit_sha}/pulls"): list_pulls_of_commit,
}
"""By method and path, as GitHub's description writes them."""
