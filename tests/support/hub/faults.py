"""What goes wrong on purpose: queued for the next requests that match."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.hub.exchange import Answer
from tests.support.openapi import Json

_LIMITS = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"
_UNICORN = b"<html><body><h1>502 Bad Gateway</h1><p>This page is taking too long to load.</p></body></html>"

SECONDARY_LIMIT = {
    "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    "documentation_url": f"{_LIMITS}#about-secondary-rate-limits",
}
PRIMARY_LIMIT = {
    "message": "API rate limit exceeded for installation ID 1.",
    "documentation_url": f"{_LIMITS}#about-primary-rate-limits",
}
BAD_GATEWAY = Answer(status=502, body=_UNICORN, headers={"Content-Type": "text/html"})


@dataclass(kw_only=True)
class Fault:
    """A fault of the next `times` requests with this method whose path the pattern is found in.

    It strikes `before` the request has any effect, or after. The answer is then `answer`, or
    the connection is dropped if that is None. `delay` is in seconds; a fault that `only_delays`
    leaves the answer as it is.
    """

    method: str
    pattern: re.Pattern[str]
    answer: Answer | None = None
    before: bool = True
    only_delays: bool = False
    delay: float = 0.0
    times: int = 1
    struck: int = field(default=0, init=False)

    def matches(self, method: str, path: str) -> bool:
        """Tell whether a request is one of those, and count it."""
        is_next = self.struck < self.times and method == self.method and bool(self.pattern.search(path))
        self.struck += is_next
        return is_next


def refusal(status: int, body: Json = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Give an answer with this status, by default with a message such as GitHub's."""
    return Answer(
        status=status, body={"message": f"Status {status}"} if body is None else body, headers=headers or {}
    )
