"""How long to wait for GitHub, and how often to try again."""

from __future__ import annotations

import time
from collections.abc import Callable

from lessonguard.github.call import Response
from lessonguard.record import record

_REFUSALS = (403, 429)
_DEFAULT_WAIT = 60.0
"""Seconds: "wait for at least one minute", where GitHub does not say how long."""


@record
class RetryPolicy:
    """How long to wait, all in seconds.

    `timeout` is for one answer. `pauses` come between attempts, of which there is one more;
    `between_writes` between two requests that create content, as GitHub asks; `in_all` is the
    most to wait because GitHub limits the rate. `sleep` does the waiting.
    """

    timeout: int = 15
    pauses: tuple[float, ...] = (0.5, 2.0)
    between_writes: float = 1.0
    in_all: float = 60.0
    sleep: Callable[[float], None] = time.sleep


class Pace:
    """Keep to the rate that GitHub allows."""

    def __init__(self, patience: RetryPolicy) -> None:
        self._patience = patience
        self._left = patience.in_all
        self._last_write: float | None = None

    def before_write(self) -> None:
        """Wait until a request that writes may go out: at once if it is the first."""
        if self._last_write is not None:
            early = self._last_write + self._patience.between_writes - time.monotonic()
            if early > 0:
                self._patience.sleep(early)

    def after_write(self) -> None:
        """Remember that a request that writes has been answered."""
        self._last_write = time.monotonic()

    def wait(self, seconds: float) -> bool:
        """Wait because GitHub says so, a second at least; False, at once, if more than is left."""
        seconds = max(seconds, 1)
        if seconds > self._left:
            return False
        self._left -= seconds
        self._patience.sleep(seconds)
        return True


def limited_for(answer: Response) -> float | None:
    """Tell how many seconds GitHub wants no request, None if the answer is about something else.

    See "Exceeding the rate limit" in GitHub's "Rate limits for the REST API".
    """
    if answer.status not in _REFUSALS:
        return None
    if "retry-after" in answer.headers:
        return _number(answer.headers["retry-after"], _DEFAULT_WAIT)
    if answer.headers.get("x-ratelimit-remaining") == "0":
        now = time.time()
        return _number(answer.headers.get("x-ratelimit-reset", ""), now + _DEFAULT_WAIT) - now
    if answer.status == 429 or "rate limit" in answer.message.lower():  # noqa: PLR2004 - Too Many Requests
        return _DEFAULT_WAIT
    return None


def _number(text: str, default: float) -> float:
    return float(text) if text.isascii() and text.isdecimal() else default
