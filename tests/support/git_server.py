"""Serve Git repositories over HTTP, as they are configured, and keep a log of what was asked."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.support.hub.handler import Incoming, Outgoing, Server
from tests.support.repo import Repo


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request, and how many bytes were sent in answer."""

    path: str
    authorization: str | None
    status: int
    sent: int


class GitServer:
    """A server for the repositories in a folder, to be used in a `with` block, in which it answers.

    What `instead` gives for a request is the answer to it; Git answers where that is None.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[Asked] = []
        self.instead: Callable[[Incoming], Outgoing | None] = lambda _: None

    def __enter__(self) -> GitServer:  # noqa: PYI034 - `Self` came with Python 3.11
        self._server = Server(self._answer)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def address(self) -> str:
        """Return the address of the server, with a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def url(self, repo: Repo) -> str:
        """Return the address of a repository in the folder."""
        return f"{self.address}{repo.path.relative_to(self.folder)}/.git"

    @property
    def visits(self) -> int:
        """Return how many times Git came: each begins with a request for the capabilities."""
        return sum(asked.path.endswith("/info/refs") for asked in self.asked)

    @property
    def sent(self) -> int:
        """Return how many bytes were sent."""
        return sum(asked.sent for asked in self.asked)

    def _answer(self, incoming: Incoming) -> Outgoing:
        outgoing = self.instead(incoming) or _serve(self.folder, incoming)
        asked = Asked(
            path=incoming.path,
            authorization=incoming.headers.get("authorization"),
            status=outgoing.status,
            sent=len(outgoing.body),
        )
        self.asked.append(asked)
        return outgoing


def _serve(folder: Path, incoming: Incoming) -> Outgoing:
    """Let `git http-backend` answer; see its manual page."""
    variables = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - where Git is
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROJECT_ROOT": str(folder),
        "GIT_PROTOCOL": incoming.headers.get("git-protocol", ""),
        "PATH_INFO": incoming.path,
        "QUERY_STRING": incoming.query,
        "REMOTE_ADDR": "127.0.0.1",
        "REQUEST_METHOD": incoming.method,
        "CONTENT_LENGTH": str(len(incoming.body)),
        "CONTENT_TYPE": incoming.headers.get("content-type", ""),
        "HTTP_CONTENT_ENCODING": incoming.headers.get("content-encoding", ""),
    }
    result = subprocess.run(
        ["git", "http-backend"], env=variables, input=incoming.body, capture_output=True, check=False
    )
    head, _, body = result.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if line)
    return Outgoing(status=int(headers.pop("Status", "200").split()[0]), headers=headers, body=body)
