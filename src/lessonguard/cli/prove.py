"""`lessonguard prove`: try the rules of lessons on their examples and on the commits of the incident."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from lessonguard.authoring.prove.explain import explain_failures
from lessonguard.authoring.prove.json import render_proofs_json
from lessonguard.authoring.prove.locations import Locations
from lessonguard.authoring.prove.prove import prove_lessons
from lessonguard.authoring.prove.text import render_proofs
from lessonguard.authoring.select import open_repository, select_lessons
from lessonguard.cli.console import wants_colour, width, write_result
from lessonguard.cli.options import (
    DIRECTORY,
    LESSONS,
    LESSONS_FOLDER,
    MAX_MEMORY,
    OUTPUT,
    TIMEOUT,
    with_options,
)
from lessonguard.cli.progress import Progress
from lessonguard.errors import LessonError
from lessonguard.lessons.diagnostic import invalid_lessons
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import Limits

_FORMATS = ("text", "json")


@click.command()
@click.argument("names", metavar="[LESSON…]", nargs=-1)
@click.option("--fetch", is_flag=True, help="Fetch the commits of proofs that are in another repository.")
@click.option("--format", "format_name", type=click.Choice(_FORMATS), default="text", show_default=True)
@with_options(OUTPUT, LESSONS, LESSONS_FOLDER, TIMEOUT, MAX_MEMORY, DIRECTORY)
def prove(
    *,
    names: tuple[str, ...],
    fetch: bool,
    format_name: str,
    output: Path | None,
    lessons: Path | None,
    lessons_folder: str,
    timeout: float,
    max_memory: int,
    directory: Path,
) -> int:
    """Prove that the rules of lessons find the bad code, and nothing in the good code.

    A rule is proven if it matches each bad example and no good one. With proof commits, it also finds
    the code before the fix, and finds nothing after it. For other rules, the code is shown, and what
    each part of the rule found or removed.

    LESSON is an incident, or the path of a lesson file or folder. Default: all lessons.

    \b
    Examples:
      lessonguard prove
      lessonguard prove INC-245
      lessonguard prove lessons/INC-245.yaml --fetch
      lessonguard prove --lessons builtin    those that come with lessonguard

    Exits with 0 if all rules are proven, 2 if one is not or a lesson is invalid, 3 if they could
    not be tried, 4 for a bug in lessonguard.
    """
    limits = Limits(timeout=timeout, max_memory=max_memory)
    with ExitStack() as stack:
        progress = stack.enter_context(Progress())
        progress.step("reading lessons")
        repository = open_repository(directory, names)
        if repository:
            stack.enter_context(repository)
        selection = select_lessons(
            names, directory=directory, folder=lessons_folder, lessons=lessons, repository=repository
        )
        if selection.faults and not selection.lessons:
            raise invalid_lessons(selection.faults)
        semgrep = find_semgrep()
        proofs = prove_lessons(
            selection.lessons,
            repository=repository,
            fetch=fetch,
            engine=semgrep,
            languages=semgrep.languages,
            limits=limits,
            step=progress.step,
        )
        progress.step("finding out why rules failed")
        proofs = explain_failures(proofs, locations=Locations(selection.read), semgrep=semgrep, limits=limits)
    colour = output is None and wants_colour()
    text = render_proofs(proofs, selection.lessons, folder=selection.where, width=width(), colour=colour)
    write_result(render_proofs_json(proofs) if format_name == "json" else text, output)
    if selection.faults:
        raise invalid_lessons(selection.faults)
    return 0 if all(proof.is_proven for proof in proofs) else LessonError.exit_code
