"""The errors of GitHub's API: what its refusals and failures mean, and what helps. Pure."""

from __future__ import annotations

import math

from lessonguard.errors import LessonguardError
from lessonguard.github.call import Call, Response, plain

_INVALID = (400, 422)
_REFUSALS = (401, 403, 404)
_TIMEOUT = 408
_FAILURES = 500  # and above
_MOST_FAULTS = 3  # in a message

_ANONYMOUS = (
    "Set GITHUB_TOKEN: without a token GitHub shows only what is public, takes nothing, "
    "and allows 60 requests an hour."
)
_EXPIRED = "Set GITHUB_TOKEN to a valid token: in a workflow, ${{ github.token }}."
_UNREACHED = (
    "Run it again later; githubstatus.com tells how GitHub is. "
    "GITHUB_API_URL, HTTPS_PROXY and REQUESTS_CA_BUNDLE lead to another server, a proxy, a certificate."
)


class GitHubError(LessonguardError):
    """GitHub could not be asked, or its answer is of no use."""


class RefusedError(GitHubError):
    """GitHub does not let this token do it: nothing was done.

    `status` is 401, 403 or 404, which GitHub also says of what the token may not see.
    """

    def __init__(self, message: str, *, hint: str = "", status: int) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class UnprocessableError(GitHubError):
    """GitHub finds fault with what it was sent: nothing was done.

    `faults` are GitHub's words for each, one line each, perhaps none.
    """

    def __init__(self, message: str, *, hint: str = "", faults: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.faults = faults


class UnavailableError(GitHubError):
    """GitHub failed, or the connection did, and trying again did not help.

    After a request that writes (`is_write`) nobody knows whether GitHub acted on it: look at
    what it has before saying anything again.
    """

    def __init__(self, message: str, *, hint: str = "", is_write: bool) -> None:
        super().__init__(message, hint=hint)
        self.is_write = is_write


class RateLimitError(GitHubError):
    """GitHub wants no more requests for longer than we wait: nothing was done."""


def rejection(call: Call, answer: Response, *, has_token: bool) -> GitHubError:
    """Give the error for an answer that is no success."""
    said = f"GitHub answers {answer.status}" + (f", {answer.message}" if answer.message else "")
    if answer.status in _REFUSALS:
        hint = _remedy(call, answer.status) if has_token else _ANONYMOUS
        return RefusedError(_cannot(call, said), hint=hint, status=answer.status)
    if answer.status in _INVALID:
        faults = _faults(answer.document)
        return UnprocessableError(_cannot(call, "; ".join([said, *faults[:_MOST_FAULTS]])), faults=faults)
    if answer.status == _TIMEOUT or answer.status >= _FAILURES:
        return unavailable(call, said)
    return GitHubError(_cannot(call, said))


def unavailable(call: Call, reason: str) -> UnavailableError:
    """Give the error for a request of which nobody knows what became."""
    return UnavailableError(_cannot(call, plain(reason)), hint=_UNREACHED, is_write=call.is_write)


def rate_limited(call: Call, seconds: float, *, has_token: bool) -> RateLimitError:
    """Give the error for a request that GitHub does not want for so many seconds."""
    minutes = max(math.ceil(seconds / 60), 1)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    hint = f"Run it again in {wait}. Each token has a limit of its own; runs side by side share it."
    reason = f"GitHub limits the rate of requests, and wants none for {wait}"
    return RateLimitError(_cannot(call, reason), hint=hint if has_token else _ANONYMOUS)


def malformed_response(call: Call, reason: str) -> GitHubError:
    """Give the error for an answer that lacks what its documentation promises."""
    hint = "GITHUB_API_URL and GITHUB_GRAPHQL_URL lead to GitHub's API: is something else there?"
    return GitHubError(_cannot(call, f"GitHub's answer makes no sense: {plain(reason)}"), hint=hint)


def redirected(call: Call, place: str) -> GitHubError:
    """Give the error for a redirect to where the token must not go."""
    hint = "Set GITHUB_API_URL and GITHUB_GRAPHQL_URL to where the API really is."
    return GitHubError(_cannot(call, f"GitHub redirects to {plain(place)}"), hint=hint)


def graphql_rejection(call: Call, errors: object, *, has_token: bool) -> GitHubError:
    """Give the error for a GraphQL answer with `errors`; those with a type are refusals."""
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
        return f"GitHub says so, too, of what a token may not see: grant it `permissions: {call.needs}`."
    grant = f"Grant the token `permissions: {call.needs}`."
    fork = " For the pull request of a fork GitHub gives a token that only reads, whatever is granted."
    return grant + fork * call.is_write


def _faults(document: object) -> tuple[str, ...]:
    """Read `errors` of a 422: texts, or objects with a message or with a field and a code."""
    errors = document.get("errors") if isinstance(document, dict) else None
    if isinstance(errors, str):
        return (plain(errors),)
    return tuple(_fault(each) for each in errors) if isinstance(errors, list) else ()


def _fault(error: object) -> str:
    if not isinstance(error, dict):
        return plain(str(error))
    words = (error.get("resource"), error.get("field"), error.get("code"))
    return plain(str(error.get("message") or " ".join(str(word) for word in words if word)))
