"""Ask a person at a terminal: print to standard error, and read lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from lessonguard.cli.console import wants_colour, width
from lessonguard.output.escape import visible
from lessonguard.output.terminal import wrapped


def is_interactive() -> bool:
    """Return whether a person is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def print_line(text: str = "") -> None:
    """Print one line as it is."""
    click.echo(text, err=True)


def print_paragraph(text: str) -> None:
    """Print text on as many lines as it takes."""
    for line in wrapped(text, width=width() - 1):
        print_line(line)


def print_question(name: str, text: str) -> None:
    """Print a question below an empty line, with its name in bold."""
    first, *more = wrapped(f"{name}: {text}", width=width() - 1)
    print_line(f"\n{_styled(name, bold=True)}{first.removeprefix(name)}")
    for line in more:
        print_line(line)


def print_hint(text: str) -> None:
    """Print what helps to answer: indented, dim, and made visible."""
    for line in wrapped(visible(text), width=width() - 2):
        print_line(_styled(f"  {line}", dim=True))


def print_problem(text: str) -> None:
    """Print what is wrong with an answer: indented, red, and made visible."""
    for line in wrapped(visible(text), width=width() - 2):
        print_line(_styled(f"  {line}", fg="red"))


def _styled(text: str, *, bold: bool = False, dim: bool = False, fg: str | None = None) -> str:
    if not wants_colour(sys.stderr):
        return text
    return click.style(text, bold=bold or None, dim=dim or None, fg=fg)


def read_line(label: str) -> str:
    """Return what is typed after a label, without spaces around it.

    Raise `click.Abort` on Ctrl-C and Ctrl-D.
    """
    # Python can edit lines and complete words only if standard output is the terminal. Otherwise the label
    # goes to standard error, so that it does not get into a file or a pipe.
    to_stderr = not sys.stdout.isatty()
    text: str = click.prompt(label, default="", show_default=False, prompt_suffix=" ", err=to_stderr)
    return text.strip()


@contextmanager
def completion(words: Sequence[str]) -> Iterator[None]:
    """Complete these words on the Tab key inside of the `with`."""
    try:
        import readline  # noqa: PLC0415 - not every Python has it
    except ImportError:
        yield
        return

    def complete(begun: str, number: int) -> str | None:
        fitting = [word for word in words if word.startswith(begun)]
        return fitting[number] if number < len(fitting) else None

    readline.set_completer_delims(
        ""
    )  # otherwise completion would start again after each `-` of a failure class
    readline.set_completer(complete)
    # Python may have libedit instead of GNU readline, as on macOS, and each takes the other's command for one
    # that binds the key `b`, which then could not be typed. See https://docs.python.org/3/library/readline.html.
    is_libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")
    try:
        yield
    finally:
        readline.set_completer(None)
