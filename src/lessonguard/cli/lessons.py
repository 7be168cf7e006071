"""`lessonguard list`, `show` and `export`: look at lessons."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

import click

from lessonguard.authoring.select import Selection, open_repository, select_lessons
from lessonguard.cli.console import wants_colour, width
from lessonguard.cli.options import LessonsDirectory
from lessonguard.errors import UsageError
from lessonguard.lessons.builtin import BUILTIN
from lessonguard.lessons.diagnostic import invalid_lessons
from lessonguard.output.lesson import render_lesson, render_lessons
from lessonguard.semgrep.rules import export_rules

_Function = TypeVar("_Function", bound=Callable[..., Any])

_FOLDER = "lessons"


def _lessons_option(function: _Function) -> _Function:
    return click.option(
        "--lessons",
        "folder",
        metavar="DIR",
        type=LessonsDirectory(),
        show_default=_FOLDER,
        help=f"Where the lesson files are; `{BUILTIN}` are those that come with lessonguard.",
    )(function)


@click.command("list")
@_lessons_option
def list_lessons(folder: Path | None) -> None:
    """List the lessons.

    \b
    Examples:
      lessonguard list
      lessonguard list --lessons builtin    those that come with lessonguard
    """
    selection = _select((), folder)
    # A program, or a file, has no width: `lessonguard list | grep timeout` searches whole titles.
    columns = width() if sys.stdout.isatty() else None
    text = render_lessons(selection.library, folder=selection.where, width=columns, colour=wants_colour())
    click.echo(text, nl=False)
    _refuse_faults(selection)


@click.command()
@click.argument("name", metavar="LESSON")
@_lessons_option
def show(name: str, folder: Path | None) -> None:
    """Show one lesson.

    LESSON is an incident, or the path of a lesson file or folder.

    \b
    Examples:
      lessonguard show INC-245
      lessonguard show drafts/INC-245.yaml
      lessonguard show openai-2023-03-redis-cancel --lessons builtin
    """
    selection = _select((name,), folder)
    if not selection.names:
        raise UsageError(f"There is no lesson in {name}.", hint="`lessonguard new` writes one to fill in.")
    shown = [render_lesson(lesson, width=width(), colour=wants_colour()) for lesson in selection.lessons]
    click.echo("\n".join(shown), nl=False)
    _refuse_faults(selection)


@click.command()
@_lessons_option
def export(folder: Path | None) -> None:
    """Print the rules as one Semgrep configuration, for editors and other tools.

    The output is JSON, which is YAML too.

    \b
    Example:
      lessonguard export > lessons.semgrep.yaml
      semgrep scan --config lessons.semgrep.yaml
    """
    selection = _select((), folder)
    click.echo(json.dumps(export_rules(selection.library), indent=2, ensure_ascii=False))
    _refuse_faults(selection)


def _select(names: tuple[str, ...], folder: Path | None) -> Selection:
    """Load lessons of a folder, or else of the repository."""
    here = Path()
    with (None if folder else open_repository(here, names)) or nullcontext() as repository:
        return select_lessons(names, directory=here, folder=_FOLDER, lessons=folder, repository=repository)


def _refuse_faults(selection: Selection) -> None:
    """Raise `LessonError` with all faults, once what is valid has had its use."""
    if selection.faults:
        raise invalid_lessons(selection.faults)
