"""One request to the API, with what it is about and what its token may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.hub.exchange import Answer, RefusalError, Request, forbidden, not_found, page
from tests.support.hub.hosted import Hosted
from tests.support.hub.model import Account, Comment, Permission, Review, account
from tests.support.hub.pull import Pull
from tests.support.hub.shapes import Shapes


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A request and the hub's repositories by name, as an endpoint sees them."""

    request: Request
    repositories: Mapping[str, Hosted]
    shapes: Shapes

    @property
    def fields(self) -> Mapping[str, Any]:
        """Give the body of the request."""
        return self.request.body or {}

    @property
    def author(self) -> Account:
        """Give who asks; a request without a token is turned down."""
        if not self.request.token:
            raise RefusalError(401, "Requires authentication")
        return account(self.request.token.login)

    def number(self, name: str) -> int:
        """Give a number from the path."""
        text = self.request.parameters[name]
        if not text.isdecimal():
            raise not_found()
        return int(text)

    def repository(self, wanted: Permission, scope: str) -> Hosted:
        """Give the repository of the path, if the token may read or write there within a scope.

        What is private does not even exist for those without a token.
        """
        name = f"{self.request.parameters['owner']}/{self.request.parameters['repo']}"
        token, hosted = self.request.token, self.repositories.get(name.lower())
        if not hosted or (hosted.is_private and not token):
            raise not_found()
        if wanted == "write" and not token:
            raise RefusalError(401, "Requires authentication")
        is_checked = wanted == "write" or hosted.is_private
        if is_checked and token and not token.may(wanted, scope):
            raise forbidden()
        return hosted

    def pull(self, wanted: Permission = "read") -> Pull:
        """Give the pull request of the path, if the token may read or write it."""
        hosted = self.repository(wanted, "pull_requests")
        pull = hosted.pulls.get(self.number("pull_number"))
        if not pull:
            raise not_found()
        return pull

    def review(self, wanted: Permission = "read") -> tuple[Pull, Review]:
        """Give the review of the path, and its pull request."""
        pull = self.pull(wanted)
        review = pull.reviews.get(self.number("review_id"))
        if not review:
            raise not_found()
        return pull, review

    def comment(self, wanted: Permission = "read") -> tuple[Pull, Comment]:
        """Give the review comment of the path, and its pull request."""
        hosted = self.repository(wanted, "pull_requests")
        number = self.number("comment_id")
        for pull in hosted.pulls.values():
            if number in pull.comments:
                return pull, pull.comments[number]
        raise not_found()

    def describe(self, hosted: Hosted) -> dict[str, Any]:
        """Give the shape of a repository."""
        return self.shapes.repository(
            hosted.full_name, is_private=hosted.is_private, default_branch=hosted.default_branch
        )

    def page(self, items: list[Any]) -> Answer:
        """Answer with the page of a list that was asked for."""
        return page(self.request, items)
