"""GraphQL queries: who owns the token, and the threads of review comments. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lessonguard.github.responses import MalformedError, find, get
from lessonguard.record import record

VIEWER = "query { viewer { login } }"

# One page of threads. Not `databaseId`, because that is an Int of 32 bits, and new comments are beyond.
# See https://docs.github.com/en/graphql/reference/objects#pullrequestreviewcomment
THREADS = """\
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviewThreads(first: 100, after: $after) {
        nodes { id isResolved comments(first: 1) { nodes { fullDatabaseId } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


@record
class Thread:
    """A thread: `id` is that of GraphQL, `first_comment` the id that its first comment has in REST."""

    id: str
    first_comment: int
    is_resolved: bool


def parse_threads(data: object) -> tuple[Sequence[Thread], str | None]:
    """Parse a page of `THREADS`; return its threads and its end, for `after`; None for the last page."""
    page = find(data, "repository.pullRequest.reviewThreads")
    after = get(page, "pageInfo.endCursor", str) if find(page, "pageInfo.hasNextPage") else None
    return [thread for each in get(page, "nodes", list) if (thread := _thread(each))], after


def resolution(threads: Sequence[Thread]) -> tuple[str, Mapping[str, str]]:
    """Return the mutation that resolves threads, all at once, and its variables."""
    names = {f"thread{number}": thread.id for number, thread in enumerate(threads)}
    declared = ", ".join(f"${name}: ID!" for name in names)
    fields = " ".join(
        f"{name}: resolveReviewThread(input: {{threadId: ${name}}}) {{ thread {{ id }} }}" for name in names
    )
    return f"mutation({declared}) {{ {fields} }}", names


def _thread(document: object) -> Thread | None:
    """Parse a thread; None if the token may not see its first comment."""
    comments = get(document, "comments.nodes", list)
    number = find(comments[0], "fullDatabaseId") if comments else None
    if number is None:
        return None
    if not isinstance(number, (str, int)) or not str(number).isdecimal():
        raise MalformedError("it has no usable fullDatabaseId")
    return Thread(
        id=get(document, "id", str),
        first_comment=int(number),  # GraphQL sends a BigInt as text
        is_resolved=get(document, "isResolved", bool),
    )
