"""What can go wrong with GitHub; see `explain` for the words."""

from __future__ import annotations

from lessonguard.errors import LessonguardError


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


class UnansweredError(GitHubError):
    """GitHub failed, or the connection did, and trying again did not help.

    After a request that writes (`is_write`) nobody knows whether GitHub acted on it: look at
    what it has before saying anything again.
    """

    def __init__(self, message: str, *, hint: str = "", is_write: bool) -> None:
        super().__init__(message, hint=hint)
        self.is_write = is_write


class RateLimitError(GitHubError):
    """GitHub wants no more requests for longer than we wait: nothing was done."""
