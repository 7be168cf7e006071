"""One repository at GitHub: read its pull requests, and post to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from lessonguard.github import api_errors, responses, threads
from lessonguard.github.api_errors import GitHubError, RefusedError
from lessonguard.github.call import Call
from lessonguard.github.connection import Connection
from lessonguard.github.limits import RetryPolicy
from lessonguard.github.pull_request import (
    Comparison,
    DiffFile,
    NewComment,
    PullRequest,
    Review,
    ReviewComment,
    TreeEntry,
)

_Parsed = TypeVar("_Parsed")

# The author of what a workflow posts with its GITHUB_TOKEN.
_RUNNERS_LOGIN = "github-actions[bot]"

# Threads that one request resolves, so that a mutation stays far from the limit of GitHub's GraphQL:
# 500,000 nodes and 10 seconds. See
# https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
_MOST_AT_ONCE = 50


class GitHub:
    """A client of GitHub's API for one repository: `owner/name`.

    Without a `token` only what is public can be read. Every method sends its requests when it is called,
    and raises a `GitHubError`: `RefusedError` if the token may not, `UnprocessableError` for what
    GitHub does not accept, `UnavailableError` if it fails, `RateLimitError` if it asks us to wait for
    long. Lists are complete, however many pages they take.
    """

    def __init__(
        self,
        repository: str,
        *,
        token: str | None,
        api_url: str,
        graphql_url: str,
        policy: RetryPolicy | None = None,
    ) -> None:
        self._owner, _, self._name = repository.partition("/")
        self._connection = Connection(
            token=token, api_url=api_url, graphql_url=graphql_url, policy=policy or RetryPolicy()
        )
        self._login: str | None = None

    def close(self) -> None:
        """Close the connection; it opens again when it is needed."""
        self._connection.close()

    def compare(self, base: str, head: str) -> Comparison:
        """Return the merge base of two branches or commits."""
        # Only the first page has files, up to 300 with their changes, which GitHub may take too long to
        # compute; so this asks for a second page, of one commit.
        # See https://docs.github.com/en/rest/commits/commits#compare-two-commits
        path = f"/compare/{_quoted(base)}...{_quoted(head)}"
        call = self._read(path, to=f"compare {base} with {head}", needs="contents: read")
        with suppress(responses.MalformedError):
            second = replace(call, parameters={"per_page": 1, "page": 2})
            return responses.parse_comparison(self._connection.send(second))
        return self._parse(replace(call, parameters={"per_page": 1}), responses.parse_comparison)

    def pull_request(self, number: int) -> PullRequest:
        """Return a pull request as it is now."""
        return self._parse(self._read_pull(number, ""), responses.parse_pull_request)

    def open_pull_requests(self, head: str) -> tuple[PullRequest, ...]:
        """List the open pull requests from a branch, given as `owner:branch`, the newest first."""
        call = replace(
            self._read("/pulls", to=f"find the pull requests from {head}", needs="pull-requests: read"),
            parameters={"head": head, "state": "open"},
        )
        return self._parse_list(call, lambda found: responses.parse_pull_requests(found, head=head))

    def own_login(self) -> str:
        """Return the login that our comments have; that of GitHub Actions if GitHub does not say.

        GitHub is asked once.
        """
        if self._login is None:
            self._login = self._fetch_login()
        return self._login

    def review_comments(self, number: int) -> tuple[ReviewComment, ...]:
        """List the comments on the diff of a pull request, the oldest first."""
        return self._parse_list(self._read_pull(number, "/comments"), responses.parse_review_comments)

    def reviews(self, number: int) -> tuple[Review, ...]:
        """List the submitted reviews of a pull request, the oldest first."""
        return self._parse_list(self._read_pull(number, "/reviews"), responses.parse_reviews)

    def diff_files(self, number: int) -> tuple[DiffFile, ...]:
        """List the changed files of a pull request; GitHub lists 3,000 at most."""
        return self._parse_list(self._read_pull(number, "/files"), responses.parse_diff_files)

    def root_tree(self, commit: str) -> str:
        """Return the name of the tree of a commit."""
        call = self._read(
            f"/git/commits/{_quoted(commit)}", to=f"read commit {commit}", needs="contents: read"
        )
        return self._parse(call, lambda document: responses.get(document, "tree.sha", str))

    def tree(self, name: str) -> tuple[TreeEntry, ...]:
        """List all that is in a tree, given by its name, that of a commit, or a branch.

        Raise `GitHubError` if it has more than the 100,000 entries that GitHub lists.
        """
        path = f"/git/trees/{_quoted(name)}"
        call = self._read(path, to=f"list the files of {name}", needs="contents: read")
        return self._parse(replace(call, parameters={"recursive": 1}), responses.parse_tree)

    def blob(self, name: str, *, limit: int) -> bytes | int:
        """Return the contents of a blob; of one with more than `limit` bytes only the size.

        All of it is sent nevertheless; `tree` has the sizes.
        """
        call = self._read(f"/git/blobs/{_quoted(name)}", to=f"read {name}", needs="contents: read")
        return self._parse(call, lambda document: responses.parse_blob(document, limit=limit))

    def post_review(self, number: int, *, commit: str, body: str, comments: Sequence[NewComment]) -> Review:
        """Post one review: `body` above comments on lines of the diff at `commit`.

        If GitHub refuses one of the comments it posts nothing, and this raises `UnprocessableError`.
        """
        fields: dict[str, object] = {"commit_id": commit, "event": "COMMENT", "body": body}
        if comments:
            fields["comments"] = [_fields(each) for each in comments]
        to = f"post a review on pull request {number}"
        call = self._write("POST", f"/pulls/{number}/reviews", to=to, body=fields)
        return self._parse(call, responses.parse_review)

    def post_file_comment(self, number: int, *, commit: str, path: str, body: str) -> None:
        """Post a comment on a whole file of the diff at `commit`."""
        to = f"comment on {path} in pull request {number}"
        fields = {"commit_id": commit, "path": path, "subject_type": "file", "body": body}
        self._connection.send(self._write("POST", f"/pulls/{number}/comments", to=to, body=fields))

    def edit_comment(self, comment: int, body: str) -> None:
        """Replace the text of a comment on a diff."""
        path = f"/pulls/comments/{comment}"
        call = self._write("PATCH", path, to=f"edit the comment {comment}", body={"body": body})
        self._connection.send(call)

    def edit_review(self, number: int, review: int, body: str) -> None:
        """Replace the text of a review, above its comments."""
        path, to = f"/pulls/{number}/reviews/{review}", f"edit the review {review} of pull request {number}"
        self._connection.send(self._write("PUT", path, to=to, body={"body": body}))

    def resolve_threads(self, number: int, comments: Collection[int]) -> bool:
        """Resolve the threads that these comments start; return False if that could not be done."""
        # No error, whatever the reason: GITHUB_TOKEN needs `contents: write` for it, which few workflows
        # grant, and the text of the edited comment says the same.
        # See https://docs.github.com/en/graphql/reference/mutations#resolvereviewthread
        with suppress(GitHubError):
            waiting = [each for each in self._threads(number, set(comments)) if not each.is_resolved]
            for first in range(0, len(waiting), _MOST_AT_ONCE):
                document, variables = threads.resolution(waiting[first : first + _MOST_AT_ONCE])
                call = self._query(f"resolve threads of pull request {number}", needs="contents: write")
                self._connection.query(document, variables, call=replace(call, is_write=True))
            return True
        return False

    def _threads(self, number: int, wanted: set[int]) -> Iterator[threads.Thread]:
        call = self._query(f"read the threads of pull request {number}", needs="pull-requests: read")
        after: str | None = None
        while wanted:
            variables = {"owner": self._owner, "name": self._name, "number": number, "after": after}
            data = self._connection.query(threads.THREADS, variables, call=call)
            with _parsing(call):
                found, after = threads.parse_threads(data)
            yield from (each for each in found if each.first_comment in wanted)
            wanted = wanted - {each.first_comment for each in found} if after else set()

    def _fetch_login(self) -> str:
        if self._connection.is_anonymous:
            return _RUNNERS_LOGIN
        # By GraphQL first, which answers for every token: REST's `/user` refuses those of apps, such as
        # GITHUB_TOKEN. See https://docs.github.com/en/rest/users/users#get-the-authenticated-user
        call = self._query("find out who owns the token", needs="metadata: read")
        with suppress(RefusedError), _parsing(call):
            return responses.get(self._connection.query(threads.VIEWER, {}, call=call), "viewer.login", str)
        call = replace(call, method="GET", path="/user")
        with suppress(RefusedError), _parsing(call):
            return responses.get(self._connection.send(call), "login", str)
        return _RUNNERS_LOGIN

    def _read(self, path: str, *, to: str, needs: str) -> Call:
        return Call(to=to, needs=needs, path=self._path(path))

    def _read_pull(self, number: int, path: str) -> Call:
        what = {
            "": "",
            "/comments": "the comments of ",
            "/reviews": "the reviews of ",
            "/files": "the files of ",
        }
        to = f"read {what[path]}pull request {number}"
        return self._read(f"/pulls/{number}{path}", to=to, needs="pull-requests: read")

    def _write(self, method: str, path: str, *, to: str, body: Mapping[str, object]) -> Call:
        needs = "pull-requests: write"
        return Call(to=to, needs=needs, path=self._path(path), method=method, body=body, is_write=True)

    def _query(self, to: str, *, needs: str) -> Call:
        return Call(to=to, needs=needs, path="", method="POST")

    def _path(self, path: str) -> str:
        return f"/repos/{_quoted(self._owner)}/{_quoted(self._name)}{path}"

    def _parse(self, call: Call, parser: Callable[[object], _Parsed]) -> _Parsed:
        document = self._connection.send(call)
        with _parsing(call):
            return parser(document)

    def _parse_list(self, call: Call, parser: Callable[[Iterable[object]], _Parsed]) -> _Parsed:
        with _parsing(call):
            return parser(self._connection.pages(call))


@contextmanager
def _parsing(call: Call) -> Iterator[None]:
    """Raise a `GitHubError` with the purpose of the call for what a document lacks."""
    try:
        yield
    except responses.MalformedError as error:
        raise api_errors.malformed_response(call, str(error)) from error


def _quoted(name: str) -> str:
    """Return a name as one part of a path; a slash in it is no separator."""
    return quote(name, safe="", errors="surrogateescape")


def _fields(comment: NewComment) -> dict[str, object]:
    fields: dict[str, object] = {
        "path": comment.path,
        "body": comment.body,
        "line": comment.line,
        "side": comment.side,
    }
    if comment.start_line is not None:
        fields |= {"start_line": comment.start_line, "start_side": comment.side}
    return fields
