"""Progress on standard error, for a run that takes longer than people like to wait in silence."""

from __future__ import annotations

import threading
from time import monotonic
from types import TracebackType

import click

_PATIENCE = 1.0


class Progress:
    """Say what is being done, from the second second on; gone from a terminal when done.

    `step` is what happens now, in a few words. On a terminal the line is kept up to date; elsewhere
    each step is one line.
    """

    def __init__(self) -> None:
        """Start counting the time."""
        self._step = ""
        self._started = monotonic()
        self._done = threading.Event()
        self._is_terminal = click.get_text_stream("stderr").isatty()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def step(self, text: str) -> None:
        """Note what happens now."""
        self._step = text

    def __enter__(self) -> Progress:  # noqa: PYI034 - `Self` is not in Python 3.10
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        shown = ""
        while not self._done.wait(_PATIENCE):
            if self._is_terminal:
                seconds = int(monotonic() - self._started)
                click.echo(f"\r\x1b[K{self._step} … {seconds} s", nl=False, err=True)
            elif self._step != shown:
                click.echo(f"{self._step} …", err=True)
            shown = self._step
        if self._is_terminal and shown:
            click.echo("\r\x1b[K", nl=False, err=True)
