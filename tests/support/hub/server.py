"""The hub itself: start it, put repositories into it, look at what it was asked."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.hub.faults import BAD_GATEWAY, PRIMARY_LIMIT, SECONDARY_LIMIT, Fault, refusal
from tests.support.hub.hosted import Hosted
from tests.support.hub.model import Permission, Token
from tests.support.hub.pull import Ledger

_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_ENTERPRISE = "/api/v3"


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request to the API, and how it ended; `status` is 0 if the connection was dropped.

    `path` is without the prefix of GitHub Enterprise Server. `body` and `answer` are parsed JSON.
    `template` is the path as GitHub's description has it, None for GraphQL and for unknown paths.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    status: int
    answer: Any
    template: str | None
    login: str | None

    @property
    def is_write(self) -> bool:
        """Tell whether it was meant to change something."""
        if self.path.endswith("/graphql"):
            return "mutation" in str(self.body)
        return self.method in _WRITES

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


@dataclass(frozen=True, kw_only=True)
class GitCall:
    """A request by Git: bytes of the body that was `sent` to the client."""

    repository: str
    service: str
    status: int
    sent: int
    login: str | None


class Hub:
    """A GitHub on the loopback, to be used in a `with` block, in which it answers.

        with Hub(tmp_path) as hub:
            shop = hub.repository("acme/shop", repo.path)
            pull = shop.pull(7, head=commit, fork="mallory/shop")

    `folder` is where files of runs go. A request that GitHub's description does not allow fails
    the test at the end of the block.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls: list[Call] = []
        self.git: list[GitCall] = []
        self.violations: list[str] = []
        self.repositories: dict[str, Hosted] = {}
        self.tokens: dict[str, Token] = {}
        self.faults: list[Fault] = []
        self.lock = threading.RLock()
        self._ledger = Ledger()

    def __enter__(self) -> Hub:
        from tests.support.hub.handler import make_server  # noqa: PLC0415

        self._server: ThreadingHTTPServer = make_server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if kind is None:
            assert not self.violations, "\n".join(self.violations)
            unused = [fault for fault in self.faults if fault.struck < fault.times]
            assert not unused, f"these faults never struck: {unused}"

    @property
    def server_url(self) -> str:
        """Give where Git and people find repositories: GITHUB_SERVER_URL."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        """Give the root of the REST API as at github.com: GITHUB_API_URL."""
        return self.server_url

    @property
    def graphql_url(self) -> str:
        """Give the address of the GraphQL API as at github.com: GITHUB_GRAPHQL_URL."""
        return f"{self.server_url}/graphql"

    @property
    def enterprise_api_url(self) -> str:
        """Give the root of the REST API as at GitHub Enterprise Server."""
        return f"{self.server_url}{_ENTERPRISE}"

    @property
    def enterprise_graphql_url(self) -> str:
        """Give the address of the GraphQL API as at GitHub Enterprise Server."""
        return f"{self.server_url}/api/graphql"

    @property
    def writes(self) -> list[Call]:
        """List the calls that were meant to change something."""
        return [call for call in self.calls if call.is_write]

    @property
    def git_bytes(self) -> int:
        """Give how many bytes Git was sent."""
        return sum(call.sent for call in self.git)

    def repository(self, full_name: str, path: Path, *, is_private: bool = False) -> Hosted:
        """Serve the Git repository at `path`, bare or with a work tree, as `owner/name`."""
        hosted = Hosted(full_name, path, ledger=self._ledger, is_private=is_private)
        self.repositories[full_name.lower()] = hosted
        return hosted

    def token(
        self,
        login: str = "github-actions[bot]",
        *,
        contents: Permission = "read",
        pull_requests: Permission = "write",
    ) -> Token:
        """Issue a token: of an app if the login ends in `[bot]`, as GITHUB_TOKEN, or of a person."""
        is_app = login.endswith("[bot]")
        permissions: dict[str, Permission] = {
            "contents": contents,
            "pull_requests": pull_requests,
            "metadata": "read",
        }
        token = Token(
            value=f"{'ghs' if is_app else 'ghp'}_{len(self.tokens):036}",
            login=login,
            kind="installation" if is_app else "user",
            permissions=permissions,
        )
        self.tokens[token.value] = token
        return token

    def fail(
        self,
        method: str,
        pattern: str,
        status: int,
        *,
        before: bool = True,
        body: Any = None,  # noqa: ANN401 - JSON
        headers: Mapping[str, str] | None = None,
        times: int = 1,
    ) -> None:
        """Let the next matching requests fail with a status; those of 502 look like a proxy's.

        The pattern is searched for in the path. If not `before`, the request has its effect.
        """
        answer = BAD_GATEWAY if status == BAD_GATEWAY.status and not body else refusal(status, body, headers)
        self._queue(method, pattern, answer=answer, before=before, times=times)

    def drop(self, method: str, pattern: str, *, before: bool = False, times: int = 1) -> None:
        """Drop the connection instead of answering; unless `before`, the request has its effect."""
        self._queue(method, pattern, before=before, times=times)

    def slow(self, method: str, pattern: str, delay: float, *, times: int = 1) -> None:
        """Answer the next matching requests `delay` seconds later."""
        self._queue(method, pattern, only_delays=True, delay=delay, times=times)

    def limit(self, method: str, pattern: str, *, status: int = 403, after: int = 1, times: int = 1) -> None:
        """Refuse the next matching requests by the secondary rate limit, to be retried `after` seconds."""
        headers = {"Retry-After": str(after)}
        self.fail(method, pattern, status, body=SECONDARY_LIMIT, headers=headers, times=times)

    def exhaust(self, method: str, pattern: str, *, reset: int, times: int = 1) -> None:
        """Refuse the next matching requests by the primary rate limit, until `reset` (Unix time)."""
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
        self.fail(method, pattern, 403, body=PRIMARY_LIMIT, headers=headers, times=times)

    def strike(self, method: str, path: str) -> Fault | None:
        """Take the next fault for a request from the queue, if there is one."""
        with self.lock:
            return next((fault for fault in self.faults if fault.matches(method, path)), None)

    def _queue(self, method: str, pattern: str, **what: Any) -> None:  # noqa: ANN401 - fields of Fault
        self.faults.append(Fault(method=method, pattern=re.compile(pattern), **what))
