"""One request to GitHub's API and its response, as our own values. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field
from urllib.parse import urlencode, urlsplit

from lessonguard.record import record

# The page after this one, in the header `Link`. See
# https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api#using-link-headers
_NEXT = re.compile(r'<([^<>]+)>\s*;[^,<]*\brel="?next\b')

# Characters of GitHub's words in a message: a few lines of a terminal with 80 columns.
_LONGEST_TEXT = 300


@record
class Call:
    """A request to GitHub's API.

    `to` completes "Cannot …", `needs` is the permission that it takes, as a workflow grants it:
    `contents: read`. `path` is percent-encoded, and below the address of the API if it begins
    with a slash; otherwise it is a whole URL. `is_write` means that it changes something at GitHub.
    """

    to: str
    needs: str
    path: str
    method: str = "GET"
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    is_write: bool = False

    @property
    def target(self) -> str:
        """Return the path and the query."""
        return f"{self.path}?{urlencode(self.parameters)}" if self.parameters else self.path

    @property
    def is_repeatable(self) -> bool:
        """Return whether doing it twice is the same as doing it once."""
        # Setting a text twice leaves one text, but a POST creates a second comment.
        return not self.is_write or self.method in {"PATCH", "PUT"}


@record
class Response:
    """A response; `headers` have names in lower case, `document` is None if the body is not JSON."""

    status: int
    headers: Mapping[str, str]
    document: object

    @property
    def is_success(self) -> bool:
        """Return whether GitHub did what was requested."""
        return 200 <= self.status < 300  # noqa: PLR2004 - what HTTP calls successful

    @property
    def message(self) -> str:
        """Return GitHub's own words in one harmless line; "" if there are none."""
        text = self.document.get("message") if isinstance(self.document, dict) else None
        return plain(text) if isinstance(text, str) else ""

    @property
    def next_page(self) -> str | None:
        """Return the path and query of the page after this one; None if this is the last."""
        found = _NEXT.search(self.headers.get("link", ""))
        if not found:
            return None
        # Without the host, because the token must not go to another one.
        url = urlsplit(found[1])
        return f"{url.path}?{url.query}"


def parse_document(text: str) -> object:
    """Parse the body of a response; None if it is no JSON, as from a proxy that fails."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def plain(text: str) -> str:
    """Return foreign text as one short line, without control characters or invisible ones."""
    line = "".join(each if each.isprintable() else " " for each in text[: 2 * _LONGEST_TEXT])
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1] + "…"
