"""Read the variables of GitHub Actions and the event file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lessonguard.errors import UsageError
from lessonguard.process import environment
from lessonguard.record import record

_OUTSIDE = "This command runs in a workflow of GitHub Actions; anywhere else use `lessonguard scan`."


@record
class Runner:
    """One run of a workflow.

    See https://docs.github.com/actions/reference/workflows-and-actions/variables.

    `payload` is the event's, as GitHub sent it. The URLs have no slash at their ends. `sha` is
    the commit that triggered the run. Files are None where the runner does not offer them.
    `token` is never shown: not even by `repr`.
    """

    event: str
    payload: Mapping[str, Any]
    repository: str
    sha: str
    api_url: str
    graphql_url: str
    server_url: str
    output_file: Path | None
    summary_file: Path | None
    temporary: Path | None
    token: str | None

    def __repr__(self) -> str:
        return f"Runner({self.event} in {self.repository})"

    @property
    def clone_url(self) -> str:
        """Return where Git finds the repository; it holds no token."""
        return f"{self.server_url}/{self.repository}"


def read_runner() -> Runner:
    """Read the runner's variables and the event file; raise `UsageError` if there are none."""
    api_url = _url("GITHUB_API_URL", "https://api.github.com")
    return Runner(
        event=_required("GITHUB_EVENT_NAME"),
        payload=_payload(Path(_required("GITHUB_EVENT_PATH"))),
        repository=_repository(_required("GITHUB_REPOSITORY")),
        sha=environment("GITHUB_SHA") or "",
        api_url=api_url,
        graphql_url=_url("GITHUB_GRAPHQL_URL", f"{api_url.removesuffix('/v3')}/graphql"),
        server_url=_url("GITHUB_SERVER_URL", "https://github.com"),
        output_file=_file("GITHUB_OUTPUT"),
        summary_file=_file("GITHUB_STEP_SUMMARY"),
        temporary=_file("RUNNER_TEMP"),
        token=(environment("GITHUB_TOKEN") or "").strip() or None,
    )


def _required(name: str) -> str:
    value = environment(name)
    if not value:
        raise UsageError(f"Cannot tell what to review: {name} is not set.", hint=_OUTSIDE)
    return value


def _repository(name: str) -> str:
    parts = name.split("/")
    if len(parts) != 2 or not all(part and part.strip(".") for part in parts):  # noqa: PLR2004 - owner and name
        raise UsageError(f"GITHUB_REPOSITORY is {name!r}, which is not an owner and a name.", hint=_OUTSIDE)
    return name


def _url(name: str, default: str) -> str:
    url = (environment(name) or default).rstrip("/")
    if not url.startswith(("https://", "http://")):
        raise UsageError(f"{name} is {url!r}, which is no web address.", hint="Do not change it.")
    return url


def _file(name: str) -> Path | None:
    value = environment(name)
    return Path(value) if value else None


def _payload(path: Path) -> Mapping[str, Any]:
    try:
        payload = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot read the event file {path} (GITHUB_EVENT_PATH): {error}.") from error
    if not isinstance(payload, dict):
        raise UsageError(f"The event file {path} (GITHUB_EVENT_PATH) holds no JSON object.")
    return payload
