"""One request, one answer, and the ways in which GitHub refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.support.hub.model import Token
from tests.support.openapi import Json

_DOCUMENTATION = "https://docs.github.com/rest"
_PER_PAGE = 30
_MOST_PER_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request to the API.

    `path` is without the prefix that GitHub Enterprise Server has, percent-encoded as it came;
    `base` is what stands before it. `parameters` are decoded parts of the path, by their names
    in GitHub's description. `body` is parsed JSON, None if there was none.
    """

    method: str
    base: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Json
    token: Token | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer of the API; `body` is written as JSON, or as it is if it is bytes."""

    status: int = 200
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusalError(Exception):
    """A request that GitHub turns down, in the shape in which it says so."""

    def __init__(self, status: int, message: str, errors: Iterable[Json] | None = None) -> None:
        super().__init__(message)
        document = {"message": message, "documentation_url": _DOCUMENTATION, "status": str(status)}
        if errors is not None:
            document["errors"] = list(errors)  # type: ignore[assignment] # the one value that is no text
        self.answer = Answer(status=status, body=document)


def not_found() -> RefusalError:
    """Give what GitHub answers for what is not there, or what the token may not see."""
    return RefusalError(404, "Not Found")


def forbidden() -> RefusalError:
    """Give what GitHub answers a token that lacks a permission."""
    return RefusalError(403, "Resource not accessible by integration")


def invalid(resource: str, **faults: str) -> RefusalError:
    """Give what GitHub answers where fields of one resource are not acceptable: messages by field."""
    errors = [
        {"resource": resource, "code": "custom", "field": name, "message": f"{name} {fault}"}
        for name, fault in faults.items()
    ]
    return RefusalError(422, "Validation Failed", errors)


def page(request: Request, items: Sequence[Json]) -> Answer:
    """Answer with the page that was asked for; the header Link leads to the others."""
    body, headers = page_of(request, items)
    return Answer(body=body, headers=headers)


def page_of(request: Request, items: Sequence[Json]) -> tuple[list[Json], dict[str, str]]:
    """Give the items of the page that was asked for, and the header Link; see "Using pagination"."""
    size = min(max(_number(request, "per_page", _PER_PAGE), 1), _MOST_PER_PAGE)
    number = max(_number(request, "page", 1), 1)
    last = max(-(-len(items) // size), 1)
    pages = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    wanted = [name for name in pages if (number < last) == (name in {"next", "last"})]
    if number < last and number > 1:
        wanted = list(pages)
    if last == 1 and number == 1:
        wanted = []
    links = [f'<{_page_url(request, pages[name])}>; rel="{name}"' for name in wanted]
    chosen = items[(number - 1) * size : number * size]
    return list(chosen), {"Link": ", ".join(links)} if links else {}


def _page_url(request: Request, number: int) -> str:
    return f"{request.base}{request.path}?{urlencode({**request.query, 'page': number})}"


def _number(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isdecimal() else default
