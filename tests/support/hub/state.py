"""What the hub holds and what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.hub.faults import Fault
from tests.support.hub.hosted import Hosted
from tests.support.hub.model import Token
from tests.support.openapi import Description, Json, load_description

_WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request to the API, and how it ended; `status` is 0 if the connection was dropped.

    `path` is without the prefix of GitHub Enterprise Server. `body` and `answer` are parsed JSON.
    `template` is the path as GitHub's description has it, None if there is no such endpoint.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Json
    status: int
    answer: Json
    template: str | None
    login: str | None

    @property
    def is_write(self) -> bool:
        """Tell whether it was meant to change something."""
        if self.path == "/graphql":
            return "mutation" in str(self.body)
        return self.method in _WRITES

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


@dataclass(frozen=True, kw_only=True)
class GitCall:
    """A request by Git: `asked` is its body, unpacked, `sent` the size of the answer's in bytes."""

    repository: str
    service: str
    asked: bytes
    status: int
    sent: int
    login: str | None


@dataclass(kw_only=True)
class State:
    """All that requests read and change: one at a time, under the `lock`.

    `violations` are requests that GitHub's description does not allow, and bugs of the hub.
    """

    repositories: dict[str, Hosted] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    git: list[GitCall] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    description: Description | None = field(default_factory=load_description)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def strike(self, method: str, subject: str) -> Fault | None:
        """Take the next fault for a request, if there is one; `subject` is what patterns are searched in."""
        with self.lock:
            return next((fault for fault in self.faults if fault.matches(method, subject)), None)
