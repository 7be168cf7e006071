"""How long to wait for GitHub, and how often to retry."""

from __future__ import annotations

import time
from collections.abc import Callable

from lessonguard.github.call import Response
from lessonguard.record import record

_REFUSALS = (403, 429)

# Seconds: "wait for at least one minute", where GitHub does not say how long. See
# https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
_DEFAULT_WAIT = 60.0


@record
class RetryPolicy:
    """How long to wait, all in seconds.

    `timeout` is for one response. `pauses` come between attempts, of which there is one more.
    `between_writes` is the time between two requests that write. `max_rate_wait` is the most to wait, in
    all, because GitHub limits the rate. `sleep` does the waiting.
    """

    timeout: int = 15
    pauses: tuple[float, ...] = (0.5, 2.0)
    # "Pause between mutative requests", a second at least, in
    # https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
    between_writes: float = 1.0
    # Enough for one wait of a minute, the least that GitHub asks for if it names no time.
    max_rate_wait: float = 60.0
    sleep: Callable[[float], None] = time.sleep


class RateLimiter:
    """Waits, so that no more requests go out than GitHub allows."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._left = policy.max_rate_wait
        self._last_write: float | None = None

    def before_write(self) -> None:
        """Wait until a request that writes may go out: at once if it is the first."""
        if self._last_write is not None:
            early = self._last_write + self._policy.between_writes - time.monotonic()
            if early > 0:
                self._policy.sleep(early)

    def after_write(self) -> None:
        """Note that the response to a request that writes has come."""
        self._last_write = time.monotonic()

    def wait(self, seconds: float) -> bool:
        """Wait so many seconds, at least one; return False, at once, if that is more than is left."""
        seconds = max(seconds, 1)
        if seconds > self._left:
            return False
        self._left -= seconds
        self._policy.sleep(seconds)
        return True


def limited_for(response: Response) -> float | None:
    """Return for how many seconds GitHub allows no request; None if the response is no rate limit."""
    # "Exceeding the rate limit" in
    # https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    if response.status not in _REFUSALS:
        return None
    if "retry-after" in response.headers:
        return _number(response.headers["retry-after"], _DEFAULT_WAIT)
    if response.headers.get("x-ratelimit-remaining") == "0":
        now = time.time()
        return _number(response.headers.get("x-ratelimit-reset", ""), now + _DEFAULT_WAIT) - now
    if response.status == 429 or "rate limit" in response.message.lower():  # noqa: PLR2004 - Too Many Requests
        return _DEFAULT_WAIT
    return None


def _number(text: str, default: float) -> float:
    return float(text) if text.isascii() and text.isdecimal() else default
