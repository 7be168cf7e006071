"""Git over HTTP, by Git's own server program."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.hub.hosted import Hosted
from tests.support.hub.store import plain_environment

_SERVICES = ("/info/refs", "/git-upload-pack", "/git-receive-pack")


@dataclass(frozen=True, kw_only=True)
class GitAnswer:
    """What Git's server program answers."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def split_git_path(path: str) -> tuple[str, str] | None:
    """Split `/owner/name.git/info/refs` into `owner/name` and the rest; None if it is no path of Git's."""
    for service in _SERVICES:
        if path.endswith(service):
            return path.removesuffix(service).removesuffix(".git").strip("/"), service
    return None


def serve_git(
    hosted: Hosted, service: str, *, method: str, query: str, headers: Mapping[str, str], body: bytes
) -> GitAnswer:
    """Let `git http-backend` answer one request; see its manual page."""
    if headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    variables = {
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROJECT_ROOT": str(hosted.store.directory.parent),
        "PATH_INFO": f"/{hosted.store.directory.name}{service}",
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "GIT_PROTOCOL": headers.get("git-protocol", ""),
        "REMOTE_ADDR": "127.0.0.1",
        **_settings(hosted),
    }
    result = subprocess.run(
        ["git", "http-backend"],
        env=plain_environment(**variables),
        input=body,
        capture_output=True,
        check=False,
    )
    return _parse(result.stdout)


def _settings(hosted: Hosted) -> dict[str, str]:
    allowed = str(hosted.hands_out_any).lower()
    names = ("allowFilter", "allowAnySHA1InWant", "allowReachableSHA1InWant", "allowTipSHA1InWant")
    settings = {"GIT_CONFIG_COUNT": str(len(names))}
    for index, name in enumerate(names):
        settings |= {
            f"GIT_CONFIG_KEY_{index}": f"uploadpack.{name}",
            f"GIT_CONFIG_VALUE_{index}": allowed,
        }
    return settings


def _parse(output: bytes) -> GitAnswer:
    head, _, body = output.partition(b"\r\n\r\n")
    lines = (line.partition(": ") for line in head.decode("latin-1").split("\r\n"))
    headers = {name: value for name, _, value in lines if name}
    status = int(headers.pop("Status", "200").split()[0])
    return GitAnswer(status=status, headers=headers, body=body)
