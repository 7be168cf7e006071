"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lessonguard.lessons.builtin import BUILTIN, builtin_folder

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_Function = TypeVar("_Function", bound=Callable[..., Any])


class LessonsDirectory(click.ParamType[Path]):
    """A directory of lessons, or the word for those that come with lessonguard, as a `Path`.

    A directory that really has that name is reached as `./builtin`.
    """

    name = "directory"
    _directory = click.Path(exists=True, file_okay=False, path_type=Path)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the directory; fail if there is none."""
        if value == BUILTIN:
            return builtin_folder()
        return Path(os.fsdecode(self._directory.convert(str(value), param, ctx)))

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """List the word and the directories that complete what was typed."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - slow to load, rarely needed

        words = [CompletionItem(BUILTIN)] if BUILTIN.startswith(incomplete) else []
        return [*words, *self._directory.shell_complete(ctx, param, incomplete)]


LESSONS = click.option(
    "--lessons",
    metavar="DIR",
    type=LessonsDirectory(),
    help="Use the lessons of this directory instead of the repository's own; "
    f"`{BUILTIN}`: those that come with lessonguard.",
)

LESSONS_FOLDER = click.option(
    "--lessons-folder",
    metavar="PATH",
    default="lessons",
    show_default=True,
    help="The folder of the repository with its lessons.",
)

TIMEOUT = click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0.1),
    default=5.0,
    show_default=True,
    help="Time limit for one rule on one file.",
)

MAX_MEMORY = click.option(
    "--max-memory",
    metavar="MIB",
    type=click.IntRange(min=256),
    default=4096,
    show_default=True,
    help="Memory limit for Semgrep.",
)

DIRECTORY = click.option(
    "-C",
    "directory",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="Run as if started in this directory.",
)

FETCH = click.option(
    "--fetch", is_flag=True, help="Fetch the commits of proofs that are in another repository."
)

OUTPUT = click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file instead of standard output.",
)


def with_options(*options: Callable[[Any], Any]) -> Callable[[_Function], _Function]:
    """Return a decorator that adds these options to a command, in this order."""

    def decorate(function: _Function) -> _Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate
