"""One request to GitHub and its answer, as our own values. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field
from urllib.parse import urlencode, urlsplit

from lessonguard.record import record

_NEXT = re.compile(r'<([^<>]+)>\s*;[^,<]*\brel="?next\b')
_LONGEST_TEXT = 300  # characters


@record
class Call:
    """A request to make.

    `to` completes "Cannot …", `needs` is the permission it takes, as a workflow grants it:
    `contents: read`. `path` is percent-encoded, and below the address of the API if it begins
    with a slash; otherwise it is a whole URL. `is_write` tells that it changes what GitHub has.
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
        """Give the path and the query."""
        return f"{self.path}?{urlencode(self.parameters)}" if self.parameters else self.path

    @property
    def is_repeatable(self) -> bool:
        """Tell whether doing it twice is the same as doing it once."""
        return not self.is_write or self.method in {"PATCH", "PUT"}


@record
class Response:
    """What came back; `headers` have names in lower case, `document` is None if the body is not JSON."""

    status: int
    headers: Mapping[str, str]
    document: object

    @property
    def is_success(self) -> bool:
        """Tell whether GitHub did what it was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004 - what HTTP calls successful

    @property
    def message(self) -> str:
        """Give GitHub's own words in one harmless line, perhaps none."""
        said = self.document.get("message") if isinstance(self.document, dict) else None
        return plain(said) if isinstance(said, str) else ""

    @property
    def next_page(self) -> str | None:
        """Give the path and query of the page after this one; see "Using pagination in the REST API"."""
        found = _NEXT.search(self.headers.get("link", ""))
        if not found:
            return None
        # The host does not count: the token goes where it went before.
        url = urlsplit(found[1])
        return f"{url.path}?{url.query}"


def parse_document(text: str) -> object:
    """Read the body of an answer; None if it is no JSON, as from a proxy that fails."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def plain(text: str) -> str:
    """Put text from elsewhere on one short line, without what a terminal obeys or hides."""
    line = "".join(each if each.isprintable() else " " for each in text[: 2 * _LONGEST_TEXT])
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1] + "…"
