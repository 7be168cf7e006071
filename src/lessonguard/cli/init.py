"""`lessonguard init`: begin with lessonguard in a repository."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from lessonguard.authoring.init.init import Wishes
from lessonguard.authoring.init.init import init as begin
from lessonguard.authoring.init.starters import choose_starters, starter_classes, starter_languages
from lessonguard.authoring.init.survey import WORKFLOW, Ground, survey
from lessonguard.authoring.init.text import render_started
from lessonguard.cli.ask import can_ask
from lessonguard.cli.console import wants_colour, width, write_result
from lessonguard.cli.offers import ask_wishes
from lessonguard.cli.options import DIRECTORY, LESSONS_FOLDER, with_options
from lessonguard.cli.progress import Progress
from lessonguard.git.repository import Repository
from lessonguard.lessons.builtin import builtin_folder
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Lesson
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.languages import Languages

_Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completing(words: Callable[[Sequence[Lesson]], Sequence[str]]) -> _Completer:
    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        del context, parameter
        known = words(load_folder(builtin_folder(), name=None).lessons)
        return [CompletionItem(word) for word in known if word.startswith(incomplete)]

    return complete


@click.command()
@click.option("--starter", is_flag=True, help="Copy the lessons of public incidents that fit the code here.")
@click.option(
    "--class",
    "classes",
    metavar="SLUG",
    multiple=True,
    shell_complete=_completing(starter_classes),
    help="Of these only those about this failure class. May be repeated.",
)
@click.option(
    "--language",
    "names",
    metavar="NAME",
    multiple=True,
    shell_complete=_completing(lambda lessons: starter_languages(lessons, find_semgrep().languages)),
    help="Of these only those for this language, be it here yet or not. May be repeated.",
)
@click.option("--workflow", is_flag=True, help=f"Write {WORKFLOW}, which reviews pull requests.")
@click.option("--hook", is_flag=True, help="Install Git's pre-push hook, which judges each push.")
@click.option("--yes", "is_all", is_flag=True, help="Take all that would be offered, and ask nothing.")
@click.option("--no-input", is_flag=True, help="Ask nothing; do only what options say.")
@with_options(LESSONS_FOLDER, DIRECTORY)
def init(
    *,
    starter: bool,
    classes: tuple[str, ...],
    names: tuple[str, ...],
    workflow: bool,
    hook: bool,
    is_all: bool,
    no_input: bool,
    lessons_folder: str,
    directory: Path,
) -> None:
    """Begin with lessonguard in a repository.

    Makes the folder of lessons; on a terminal it asks what else to begin with: lessons of public
    incidents, the workflow for GitHub and the pre-push hook. It overwrites nothing, so it can be
    run again.

    \b
    Examples:
      lessonguard init                               asks
      lessonguard init --starter                     copies the lessons that fit the code here
      lessonguard init --starter --language python   … those for a language
      lessonguard init --starter --class missing-timeout
      lessonguard init --starter --workflow --hook --no-input

    --class and --language alone mean --starter, too. Exits with 0 when all that was asked for is
    there, 2 for a wrong option or place, 3 if something could not be written.
    """
    with Repository.open(directory) as repository:
        with Progress() as progress:
            progress.step("looking at what is here")
            languages = find_semgrep().languages
            ground = survey(
                repository,
                folder=lessons_folder.strip("/") or ".",
                languages=languages,
                has_workflow=workflow,
            )
        starters = _starters(
            ground, classes, names, languages=languages, is_wanted=bool(starter or is_all or classes or names)
        )
        wishes = Wishes(
            starters=starters,
            workflow=workflow or (is_all and ground.offers_workflow),
            hook=hook or (is_all and ground.offers_hook),
        )
        if can_ask() and not (is_all or no_input):
            wishes = ask_wishes(ground, wishes, languages=languages)
        started = begin(ground, wishes)
    write_result(render_started(started, width=width(), colour=wants_colour()), None)
    if started.failure:
        raise started.failure


def _starters(
    ground: Ground, classes: Sequence[str], names: Sequence[str], *, languages: Languages, is_wanted: bool
) -> tuple[Lesson, ...] | None:
    if not is_wanted:
        return None
    return choose_starters(ground.starters, ground.fitting, classes=classes, names=names, languages=languages)
