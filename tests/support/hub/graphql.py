"""The GraphQL API: queries are executed against the part of GitHub's schema that is here."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLResolveInfo,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from tests.support.hub.exchange import Answer, RefusalError
from tests.support.hub.hosted import Hosted
from tests.support.hub.model import Account, Comment, Thread
from tests.support.hub.pull import Pull
from tests.support.hub.repository_shapes import node
from tests.support.hub.shapes import timestamp
from tests.support.hub.visit import Visit
from tests.support.openapi import Json

SCHEMA = Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")

_Info = GraphQLResolveInfo[Any]
_SCHEMA = build_schema(SCHEMA)
_MOST_AT_ONCE = 100


def check_graphql(body: Json) -> list[str]:
    """Check a request against the schema; return what is wrong."""
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return ["the body has no query"]
    try:
        return [error.message for error in validate(_SCHEMA, parse(body["query"]))]
    except GraphQLError as error:
        return [error.message]


def answer_graphql(visit: Visit) -> Answer:
    """Execute a query or mutation. Errors come with status 200, in the shape that GitHub gives them."""
    if not visit.request.token:
        raise RefusalError(401, "This endpoint requires you to be authenticated.")
    result = execute_sync(
        _SCHEMA,
        parse(visit.fields["query"]),
        root_value=_Root(visit=visit),
        variable_values=visit.fields.get("variables"),
    )
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [_shape(error) for error in result.errors]
    return Answer(body=body)


def _shape(error: GraphQLError) -> dict[str, Any]:
    shape: dict[str, Any] = {**(error.extensions or {}), **error.formatted}
    return {name: value for name, value in shape.items() if name != "extensions"}


def _error(kind: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"type": kind})


def _forbidden() -> GraphQLError:
    return _error("FORBIDDEN", "Resource not accessible by integration")


@dataclass(frozen=True, kw_only=True)
class _Root:
    """What queries start from: a method for each field of `Query` and `Mutation`."""

    visit: Visit

    def viewer(self, _: _Info) -> Json:
        """Give who asks, an app with `[bot]`."""
        author = self.visit.author
        return {"__typename": "User", "id": node("U", author.id), "login": author.login}

    def repository(self, _: _Info, owner: str, name: str, **__: Any) -> Json:  # noqa: ANN401 - other arguments
        """Give a repository that the token may know of."""
        hosted = self.visit.repositories.get(f"{owner}/{name}".lower())
        if not hosted:
            raise _error("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        return {
            "id": node("R", hosted.id),
            "nameWithOwner": hosted.full_name,
            "pullRequest": lambda _, number: self._pull(hosted, number),
        }

    def node(self, _: _Info, id: str) -> Json:  # noqa: A002 - GitHub's name of it
        """Give a thread; other nodes are not here."""
        pull, thread = self._find(id)
        return self._thread(pull, thread)

    def resolveReviewThread(self, _: _Info, input: Mapping[str, str]) -> Json:  # noqa: A002, N802 - GitHub's names
        """Resolve a thread."""
        return self._settle(input, name="ResolveReviewThread", is_resolved=True)

    def unresolveReviewThread(self, _: _Info, input: Mapping[str, str]) -> Json:  # noqa: A002, N802 - GitHub's names
        """Open a thread again."""
        return self._settle(input, name="UnresolveReviewThread", is_resolved=False)

    def _settle(self, fields: Mapping[str, str], *, name: str, is_resolved: bool) -> Json:
        pull, thread = self._find(fields["threadId"])
        token = self.visit.request.token
        if token and not (token.may("write", "contents") and token.may("write", "pull_requests")):
            if token.kind == "installation":
                raise _forbidden()
            message = f"{token.login} does not have the correct permissions to execute `{name}`"
            raise _error("FORBIDDEN", message)
        thread.is_resolved = is_resolved
        thread.resolved_by = self.visit.author if is_resolved else None
        return {
            "clientMutationId": fields.get("clientMutationId"),
            "thread": self._thread(pull, thread),
        }

    def _find(self, wanted: str) -> tuple[Pull, Thread]:
        for hosted in self.visit.repositories.values():
            for pull in hosted.pulls.values():
                for thread in pull.threads.values():
                    if node("PRRT", thread.root) == wanted:
                        return pull, thread
        raise _error("NOT_FOUND", f"Could not resolve to a node with the global id of '{wanted}'")

    def _pull(self, hosted: Hosted, number: int) -> Json:
        pull, token = hosted.pulls.get(number), self.visit.request.token
        if hosted.is_private and token and not token.may("read", "pull_requests"):
            raise _forbidden()
        if not pull:
            raise _error("NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}.")
        threads = [thread for thread in pull.threads.values() if pull.comments_of(thread)]
        return {
            "id": node("PR", pull.id),
            "number": number,
            "state": "OPEN" if pull.is_open else "CLOSED",
            "isDraft": pull.is_draft,
            "baseRefName": pull.base,
            "headRefOid": pull.head,
            "reviewThreads": _connection([self._thread(pull, thread) for thread in threads]),
        }

    def _thread(self, pull: Pull, thread: Thread) -> Json:
        comments = pull.comments_of(thread)
        first = comments[0]
        return {
            "__typename": "PullRequestReviewThread",
            "id": node("PRRT", thread.root),
            "isResolved": thread.is_resolved,
            "isOutdated": first.is_outdated,
            "resolvedBy": _actor(thread.resolved_by),
            "path": first.path,
            "line": first.line,
            "diffSide": first.side,
            "subjectType": "FILE" if first.is_file else "LINE",
            "viewerCanResolve": not thread.is_resolved,
            "viewerCanUnresolve": thread.is_resolved,
            "comments": _connection([self._comment(pull, comment) for comment in comments]),
        }

    def _comment(self, pull: Pull, comment: Comment) -> Json:
        return {
            "id": node("PRRC", comment.id),
            "databaseId": comment.id,
            "fullDatabaseId": str(comment.id),
            "author": _actor(comment.author),
            "body": comment.body,
            "path": comment.path,
            "line": comment.line,
            "outdated": comment.is_outdated,
            "createdAt": timestamp(comment.made_at),
            "url": self.visit.shapes.comment(pull, comment)["html_url"],
        }


def _actor(who: Account | None) -> Json:
    """Describe an account: GraphQL writes an app without the `[bot]` that REST writes."""
    if not who:
        return None
    login = who.login.removesuffix("[bot]")
    return {"__typename": who.type, "id": node("U", who.id), "login": login}


def _connection(items: Sequence[Json]) -> Json:
    """Give the resolver of a list in pages, whose cursor is the number of items so far."""

    def resolve(_: _Info, *, first: int | None = None, after: str | None = None) -> Json:
        if first is None:
            raise _error("MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value.")
        if not 0 <= first <= _MOST_AT_ONCE:
            raise _error("EXCESSIVE_PAGINATION", f"Requesting {first} records exceeds the limit of 100.")
        start = int(base64.b64decode(after)) if after else 0
        end = min(start + first, len(items))
        cursor = base64.b64encode(str(end).encode()).decode() if end > start else None
        return {
            "nodes": list(items[start:end]),
            "totalCount": len(items),
            "pageInfo": {"hasNextPage": end < len(items), "endCursor": cursor},
        }

    return resolve
