"""The hub itself: start it, put repositories into it, look at what it was asked."""

from __future__ import annotations

import re
import threading
import traceback
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.hub.api import answer_api
from tests.support.hub.faults import BAD_GATEWAY, PRIMARY_LIMIT, SECONDARY_LIMIT, Fault, refusal
from tests.support.hub.handler import Incoming, Outgoing, Server
from tests.support.hub.hosted import Hosted
from tests.support.hub.model import Permission, Token
from tests.support.hub.pull import Ledger
from tests.support.hub.run import Run
from tests.support.hub.shapes import Shapes
from tests.support.hub.smart_http import answer_git, split_git_path
from tests.support.hub.state import Call, GitCall, State
from tests.support.openapi import Json


class Hub:
    """A GitHub on the loopback, to be used in a `with` block, in which it answers.

        with Hub(tmp_path) as hub:
            shop = hub.repository("acme/shop", repo.path)
            pull = shop.pull(7, head=commit, fork="mallory/shop")

    What runs read and write is in `folder`. At the end of the block, the hub fails the test if
    there was a request that GitHub's description does not allow, or a fault that never struck.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = State()
        self._ledger = Ledger()
        self._runs = count(1)
        self._server = Server(self._respond)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Hub:  # noqa: PYI034 - nobody extends it, and Python 3.10 has no Self
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if kind is None:
            self.check()

    # Where it is.

    @property
    def server_url(self) -> str:
        """Give where Git and people find repositories: GITHUB_SERVER_URL."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        """Give the root of the REST API, laid out as at github.com: GITHUB_API_URL."""
        return self.server_url

    @property
    def graphql_url(self) -> str:
        """Give the address of the GraphQL API, laid out as at github.com: GITHUB_GRAPHQL_URL."""
        return f"{self.server_url}/graphql"

    @property
    def enterprise_api_url(self) -> str:
        """Give the root of the REST API, laid out as at GitHub Enterprise Server."""
        return f"{self.server_url}/api/v3"

    @property
    def enterprise_graphql_url(self) -> str:
        """Give the address of the GraphQL API, laid out as at GitHub Enterprise Server."""
        return f"{self.server_url}/api/graphql"

    # What is there.

    def repository(self, full_name: str, path: Path, *, is_private: bool = False) -> Hosted:
        """Serve the Git repository at `path`, bare or with a work tree, as `owner/name`."""
        shapes = Shapes(api=self.api_url, server=self.server_url)
        hosted = Hosted(full_name, path, ledger=self._ledger, shapes=shapes, is_private=is_private)
        self.state.repositories[full_name.lower()] = hosted
        return hosted

    def token(
        self,
        login: str = "github-actions[bot]",
        *,
        contents: Permission = "read",
        pull_requests: Permission = "write",
    ) -> Token:
        """Issue a token: of an app if the login ends in `[bot]`, as GITHUB_TOKEN is, or of a person."""
        is_app = login.endswith("[bot]")
        token = Token(
            value=f"{'ghs' if is_app else 'ghp'}_{len(self.state.tokens):036}",
            login=login,
            kind="installation" if is_app else "user",
            permissions={"contents": contents, "pull_requests": pull_requests, "metadata": "read"},
        )
        self.state.tokens[token.value] = token
        return token

    def runner(
        self,
        event: str,
        payload: Mapping[str, Any],
        *,
        token: Token | None = None,
        is_enterprise: bool = False,
    ) -> Run:
        """Start a run of a workflow after an event, and give its variables; see `Hosted.events`.

        With a token, its steps have GITHUB_TOKEN. All addresses lead here, laid out as at
        github.com or as at GitHub Enterprise Server.
        """
        folder = self.folder / f"run-{next(self._runs)}"
        hosted = self.state.repositories[payload["repository"]["full_name"].lower()]
        run = Run(folder, hosted, event=event, payload=payload)
        run["GITHUB_SERVER_URL"] = self.server_url
        run["GITHUB_API_URL"] = self.enterprise_api_url if is_enterprise else self.api_url
        run["GITHUB_GRAPHQL_URL"] = self.enterprise_graphql_url if is_enterprise else self.graphql_url
        if token:
            run["GITHUB_TOKEN"] = token.value
        return run

    # What it was asked.

    @property
    def calls(self) -> list[Call]:
        """List the requests to the API, in the order of their answers."""
        return self.state.calls

    @property
    def writes(self) -> list[Call]:
        """List the requests to the API that were meant to change something."""
        return [call for call in self.calls if call.is_write]

    @property
    def git(self) -> list[GitCall]:
        """List the requests by Git."""
        return self.state.git

    @property
    def git_bytes(self) -> int:
        """Give how many bytes Git was sent."""
        return sum(call.sent for call in self.git)

    def check(self) -> None:
        """Fail if a request was not as GitHub's description says, or a fault never struck."""
        assert not self.state.violations, "\n".join(self.state.violations)
        waiting = [fault for fault in self.state.faults if not fault.struck]
        assert not waiting, f"these faults never struck: {waiting}"

    # What goes wrong. Patterns are searched for in the path, and for GraphQL in the query too.

    def fail(
        self,
        method: str,
        pattern: str,
        status: int,
        *,
        before: bool = True,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        times: int = 1,
    ) -> None:
        """Answer the next requests that match with a status; if it is 502, as a proxy does.

        If not `before`, the request has its effect, and only the answer is lost.
        """
        answer = BAD_GATEWAY if status == BAD_GATEWAY.status and not body else refusal(status, body, headers)
        self._queue(method, pattern, answer=answer, before=before, times=times)

    def drop(self, method: str, pattern: str, *, before: bool = False, times: int = 1) -> None:
        """Drop the connection instead of answering; unless `before`, the request has its effect."""
        self._queue(method, pattern, before=before, times=times)

    def slow(self, method: str, pattern: str, delay: float, *, times: int = 1) -> None:
        """Answer the next requests that match `delay` seconds later."""
        self._queue(method, pattern, only_delays=True, delay=delay, times=times)

    def limit(self, method: str, pattern: str, *, status: int = 403, after: int = 1, times: int = 1) -> None:
        """Refuse the next requests by the secondary rate limit (403 or 429), for `after` seconds."""
        headers = {"Retry-After": str(after)}
        self.fail(method, pattern, status, body=SECONDARY_LIMIT, headers=headers, times=times)

    def exhaust(self, method: str, pattern: str, *, reset: int, times: int = 1) -> None:
        """Refuse the next requests by the primary rate limit, until `reset`, in seconds since 1970."""
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
        self.fail(method, pattern, 403, body=PRIMARY_LIMIT, headers=headers, times=times)

    def _queue(self, method: str, pattern: str, **what: Any) -> None:  # noqa: ANN401 - fields of Fault
        self.state.faults.append(Fault(method=method, pattern=re.compile(pattern), **what))

    def _respond(self, incoming: Incoming) -> Outgoing | None:
        git = None if "/repos/" in incoming.path else split_git_path(incoming.path)
        try:
            if git:
                return answer_git(self.state, incoming, name=git[0], service=git[1])
            return answer_api(self.state, incoming, server=self.server_url)
        except Exception:  # noqa: BLE001 - a bug of the hub fails the test, and hangs no client
            self.state.violations.append(traceback.format_exc())
            return Outgoing(status=500)
