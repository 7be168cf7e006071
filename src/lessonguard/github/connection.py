"""The wire to GitHub: every request and every repetition. The only user of PyGithub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from github import Auth, Github
from github.Requester import HTTPSRequestsConnectionClass, RequestsResponse

from lessonguard.github import api_errors
from lessonguard.github.api_errors import GitHubError, UnavailableError
from lessonguard.github.call import Call, Response, parse_document, plain
from lessonguard.github.limits import Pace, RetryPolicy, limited_for

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_PER_PAGE = 100  # the most that GitHub gives
_PORTS = {"https": 443, "http": 80}
_REDIRECTS = (302, 307, 308)
_MOST_REDIRECTS = 3
_ADDRESSES = "The runner sets GITHUB_API_URL and GITHUB_GRAPHQL_URL; leave them."


class Connection:
    """Send requests to one GitHub; repeat, wait and follow redirects as it documents.

    Without a `token` only what is public can be read. It goes to the servers of `api_url` and
    `graphql_url` alone, and into no error.
    """

    def __init__(self, *, token: str | None, api_url: str, graphql_url: str, patience: RetryPolicy) -> None:
        self._token = _checked(token)
        self._api_url = api_url.rstrip("/")
        self._graphql_url = graphql_url
        self._patience = patience
        self._pace = Pace(patience)
        self._lines = {
            place: _Line(*place, timeout=patience.timeout) for place in (_place(api_url), _place(graphql_url))
        }
        self._server = urlsplit(api_url)._replace(path="").geturl()
        # Repeating and waiting are ours: PyGithub would repeat a POST that may have been carried out.
        self._requester = Github(
            auth=Auth.Token(token) if token else None,
            base_url=self._api_url,
            user_agent="lessonguard",
            retry=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
        ).requester

    @property
    def is_anonymous(self) -> bool:
        """Tell whether there is no token."""
        return not self._token

    def close(self) -> None:
        """Close what is open to the servers."""
        for line in self._lines.values():
            line.close()

    def send(self, call: Call) -> object:
        """Make a request and return the document that comes back."""
        return self._exchange(call).document

    def pages(self, call: Call) -> Iterator[object]:
        """Make a request for a list and those for its further pages; give item after item."""
        page: Call | None = replace(call, parameters={**call.parameters, "per_page": _PER_PAGE})
        while page:
            answer = self._exchange(page)
            if not isinstance(answer.document, list):
                raise api_errors.malformed_response(call, "it is no list")
            yield from answer.document
            following = answer.next_page
            page = replace(call, path=self._server + following, parameters={}) if following else None

    def query(self, document: str, variables: Mapping[str, object], *, call: Call) -> object:
        """Ask by GraphQL and return `data`; `call` says what for and whether it writes."""
        body = {"query": document, "variables": variables}
        answer = self.send(replace(call, path=self._graphql_url, method="POST", body=body))
        if not isinstance(answer, dict):
            raise api_errors.malformed_response(call, "it is no object")
        if answer.get("errors"):
            raise api_errors.graphql_rejection(call, answer["errors"], has_token=not self.is_anonymous)
        return answer.get("data")

    def _exchange(self, call: Call) -> Response:
        """Make a request as often as it takes and is safe."""
        if not call.is_write:
            return self._persist(call)
        self._pace.before_write()
        try:
            return self._persist(call)
        finally:
            self._pace.after_write()

    def _persist(self, call: Call) -> Response:
        for pause in self._patience.pauses if call.is_repeatable else ():
            try:
                return self._settle(call)
            except UnavailableError:  # noqa: PERF203 - the request takes longer
                self._patience.sleep(pause)
        return self._settle(call)

    def _settle(self, call: Call) -> Response:
        """Make a request until the rate of requests is no matter; raise unless GitHub did it."""
        answer = self._follow(call)
        while (seconds := limited_for(answer)) is not None:
            if not self._pace.wait(seconds):
                raise api_errors.rate_limited(call, seconds, has_token=not self.is_anonymous)
            answer = self._follow(call)
        if not answer.is_success:
            raise api_errors.rejection(call, answer, has_token=not self.is_anonymous)
        if answer.document is None:
            raise api_errors.unavailable(call, "the answer is cut off, or not from GitHub")
        return answer

    def _follow(self, call: Call) -> Response:
        """Make a request where it leads to: a repository that was renamed is elsewhere.

        The method stays the same, as GitHub asks; see "Follow redirects" in its best practices.
        """
        url = self._api_url + call.target if call.path.startswith("/") else call.target
        for _ in range(_MOST_REDIRECTS):
            answer = self._perform(call, url)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return answer
            url = urljoin(url, answer.headers["location"])
            if _place(url) not in self._lines:
                raise api_errors.redirected(call, url)
        raise api_errors.redirected(call, url)

    def _perform(self, call: Call, url: str) -> Response:
        line = self._lines[_place(url)]
        try:
            status, headers, body = self._requester.requestJson(
                call.method, url, headers={**_HEADERS}, input=call.body, cnx=line
            )
        except (OSError, ValueError) as error:  # requests raises the one; headers without sense, the other
            reason = self._without_token(self._reason(error))
            raise api_errors.unavailable(call, reason) from error
        document = parse_document(self._without_token(body))
        return Response(status=status, headers=headers, document=document)

    def _reason(self, error: BaseException) -> str:
        root = _root(error)
        if isinstance(root, TimeoutError):
            return f"GitHub does not answer within {self._patience.timeout} seconds"
        words = getattr(root, "strerror", None) or str(root) or type(root).__name__
        return f"the connection failed ({words})"

    def _without_token(self, text: str) -> str:
        return text.replace(self._token, "***") if self._token else text


class _Line(HTTPSRequestsConnectionClass):
    """A connection that leaves redirects to us.

    PyGithub follows one kind, 301, and drops the query: a filter, or the number of a page.
    """

    def __init__(self, scheme: str, host: str, port: int, *, timeout: int) -> None:
        super().__init__(host, port, timeout=timeout)
        self.protocol = scheme

    def getresponse(self) -> RequestsResponse:
        """Give the answer, a 301 under the name for the same that PyGithub does not know."""
        response = super().getresponse()
        response.status = {301: 308}.get(response.status, response.status)
        return response


def _checked(token: str | None) -> str | None:
    """Refuse what cannot stand in a header: the error that requests raises would quote it."""
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        hint = "Set GITHUB_TOKEN to the token alone, without quotes, spaces or line breaks."
        raise GitHubError("Cannot use the token: it has characters that no token has.", hint=hint)
    return token


def _place(url: str) -> tuple[str, str, int]:
    """Give the scheme, host and port that a URL leads to; raise `GitHubError` if it is none."""
    with suppress(ValueError, KeyError):
        parts = urlsplit(url)
        if parts.hostname:
            return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
    raise GitHubError(f"Cannot reach {plain(url)}: it is no web address.", hint=_ADDRESSES)


def _root(error: BaseException) -> BaseException:
    """Give what went wrong first: requests and urllib3 wrap it several times."""
    inner = [each for each in (error.__cause__, *error.args) if isinstance(each, BaseException)]
    return _root(inner[0]) if inner else error
