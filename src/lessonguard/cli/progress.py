"""Progress on standard error, for a run that takes longer than people like to wait in silence."""

from __future__ import annotations

import os
import sys
import threading
from time import monotonic
from types import TracebackType

import click

from lessonguard.record import record

_PATIENCE = 1.0
_BLINK = 0.2
"""Seconds until something is shown, and then between two looks on a terminal."""

_REMIND = 15.0
"""Seconds between two lines about the same step where there is no terminal."""

_BAR = 24
_DONE, _LEFT = "━", "─"
_SOON = 3.0
"""Seconds that must have been counted before it is said how many are left."""


@record
class _Step:
    """What happens, since when, and how much of how much of it is done; of no number if `total` is 0."""

    text: str
    since: float
    done: int = 0
    total: int = 0


class Progress:
    """Say what is being done, from the second second on; gone from a terminal when done.

    On a terminal the line is kept up to date, with a bar for what is counted; elsewhere each step
    is one line, and another one now and then.
    """

    def __init__(self) -> None:
        """Start counting the time."""
        self._started = monotonic()
        self._step = _Step(text="", since=self._started)
        self._done = threading.Event()
        self._is_terminal = click.get_text_stream("stderr").isatty()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def step(self, text: str) -> None:
        """Note what happens now, in a few words."""
        self._step = _Step(text=text, since=monotonic())

    def count(self, text: str, done: int, total: int) -> None:
        """Note what happens now, and that so much of it is done."""
        since = self._step.since if self._step.text == text else monotonic()
        self._step = _Step(text=text, since=since, done=done, total=total)

    def __enter__(self) -> Progress:  # noqa: PYI034 - `Self` is not in Python 3.10
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        shown, at = "", 0.0
        wait = _PATIENCE
        while not self._done.wait(wait):
            step, now = self._step, monotonic()
            if self._is_terminal:
                wait = _BLINK
                click.echo(f"\r\x1b[K{self._line(step, now)}", nl=False, err=True)
            elif step.text != shown or (step.total and now - at > _REMIND):
                at = now
                click.echo(f"{step.text}{': ' if step.total else ''}{_tally(step)} …", err=True)
            shown = step.text
        if self._is_terminal and shown:
            click.echo("\r\x1b[K", nl=False, err=True)

    def _line(self, step: _Step, now: float) -> str:
        seconds = f"{int(now - self._started)} s"
        if not step.total:
            return f"{step.text} … {seconds}"
        filled = _BAR * step.done // step.total
        bar = f"  {_DONE * filled}{_LEFT * (_BAR - filled)}"
        line = f"{step.text}{bar}  {_tally(step)} · {seconds}{_left(step, now)}"
        return line if len(line) < _columns() else f"{step.text}: {_tally(step)}"


def _tally(step: _Step) -> str:
    return f"{step.done:,} of {step.total:,}" if step.total else ""


def _left(step: _Step, now: float) -> str:
    """Say how long it will take if it goes on as it has begun."""
    if not step.done or now - step.since < _SOON:
        return ""
    return f", about {(now - step.since) / step.done * (step.total - step.done):.0f} s left"


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
