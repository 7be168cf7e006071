"""The errors of GitHub's API: what its refusals and failures mean, and what to try. Pure."""

from __future__ import annotations

import math

from lessonguard.errors import LessonguardError
from lessonguard.github.call import Call, Response, plain

# Statuses of HTTP as GitHub uses them; see
# https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
_INVALID = (400, 422)
_REFUSALS = (401, 403, 404)
_TIMEOUT = 408
_FAILURES = 500  # and above

# In a message: a refused review may have one for each of its comments.
_MOST_FAULTS = 3

_ANONYMOUS = (
    # https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    "Set GITHUB_TOKEN: without a token GitHub shows only what is public, accepts no comments, "
    "and allows 60 requests an hour."
)
_EXPIRED = "Set GITHUB_TOKEN to a valid token: in a workflow, `${{ github.token }}`."
_UNREACHED = (
    "Run it again later; is GitHub up? See githubstatus.com. "
    "For another server, a proxy or its certificate, set GITHUB_API_URL, HTTPS_PROXY or REQUESTS_CA_BUNDLE."
)


class GitHubError(LessonguardError):
    """GitHub could not be reached, refused, or sent a response that makes no sense."""


class RefusedError(GitHubError):
    """GitHub does not allow this token to do it: nothing was done.

    `status` is 401, 403 or 404; the last also for what there is and the token may not see.
    """

    def __init__(self, message: str, *, hint: str = "", status: int) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class UnprocessableError(GitHubError):
    """GitHub does not accept what was sent: nothing was done.

    `faults` are its reasons, one line each, perhaps none.
    """

    def __init__(self, message: str, *, hint: str = "", faults: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.faults = faults


class UnavailableError(GitHubError):
    """GitHub or the connection failed, and retries did not help.

    After a request that writes (`is_write`) it may have been carried out nevertheless: read what
    GitHub has before you post again.
    """

    def __init__(self, message: str, *, hint: str = "", is_write: bool) -> None:
        super().__init__(message, hint=hint)
        self.is_write = is_write


class RateLimitError(GitHubError):
    """GitHub allows no more requests for longer than we wait: nothing was done."""


def rejection(call: Call, response: Response, *, has_token: bool) -> GitHubError:
    """Return the error for a response that is no success."""
    said = f"GitHub answers {response.status}" + (f", {response.message}" if response.message else "")
    if response.status in _REFUSALS:
        hint = _remedy(call, response.status) if has_token else _ANONYMOUS
        return RefusedError(_cannot(call, said), hint=hint, status=response.status)
    if response.status in _INVALID:
        faults = _faults(response.document)
        return UnprocessableError(_cannot(call, "; ".join([said, *faults[:_MOST_FAULTS]])), faults=faults)
    if response.status == _TIMEOUT or response.status >= _FAILURES:
        return unavailable(call, said)
    return GitHubError(_cannot(call, said))


def unavailable(call: Call, reason: str) -> UnavailableError:
    """Return the error for a request without a useful response, which may have been carried out."""
    return UnavailableError(_cannot(call, plain(reason)), hint=_UNREACHED, is_write=call.is_write)


def rate_limited(call: Call, seconds: float, *, has_token: bool) -> RateLimitError:
    """Return the error for a request that GitHub allows only after so many seconds."""
    minutes = max(math.ceil(seconds / 60), 1)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    hint = f"Run it again in {wait}. All runs with the same token share its limit."
    reason = f"GitHub limits the rate of requests, and allows none for {wait}"
    return RateLimitError(_cannot(call, reason), hint=hint if has_token else _ANONYMOUS)


def malformed_response(call: Call, reason: str) -> GitHubError:
    """Return the error for a response that lacks what GitHub's documentation promises."""
    hint = "Check that GITHUB_API_URL and GITHUB_GRAPHQL_URL are the addresses of GitHub's API."
    return GitHubError(_cannot(call, f"GitHub's response makes no sense: {plain(reason)}"), hint=hint)


def redirected(call: Call, place: str) -> GitHubError:
    """Return the error for a redirect to where the token must not go."""
    hint = "Set GITHUB_API_URL and GITHUB_GRAPHQL_URL to the addresses that the API has now."
    return GitHubError(_cannot(call, f"GitHub redirects to {plain(place)}"), hint=hint)


def graphql_rejection(call: Call, errors: object, *, has_token: bool) -> GitHubError:
    """Return the error for a GraphQL response with `errors`; those with a type are refusals."""
    # GraphQL sends them with status 200: https://docs.github.com/en/graphql/guides/forming-calls-with-graphql
    faults = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    types = {each.get("type") for each in faults if isinstance(each.get("type"), str)}
    said = "; ".join(plain(str(each.get("message", ""))) for each in faults[:_MOST_FAULTS])
    if "RATE_LIMITED" in types:
        return rate_limited(call, 3600, has_token=has_token)
    if types:
        hint = _remedy(call, 403) if has_token else _ANONYMOUS
        return RefusedError(_cannot(call, f"GitHub answers {said}"), hint=hint, status=403)
    return unavailable(call, f"GitHub answers {said}")


def _cannot(call: Call, reason: str) -> str:
    return f"Cannot {plain(call.to)}: {reason.rstrip('.')}."


def _remedy(call: Call, status: int) -> str:
    if status == 401:  # noqa: PLR2004 - Unauthorized
        return _EXPIRED
    if status == 404:  # noqa: PLR2004 - Not Found
        # "404 Not Found for an existing resource" in
        # https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
        return f"If it exists, the token may not see it: grant it `permissions: {call.needs}`."
    grant = f"Grant the token `permissions: {call.needs}`."
    # https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
    fork = " For the pull request of a fork GitHub gives a token that only reads, whatever is granted."
    return grant + fork * call.is_write


def _faults(document: object) -> tuple[str, ...]:
    """List `errors` of a 422: texts, or objects with a message or with a field and a code."""
    errors = document.get("errors") if isinstance(document, dict) else None
    if isinstance(errors, str):
        return (plain(errors),)
    return tuple(_fault(each) for each in errors) if isinstance(errors, list) else ()


def _fault(error: object) -> str:
    if not isinstance(error, dict):
        return plain(str(error))
    words = (error.get("resource"), error.get("field"), error.get("code"))
    return plain(str(error.get("message") or " ".join(str(word) for word in words if word)))
