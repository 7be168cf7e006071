"""Authenticate Git at a server by a token, through environment variables alone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from lessonguard.errors import GitError
from lessonguard.process import environment

# Nobody is there to type a password: https://git-scm.com/docs/gitcredentials#_requesting_credentials
_UNATTENDED = {
    "GIT_ASKPASS": "",  # set but empty, so that Git starts neither core.askPass nor SSH_ASKPASS
    "GIT_TERMINAL_PROMPT": "0",
    # Off, because a user's `trace2.*` settings can have Git log all settings, and so the token.
    # See https://git-scm.com/docs/api-trace2
    "GIT_TRACE2": "0",
    "GIT_TRACE2_EVENT": "0",
    "GIT_TRACE2_PERF": "0",
}


def access_variables(url: str, token: str | None) -> dict[str, str]:
    """Return the variables with which Git reaches the server of `url`, with this token if that is HTTP.

    The token goes to no other server, and is in no argument, address or file. With or without a token,
    Git asks nobody for a password.
    """
    # An empty value removes the helpers that others have set: https://git-scm.com/docs/gitcredentials
    settings = [("credential.helper", "")]
    address = urlsplit(url)
    if token and address.scheme in {"http", "https"}:
        server = f"http.{address.scheme}://{address.netloc.rpartition('@')[2]}/"
        login = b64encode(f"x-access-token:{token}".encode()).decode()
        settings += [
            # Because Git would send the header to the new place, in the POST after the redirected GET.
            (f"{server}.followRedirects", "false"),
            # Empty first, to remove that of actions/checkout: GitHub refuses a request with two.
            (f"{server}.extraHeader", ""),
            (f"{server}.extraHeader", f"AUTHORIZATION: basic {login}"),
        ]
    return add_settings(_UNATTENDED, settings)


def add_settings(variables: Mapping[str, str], settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return these variables with Git settings added, after those that the environment has already.

    See `GIT_CONFIG_COUNT` in https://git-scm.com/docs/git-config#_environment
    Raise `GitError` if the environment's is not a number.
    """
    count = variables.get("GIT_CONFIG_COUNT") or environment("GIT_CONFIG_COUNT") or "0"
    if not count.isdecimal():
        raise GitError(
            f"Cannot run Git: GIT_CONFIG_COUNT is not a number: {count!r}.", hint="Unset this variable."
        )
    added = dict(variables)
    for number, (name, value) in enumerate(settings, int(count)):
        added[f"GIT_CONFIG_KEY_{number}"] = name
        added[f"GIT_CONFIG_VALUE_{number}"] = value
        added["GIT_CONFIG_COUNT"] = str(number + 1)
    return added


def public_address(url: str) -> str:
    """Return an address as messages may show it: without the user and password that it may contain."""
    address = urlsplit(url)
    return address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()
