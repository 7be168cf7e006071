"""Reach a server as somebody: Git's settings and passwords, by way of the environment alone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from lessonguard.errors import GitError
from lessonguard.process import environment

_UNATTENDED = {
    "GIT_ASKPASS": "",  # neither this program, nor core.askPass, nor SSH_ASKPASS
    "GIT_TERMINAL_PROMPT": "0",
    # Users can have all settings logged, by trace2.* in their own; see "api-trace2" in Git's documentation.
    "GIT_TRACE2": "0",
    "GIT_TRACE2_EVENT": "0",
    "GIT_TRACE2_PERF": "0",
}


def access_variables(url: str, token: str | None) -> dict[str, str]:
    """Give the variables with which Git reaches the server of `url`, with this token if it is HTTP.

    The token goes to no other server: Git would send it on to wherever it is redirected, so
    redirects are not followed. It stands in no argument, address or file. Whether there is one or
    not, nobody is asked for a password.
    """
    settings = [("credential.helper", "")]
    address = urlsplit(url)
    if token and address.scheme in {"http", "https"}:
        server = f"http.{address.scheme}://{address.netloc.rpartition('@')[2]}/"
        login = b64encode(f"x-access-token:{token}".encode()).decode()
        settings += [
            (f"{server}.followRedirects", "false"),
            (f"{server}.extraHeader", ""),  # GitHub refuses a request with two of them
            (f"{server}.extraHeader", f"AUTHORIZATION: basic {login}"),
        ]
    return add_settings(_UNATTENDED, settings)


def add_settings(variables: Mapping[str, str], settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give these variables with settings in them, after those that the environment has already.

    See `GIT_CONFIG_COUNT` in git-config(1). Raise `GitError` if the environment's is not a number.
    """
    count = variables.get("GIT_CONFIG_COUNT") or environment("GIT_CONFIG_COUNT") or "0"
    if not count.isdecimal():
        raise GitError(f"The variable GIT_CONFIG_COUNT is not a number: {count!r}.", hint="Unset it.")
    added = dict(variables)
    for number, (name, value) in enumerate(settings, int(count)):
        added[f"GIT_CONFIG_KEY_{number}"] = name
        added[f"GIT_CONFIG_VALUE_{number}"] = value
        added["GIT_CONFIG_COUNT"] = str(number + 1)
    return added


def public_address(url: str) -> str:
    """Give an address as messages may show it: without the user and password it may hold."""
    address = urlsplit(url)
    return address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()
