"""The connection to GitHub: every request and every retry. The only module that uses PyGithub."""

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
from lessonguard.github.limits import RateLimiter, RetryPolicy, limited_for

# https://docs.github.com/en/rest/about-the-rest-api/api-versions
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
# The most that GitHub sends on a page: the fewest requests. See
# https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
_PER_PAGE = 100
_PORTS = {"https": 443, "http": 80}
_REDIRECTS = (302, 307, 308)

# A repository that was renamed takes one; two more, and then it is a loop.
_MOST_REDIRECTS = 3

_ADDRESSES = "Leave GITHUB_API_URL and GITHUB_GRAPHQL_URL as the runner sets them."


class Connection:
    """Sends requests to one GitHub; retries, waits and follows redirects as GitHub documents.

    Without a `token` only what is public can be read. It goes to the servers of `api_url` and
    `graphql_url` alone, and into no error.
    """

    def __init__(self, *, token: str | None, api_url: str, graphql_url: str, policy: RetryPolicy) -> None:
        self._token = _checked_token(token)
        self._api_url = api_url.rstrip("/")
        self._graphql_url = graphql_url
        self._policy = policy
        self._limiter = RateLimiter(policy)
        self._connections = {
            place: _NoRedirects(*place, timeout=policy.timeout)
            for place in (_place(api_url), _place(graphql_url))
        }
        self._server = urlsplit(api_url)._replace(path="").geturl()
        # Retries and waits are ours, because PyGithub would repeat a POST that may have been carried out.
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
        """Return whether there is no token."""
        return not self._token

    def close(self) -> None:
        """Close the connections; they open again when they are needed."""
        for connection in self._connections.values():
            connection.close()

    def send(self, call: Call) -> object:
        """Send a request and return the document of its response."""
        return self._send(call).document

    def pages(self, call: Call) -> Iterator[object]:
        """Send a request for a list, and those for its further pages; yield item after item."""
        page: Call | None = replace(call, parameters={**call.parameters, "per_page": _PER_PAGE})
        while page:
            response = self._send(page)
            if not isinstance(response.document, list):
                raise api_errors.malformed_response(call, "it is no list")
            yield from response.document
            following = response.next_page
            page = replace(call, path=self._server + following, parameters={}) if following else None

    def query(self, document: str, variables: Mapping[str, object], *, call: Call) -> object:
        """Send a GraphQL query and return `data`; `call` has its purpose and whether it writes."""
        body = {"query": document, "variables": variables}
        content = self.send(replace(call, path=self._graphql_url, method="POST", body=body))
        if not isinstance(content, dict):
            raise api_errors.malformed_response(call, "it is no object")
        if content.get("errors"):
            raise api_errors.graphql_rejection(call, content["errors"], has_token=not self.is_anonymous)
        return content.get("data")

    def _send(self, call: Call) -> Response:
        """Send a request, again where GitHub or the network fails and a retry is safe."""
        if call.is_write:
            self._limiter.before_write()
        try:
            for pause in self._policy.pauses if call.is_repeatable else ():
                try:
                    return self._send_within_limits(call)
                except UnavailableError:  # noqa: PERF203 - the request takes longer
                    self._policy.sleep(pause)
            return self._send_within_limits(call)
        finally:
            if call.is_write:
                self._limiter.after_write()

    def _send_within_limits(self, call: Call) -> Response:
        """Send a request, again after each wait that GitHub asks for; raise unless GitHub did it."""
        response = self._follow_redirects(call)
        while (seconds := limited_for(response)) is not None:
            if not self._limiter.wait(seconds):
                raise api_errors.rate_limited(call, seconds, has_token=not self.is_anonymous)
            response = self._follow_redirects(call)
        if not response.is_success:
            raise api_errors.rejection(call, response, has_token=not self.is_anonymous)
        if response.document is None:
            raise api_errors.unavailable(call, "the response is cut off, or not from GitHub")
        return response

    def _follow_redirects(self, call: Call) -> Response:
        """Send a request to where it leads: a repository that was renamed has another address."""
        # With the same method, as "Follow redirects" asks for in
        # https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        url = self._api_url + call.target if call.path.startswith("/") else call.target
        for _ in range(_MOST_REDIRECTS):
            response = self._perform(call, url)
            if response.status not in _REDIRECTS or "location" not in response.headers:
                return response
            url = urljoin(url, response.headers["location"])
            if _place(url) not in self._connections:
                raise api_errors.redirected(call, url)
        raise api_errors.redirected(call, url)

    def _perform(self, call: Call, url: str) -> Response:
        try:
            status, headers, body = self._requester.requestJson(
                call.method, url, headers={**_HEADERS}, input=call.body, cnx=self._connections[_place(url)]
            )
        except (OSError, ValueError) as error:  # ValueError, because requests raises it for broken headers
            reason = self._without_token(self._reason(error))
            raise api_errors.unavailable(call, reason) from error
        document = parse_document(self._without_token(body))
        return Response(status=status, headers=headers, document=document)

    def _reason(self, error: BaseException) -> str:
        while inner := [each for each in (error.__cause__, *error.args) if isinstance(each, BaseException)]:
            error = inner[0]  # requests and urllib3 wrap what went wrong several times
        if isinstance(error, TimeoutError):
            return f"GitHub does not answer within {self._policy.timeout} seconds"
        words = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return f"the connection failed ({words})"

    def _without_token(self, text: str) -> str:
        return text.replace(self._token, "***") if self._token else text


class _NoRedirects(HTTPSRequestsConnectionClass):
    """A connection that leaves redirects to us.

    PyGithub follows one kind, 301, and drops the query: a filter, or the number of a page.
    """

    def __init__(self, scheme: str, host: str, port: int, *, timeout: int) -> None:
        super().__init__(host, port, timeout=timeout)
        self.protocol = scheme

    def getresponse(self) -> RequestsResponse:
        """Return the response; a 301 as 308, which means the same and is nothing to PyGithub."""
        response = super().getresponse()
        response.status = {301: 308}.get(response.status, response.status)
        return response


def _checked_token(token: str | None) -> str | None:
    """Return the token; raise `GitHubError` for one that cannot be in a header."""
    # Here, because the error that requests raises would quote the token.
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        hint = "Set GITHUB_TOKEN to the token alone, without quotes, spaces or line breaks."
        raise GitHubError("Cannot use the token: it has characters that no token has.", hint=hint)
    return token


def _place(url: str) -> tuple[str, str, int]:
    """Return the scheme, host and port of a URL; raise `GitHubError` if it is no URL."""
    with suppress(ValueError, KeyError):
        parts = urlsplit(url)
        if parts.hostname:
            return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
    raise GitHubError(f"Cannot reach {plain(url)}: it is not a web address.", hint=_ADDRESSES)
