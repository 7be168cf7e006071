"""Plain HTTP, one request a connection, to see exactly what a server answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.support.openapi import Json


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a server answered: names of headers in lower case, the body as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """Give the parsed body."""
        return json.loads(self.body)


def ask(method: str, url: str, body: Json = None, *, token: str | None = None) -> Reply:
    """Send a request, with a JSON body and a token if they are given."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        connection.request(method, target, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Reply(status=response.status, headers=names, body=response.read())
    finally:
        connection.close()
