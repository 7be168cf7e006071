"""Questions for GitHub's GraphQL: who we are, and threads of review comments. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lessonguard.github.responses import MalformedError, find, get
from lessonguard.record import record

VIEWER = "query { viewer { login } }"

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
"""One page of threads. `databaseId` would be an Int of 32 bits, which new comments have outgrown."""


@record
class Thread:
    """A thread: `id` is GraphQL's, `first_comment` what REST calls its first comment."""

    id: str
    first_comment: int
    is_resolved: bool


def parse_threads(data: object) -> tuple[Sequence[Thread], str | None]:
    """Read a page of `THREADS`; give its threads, and what comes `after` it, None if nothing."""
    page = find(data, "repository.pullRequest.reviewThreads")
    after = get(page, "pageInfo.endCursor", str) if find(page, "pageInfo.hasNextPage") else None
    return [thread for each in get(page, "nodes", list) if (thread := _thread(each))], after


def resolution(threads: Sequence[Thread]) -> tuple[str, Mapping[str, str]]:
    """Write the mutation that resolves threads, all at once, and its variables."""
    names = {f"thread{number}": thread.id for number, thread in enumerate(threads)}
    declared = ", ".join(f"${name}: ID!" for name in names)
    fields = " ".join(
        f"{name}: resolveReviewThread(input: {{threadId: ${name}}}) {{ thread {{ id }} }}" for name in names
    )
    return f"mutation({declared}) {{ {fields} }}", names


def _thread(document: object) -> Thread | None:
    """Read a thread, None if its first comment cannot be seen."""
    comments = get(document, "comments.nodes", list)
    number = find(comments[0], "fullDatabaseId") if comments else None
    if number is None:
        return None
    if not isinstance(number, (str, int)) or not str(number).isdecimal():
        raise MalformedError("it has no usable fullDatabaseId")
    return Thread(
        id=get(document, "id", str),
        first_comment=int(number),  # a BigInt comes as text
        is_resolved=get(document, "isResolved", bool),
    )
