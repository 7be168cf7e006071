"""`lessonguard prove`: try the rules of lessons on the code that they were made for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from lessonguard.authoring.locations import Locations
from lessonguard.authoring.prove.explain import explain_failures
from lessonguard.authoring.prove.json import render_proofs_json
from lessonguard.authoring.prove.prove import prove_lessons
from lessonguard.authoring.prove.result import RuleProof
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
from lessonguard.lessons.model import Lesson
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
    """Try the rules of lessons on the code that they were made for.

    A rule is proven if it fires on each bad example and is silent on each good one; and, if its
    lesson has proof commits, if it fires in what the fix touched before the fix, and no longer after.
    Where it does not, the code is shown, and what each part of the rule found or took away.

    LESSON is an incident, or the path of a lesson file or folder. Without any, all lessons are proven.

    \b
    Examples:
      lessonguard prove
      lessonguard prove INC-245
      lessonguard prove lessons/INC-245.yaml --fetch
      lessonguard prove --lessons builtin     the lessons that come with lessonguard

    Exits with 0 if all rules are proven, 2 if one is not or a lesson is invalid, 3 if it could not
    try them, 4 for a bug in lessonguard.
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
        progress.step("asking Semgrep why")
        proofs = explain_failures(proofs, locations=Locations(selection.read), semgrep=semgrep, limits=limits)
    write_result(_render(proofs, selection.lessons, format_name=format_name, is_shown=output is None), output)
    if selection.faults:
        raise invalid_lessons(selection.faults)
    return 0 if all(proof.is_proven for proof in proofs) else LessonError.exit_code


def _render(
    proofs: Sequence[RuleProof], lessons: Sequence[Lesson], *, format_name: str, is_shown: bool
) -> str:
    if format_name == "json":
        return render_proofs_json(proofs)
    return render_proofs(proofs, lessons, width=width(), colour=is_shown and wants_colour())
