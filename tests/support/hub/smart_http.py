"""Git over HTTP, by Git's own server program."""

from __future__ import annotations

import base64
import binascii
import gzip
import subprocess
import time

from tests.support.hub.exchange import RefusalError
from tests.support.hub.handler import Incoming, Outgoing
from tests.support.hub.hosted import Hosted
from tests.support.hub.model import Token
from tests.support.hub.state import GitCall, State
from tests.support.hub.store import plain_environment

_SERVICES = ("/info/refs", "/git-upload-pack")
_ASK = {"WWW-Authenticate": 'Basic realm="GitHub"'}


def split_git_path(path: str) -> tuple[str, str] | None:
    """Split `/owner/name.git/info/refs` into `owner/name` and the rest; None if it is not Git's."""
    for service in _SERVICES:
        if path.endswith(service):
            return path.removesuffix(service).removesuffix(".git").strip("/"), service
    return None


def answer_git(state: State, incoming: Incoming, *, name: str, service: str) -> Outgoing | None:
    """Answer a request by Git; None if the connection is to be dropped."""
    fault = state.strike(incoming.method, incoming.path)
    time.sleep(fault.delay if fault else 0)
    token = None
    if fault and not fault.only_delays:
        outgoing = Outgoing(status=fault.answer.status) if fault.answer else None
    else:
        try:
            token = _token(state, incoming)
            outgoing = _serve(_hosted(state, name, token), incoming, service)
        except RefusalError as refusal:
            status = refusal.answer.status
            outgoing = Outgoing(
                status=status, headers=_ASK if status == 401 else {}, body=str(refusal).encode()
            )
    state.git.append(
        GitCall(
            repository=name,
            service=service,
            asked=_body(incoming),
            status=outgoing.status if outgoing else 0,
            sent=len(outgoing.body) if outgoing else 0,
            login=token.login if token else None,
        )
    )
    return outgoing


def _token(state: State, incoming: Incoming) -> Token | None:
    """Give the token that comes as the password of Basic authentication, as `actions/checkout` sends it."""
    kind, _, credentials = incoming.headers.get("authorization", "").partition(" ")
    if not credentials:
        return None
    try:
        value = base64.b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        value = ""
    if kind.lower() != "basic" or value not in state.tokens:
        raise RefusalError(401, "Invalid username or token.")
    return state.tokens[value]


def _hosted(state: State, name: str, token: Token | None) -> Hosted:
    """Give the repository; the nameless are asked who they are before they learn that there is none."""
    hosted = state.repositories.get(name.lower())
    if (not hosted or hosted.is_private) and not token:
        raise RefusalError(401, "Repository not found.")
    if not hosted or (hosted.is_private and token and not token.may("read", "contents")):
        raise RefusalError(404, "Repository not found.")
    return hosted


def _serve(hosted: Hosted, incoming: Incoming, service: str) -> Outgoing:
    """Let `git http-backend` answer; see its manual page for the variables."""
    body = _body(incoming)
    variables = {
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROJECT_ROOT": str(hosted.store.directory.parent),
        "PATH_INFO": f"/{hosted.store.directory.name}{service}",
        "QUERY_STRING": incoming.query,
        "REQUEST_METHOD": incoming.method,
        "CONTENT_TYPE": incoming.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        # The newer protocol hands out any object, whatever the settings.
        "GIT_PROTOCOL": incoming.headers.get("git-protocol", "") if hosted.hands_out_any else "",
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
    return _parsed(result.stdout)


def _body(incoming: Incoming) -> bytes:
    is_packed = incoming.headers.get("content-encoding") == "gzip"
    return gzip.decompress(incoming.body) if is_packed else incoming.body


def _settings(hosted: Hosted) -> dict[str, str]:
    allowed = {
        "allowFilter": hosted.offers_filter,
        "allowAnySHA1InWant": hosted.hands_out_any,
    }
    settings = {"GIT_CONFIG_COUNT": str(len(allowed))}
    for index, (name, value) in enumerate(allowed.items()):
        settings[f"GIT_CONFIG_KEY_{index}"] = f"uploadpack.{name}"
        settings[f"GIT_CONFIG_VALUE_{index}"] = str(value).lower()
    return settings


def _parsed(output: bytes) -> Outgoing:
    head, _, body = output.partition(b"\r\n\r\n")
    lines = (line.partition(": ") for line in head.decode("latin-1").split("\r\n"))
    headers = {name: value for name, _, value in lines if name}
    status = int(headers.pop("Status", "200").split()[0])
    return Outgoing(status=status, headers=headers, body=body)
