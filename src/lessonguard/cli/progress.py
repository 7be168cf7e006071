"""Progress on standard error, for a run that takes longer than people like to wait in silence."""

from __future__ import annotations

import os
import sys
import threading
from time import monotonic
from types import TracebackType

import click

from lessonguard.record import record

# Seconds until something is shown, because most runs end before; then between two updates on a terminal, and
# between two lines about the same step elsewhere, so that the log of a CI job stays short.
_PATIENCE = 1.0
_UPDATE = 0.2
_REMIND = 15.0

# Seconds of counting before an estimate is shown: the first files are no measure of the rest.
_ESTIMATE_AFTER = 3.0

_BAR = 24
_DONE, _LEFT = "━", "─"


@record
class _Step:
    """What is done, since when, and how much of how much; without a number if `total` is 0."""

    text: str
    since: float
    done: int = 0
    total: int = 0


class Progress:
    """Shows what is done, once it takes longer than a second.

    On a terminal one line is updated, with a bar for what is counted, and removed in the end. Elsewhere
    each step is one line, with another one every 15 seconds.
    """

    def __init__(self) -> None:
        """Start the clock."""
        self._started = monotonic()
        self._step = _Step(text="", since=self._started)
        self._done = threading.Event()
        self._is_terminal = click.get_text_stream("stderr").isatty()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def step(self, text: str) -> None:
        """Set what is done now, in a few words."""
        self._step = _Step(text=text, since=monotonic())

    def count(self, text: str, done: int, total: int) -> None:
        """Set what is done now, and how much of how much."""
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
                wait = _UPDATE
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
        line = f"{step.text}{bar}  {_tally(step)} · {seconds}"
        if step.done and now - step.since >= _ESTIMATE_AFTER:
            line += f", about {(now - step.since) / step.done * (step.total - step.done):.0f} s left"
        try:
            columns = os.get_terminal_size(sys.stderr.fileno()).columns or 80
        except (OSError, ValueError):
            columns = 80
        return line if len(line) < columns else f"{step.text}: {_tally(step)}"


def _tally(step: _Step) -> str:
    return f"{step.done:,} of {step.total:,}" if step.total else ""
