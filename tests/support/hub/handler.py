"""HTTP: read a request, have it answered, write the answer in one piece."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A request as it came: names of headers in lower case, path and query percent-encoded."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """An answer as it leaves."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Respond = Callable[[Incoming], "Outgoing | None"]
"""What gives the answer to a request, None to drop the connection; called in many threads."""


class Server(ThreadingHTTPServer):
    """A server on the loopback, on a port that the system chooses, with a thread for each connection."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the class it extends
        """Serve a connection, and remember it."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - as the class it extends
        """Close a connection, and forget it."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Close the port, and what clients keep open for their next requests."""
        super().server_close()
        for connection in list(self._connections):
            _cut(connection)


class _Handler(BaseHTTPRequestHandler):
    server: Server  # type: ignore[mutable-override] # only that server makes these
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave together
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the class it extends
        """Say nothing: the hub keeps the log."""

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        incoming = Incoming(
            method=self.command,
            path=path,
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self._read(),
        )
        outgoing = self.server.respond(incoming)
        if outgoing is None:
            self.close_connection = True
            _cut(self.connection)
        else:
            with suppress(ConnectionError):  # the client did not wait
                self._write(outgoing)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - as http.server names them

    def _read(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _write(self, outgoing: Outgoing) -> None:
        self.send_response(outgoing.status)
        for name, value in outgoing.headers.items():
            self.send_header(name, value)
        if outgoing.status != 204:
            self.send_header("Content-Length", str(len(outgoing.body)))
        self.end_headers()
        self.wfile.write(outgoing.body)
        self.wfile.flush()


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):  # the other side was faster
        connection.shutdown(socket.SHUT_RDWR)
