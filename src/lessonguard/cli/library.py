"""`lessonguard list`, `show` and `export`: look at the lessons of a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click

from lessonguard.cli.console import wants_colour, width
from lessonguard.cli.options import LessonsDirectory
from lessonguard.errors import LessonError, UsageError
from lessonguard.lessons.builtin import BUILTIN
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import IncidentId, Lesson, Library
from lessonguard.output.lesson import render_lesson, render_lessons
from lessonguard.semgrep.rules import export_rules

_Function = TypeVar("_Function", bound=Callable[..., Any])

_USUAL = Path("lessons")


def _lessons_option(function: _Function) -> _Function:
    return click.option(
        "--lessons",
        "folder",
        metavar="DIR",
        type=LessonsDirectory(),
        show_default=_USUAL.as_posix(),
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
    library = load_folder(folder or _USUAL, name=None)
    click.echo(render_lessons(library, width=width(), colour=wants_colour()), nl=False)
    refuse_faults(library)


@click.command()
@click.argument("incident")
@_lessons_option
def show(incident: str, folder: Path | None) -> None:
    """Show one lesson.

    \b
    Examples:
      lessonguard show INC-245
      lessonguard show openai-2023-03-redis-cancel --lessons builtin
    """
    library = load_folder(folder or _USUAL, name=None)
    lesson = find_lesson(library, incident)
    click.echo(render_lesson(lesson, width=width(), colour=wants_colour()), nl=False)


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
    library = load_folder(folder or _USUAL, name=None)
    click.echo(json.dumps(export_rules(library), indent=2, ensure_ascii=False))
    refuse_faults(library)


def refuse_faults(library: Library) -> None:
    """Raise `LessonError` with all faults, once what is valid has had its use."""
    if library.faults:
        raise LessonError("\n".join(fault.text for fault in library.faults))


def find_lesson(library: Library, incident: str) -> Lesson:
    """Give the lesson about an incident.

    Raise `UsageError` if there is none, and `LessonError` if it may be in a file that is invalid.
    """
    lesson = library.by_incident.get(IncidentId(incident))
    if lesson is None:
        refuse_faults(library)
        near = get_close_matches(incident, library.by_incident, n=1)
        hint = f"Did you mean {near[0]}?" if near else "`lessonguard list` names the incidents."
        raise UsageError(f"There is no lesson about {incident}.", hint=hint)
    return lesson
