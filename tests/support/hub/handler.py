"""HTTP: read a request, let Git or the API answer it, write the answer in one piece."""

from __future__ import annotations

import base64
import json
import re
import socket
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from tests.support.hub.contents import ENDPOINTS as _CONTENTS
from tests.support.hub.exchange import Answer, RefusalError, Request, forbidden, not_found
from tests.support.hub.model import Token
from tests.support.hub.pulls import ENDPOINTS as _PULLS
from tests.support.hub.pulls import Endpoint
from tests.support.hub.server import Call, GitCall, Hub
from tests.support.hub.shapes import Shapes
from tests.support.hub.smart_http import serve_git, split_git_path
from tests.support.hub.visit import Visit

_ENTERPRISE = "/api/v3"
_MULTIPLE = ("basehead", "ref")  # parts of a path that may hold slashes
_RATE = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": "2000000000"}


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(
        re.sub(
            r"\{(\w+)\}", lambda name: f"(?P<{name[1]}>{'.+' if name[1] in _MULTIPLE else '[^/]+'})", template
        )
    )


_ROUTES: list[tuple[str, str, re.Pattern[str], Endpoint]] = [
    (method, template, _pattern(template), endpoint)
    for (method, template), endpoint in sorted(
        {**_CONTENTS, **_PULLS}.items(), key=lambda each: "{ref}" in each[0][1]
    )
]


def make_server(hub: Hub) -> ThreadingHTTPServer:
    """Make a server for a hub, on a port that the system chooses."""
    handler = type("BoundHandler", (_Handler,), {"hub": hub})
    return _Server(("127.0.0.1", 0), handler)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, *args: Any) -> None:  # noqa: ANN401 - as the class it extends
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the class it extends
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - as the class it extends
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave together
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the class it extends
        """Say nothing: the hub keeps the log."""

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        body = self._read()
        headers = {name.lower(): value for name, value in self.headers.items()}
        git = None if path.startswith("/repos/") else split_git_path(path)
        if git:
            self._answer_git(*git, query=query, headers=headers, body=body)
        else:
            self._answer_api(path, query, headers=headers, body=body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _answer

    def _read(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _write(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    # Git.

    def _answer_git(
        self, name: str, service: str, *, query: str, headers: Mapping[str, str], body: bytes
    ) -> None:
        hosted = self.hub.repositories.get(name.lower())
        token = self._git_token(headers.get("authorization", ""))
        fault = self.hub.strike(self.command, self.path)
        if fault:
            time.sleep(fault.delay)
        if fault and not fault.only_delays:
            status, answer_headers, content = (fault.answer.status, {}, b"") if fault.answer else (0, {}, b"")
        elif token is False or (token is None and (not hosted or hosted.is_private)):
            status, answer_headers, content = 401, {"WWW-Authenticate": 'Basic realm="GitHub"'}, b""
        elif not hosted:
            status, answer_headers, content = 404, {}, b"Repository not found."
        else:
            answer = serve_git(hosted, service, method=self.command, query=query, headers=headers, body=body)
            status, answer_headers, content = answer.status, dict(answer.headers), answer.body
        login = token.login if token else None
        self.hub.git.append(
            GitCall(repository=name, service=service, status=status, sent=len(content), login=login)
        )
        if status:
            self._write(status, answer_headers, content)
        else:
            self._drop()

    def _git_token(self, authorization: str) -> Token | None | bool:
        kind, _, credentials = authorization.partition(" ")
        if not credentials:
            return None
        if kind.lower() != "basic":
            return False
        value = base64.b64decode(credentials).decode().partition(":")[2]
        return self.hub.tokens.get(value, False)

    # The API.

    def _answer_api(self, path: str, query: str, *, headers: Mapping[str, str], body: bytes) -> None:
        prefix = _ENTERPRISE if path.startswith(f"{_ENTERPRISE}/") else ""
        path = path.removeprefix(prefix)
        fault = self.hub.strike(self.command, path)
        if fault:
            time.sleep(fault.delay)
        parsed = json.loads(body) if body else None
        with self.hub.lock:
            token, template = None, None
            if fault and not fault.only_delays and fault.before:
                answer = fault.answer
            else:
                answer, token, template = self._api(prefix, path, query=query, headers=headers, body=parsed)
                if fault and not fault.only_delays:
                    answer = fault.answer
            self.hub.calls.append(
                Call(
                    method=self.command,
                    path=path,
                    query=dict(parse_qsl(query, keep_blank_values=True)),
                    headers=headers,
                    body=parsed,
                    status=answer.status if answer else 0,
                    answer=answer.body if answer else None,
                    template=template,
                    login=token.login if token else None,
                )
            )
        if answer is None:
            self._drop()
            return
        content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        content = b"" if answer.status == 204 else content
        self._write(
            answer.status,
            {"Content-Type": "application/json; charset=utf-8", **_RATE, **answer.headers},
            content,
        )

    def _api(
        self, prefix: str, path: str, *, query: str, headers: Mapping[str, str], body: Any
    ) -> tuple[Answer, Token | None, str | None]:
        token = None
        for method, template, pattern, endpoint in _ROUTES:
            found = pattern.fullmatch(path)
            if found and method == self.command:
                break
        else:
            self.hub.violations.append(f"{self.command} {path}: the hub knows no such endpoint")
            return not_found().answer, None, None
        try:
            token = self._api_token(headers.get("authorization", ""))
            request = Request(
                method=self.command,
                base=f"{self.hub.server_url}{prefix}",
                path=path,
                query=dict(parse_qsl(query, keep_blank_values=True)),
                headers=headers,
                body=body,
                token=token,
                parameters={name: unquote(value) for name, value in found.groupdict().items()},
            )
            shapes = Shapes(api=request.base, server=self.hub.server_url)
            answer = endpoint(Visit(request=request, repositories=self.hub.repositories, shapes=shapes))
        except RefusalError as refusal:
            answer = refusal.answer
        return answer, token, template

    def _api_token(self, authorization: str) -> Token | None:
        value = authorization.rpartition(" ")[2]
        if not value:
            return None
        if value not in self.hub.tokens:
            raise RefusalError(401, "Bad credentials")
        return self.hub.tokens[value]
