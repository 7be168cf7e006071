"""From a method and a path to the endpoint that answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from tests.support.hub import contents, pulls
from tests.support.hub.pulls import Endpoint

_WITH_SLASHES = ("basehead", "ref")  # parts of a path that may hold some


@dataclass(frozen=True, kw_only=True)
class Route:
    """An endpoint, with the decoded parts of the path by their names."""

    template: str
    endpoint: Endpoint
    parameters: Mapping[str, str]


ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {**pulls.ENDPOINTS, **contents.ENDPOINTS}
"""By method and path, as GitHub's description writes them."""


def find_route(method: str, path: str) -> Route | None:
    """Find who answers a request; None if the hub has no such endpoint."""
    for (wanted, template), endpoint in ENDPOINTS.items():
        found = _PATTERNS[template].fullmatch(path) if wanted == method else None
        if found:
            parameters = {name: unquote(value) for name, value in found.groupdict().items()}
            return Route(template=template, endpoint=endpoint, parameters=parameters)
    return None


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", lambda name: f"(?P<{name[1]}>{_shape(name[1])})", template))


def _shape(name: str) -> str:
    return ".+" if name in _WITH_SLASHES else "[^/]+"


_PATTERNS = {template: _pattern(template) for _, template in ENDPOINTS}
