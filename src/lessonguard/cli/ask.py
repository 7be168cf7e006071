"""Ask somebody at a terminal: say something on standard error, and read a line."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from lessonguard.cli.console import wants_colour


def can_ask() -> bool:
    """Tell whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def say(text: str) -> None:
    """Say a line."""
    click.echo(text, err=True)


def styled(text: str, *, bold: bool = False, dim: bool = False, fg: str | None = None) -> str:
    """Style text, if the terminal's user wants that."""
    if not wants_colour(sys.stderr):
        return text
    return click.style(text, bold=bold or None, dim=dim or None, fg=fg)


def read_line(label: str) -> str:
    """Read what is typed behind a label, without spaces around it. Raise `click.Abort` on ^C and ^D."""
    # Only beside standard output can lines be edited, and words be completed.
    is_apart = not sys.stdout.isatty()
    text: str = click.prompt(label, default="", show_default=False, prompt_suffix=" ", err=is_apart)
    return text.strip()


@contextmanager
def completion(words: Sequence[str]) -> Iterator[None]:
    """Complete these words on the Tab key, for as long as it lasts."""
    try:
        import readline  # noqa: PLC0415 - not every Python has it
    except ImportError:
        yield
        return

    def complete(begun: str, number: int) -> str | None:
        fitting = [word for word in words if word.startswith(begun)]
        return fitting[number] if number < len(fitting) else None

    readline.set_completer_delims("")  # failure classes have hyphens
    readline.set_completer(complete)
    # Each would take the other's words for an order to bind `b`, which then could not be typed.
    is_libedit = "libedit" in (readline.__doc__ or "")  # as on macOS
    readline.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")
    try:
        yield
    finally:
        readline.set_completer(None)
