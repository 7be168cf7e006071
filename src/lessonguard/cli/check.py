"""`lessonguard check`: check lesson files."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

import click

from lessonguard.authoring.check.autofix import fix_files
from lessonguard.authoring.check.check import CheckOptions, check_lessons
from lessonguard.authoring.select import open_repository, select_lessons
from lessonguard.cli.console import write_report
from lessonguard.cli.options import (
    DIRECTORY,
    FETCH,
    LESSONS_FOLDER,
    MAX_MEMORY,
    OUTPUT,
    TIMEOUT,
    with_options,
)
from lessonguard.cli.progress import Progress
from lessonguard.errors import LessonError
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import Limits

_RENDERERS = {
    "text": "lessonguard.authoring.check.text:render_check",
    "json": "lessonguard.authoring.check.json:render_check_json",
    "sarif": "lessonguard.authoring.check.sarif:render_check_sarif",
    "github": "lessonguard.authoring.check.annotations:render_check_workflow",
}


@click.command()
@click.argument("names", metavar="[LESSON…]", nargs=-1)
@click.option("--fix", is_flag=True, help="First fix spelling and order of keys, and dates.")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option(
    "--format", "format_name", type=click.Choice(tuple(_RENDERERS)), default="text", show_default=True
)
@with_options(FETCH, OUTPUT, LESSONS_FOLDER, TIMEOUT, MAX_MEMORY, DIRECTORY)
def check(
    *,
    names: tuple[str, ...],
    fix: bool,
    strict: bool,
    format_name: str,
    fetch: bool,
    output: Path | None,
    lessons_folder: str,
    timeout: float,
    max_memory: int,
    directory: Path,
) -> int:
    """Check lesson files.

    Every rule is tried on its examples and at the commits of its proof. What only should be looked
    at, such as a follow-up that is past due, is a warning.

    LESSON is an incident, or the path of a lesson file or folder. Without any, all lessons of the
    repository are checked.

    \b
    Examples:
      lessonguard check
      lessonguard check INC-245
      lessonguard check drafts/INC-245.yaml
      lessonguard check --fix           fix spelling and order of keys, then check
      lessonguard check --strict --format github

    Exits with 0 if the lessons can be used, 2 if one cannot (with --strict, also for a warning), 3
    if it could not check, 4 for a bug in lessonguard.
    """
    with ExitStack() as stack:
        progress = stack.enter_context(Progress())
        progress.step("reading lessons")
        repository = open_repository(directory, names)
        if repository:
            stack.enter_context(repository)
        select = partial(
            select_lessons, names, directory=directory, folder=lessons_folder, repository=repository
        )
        selection = select()
        autofix = fix_files(selection.paths, top=repository.top if repository else None) if fix else None
        if autofix and autofix.fixed:
            selection = select()
        options = CheckOptions(
            today=datetime.now(tz=timezone.utc).date(),
            limits=Limits(timeout=timeout, max_memory=max_memory),
            fetch=fetch,
            step=progress.step,
        )
        report = check_lessons(selection, semgrep=find_semgrep(), options=options, autofix=autofix)
    write_report(_RENDERERS, format_name, output, report, folder=selection.where)
    return LessonError.exit_code if report.fails(strict=strict) else 0
