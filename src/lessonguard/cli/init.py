"""`lessonguard init`: set up lessonguard in a repository, and ask at a terminal what to set up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from lessonguard.authoring.files import shown_path
from lessonguard.authoring.init.init import Choices, set_up
from lessonguard.authoring.init.starters import (
    choose_starters,
    pick_starters,
    starter_classes,
    starter_languages,
    starter_words,
)
from lessonguard.authoring.init.survey import WORKFLOW, Survey, survey_repository
from lessonguard.authoring.init.text import language_counts, render_init
from lessonguard.cli.console import wants_colour, width, write_result
from lessonguard.cli.options import DIRECTORY, LESSONS_FOLDER, with_options
from lessonguard.cli.progress import Progress
from lessonguard.cli.prompts import (
    completion,
    is_interactive,
    print_hint,
    print_line,
    print_paragraph,
    print_problem,
    print_question,
    read_line,
)
from lessonguard.errors import UsageError
from lessonguard.git.repository import Repository
from lessonguard.lessons.builtin import builtin_folder
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Lesson
from lessonguard.output.escape import visible
from lessonguard.output.terminal import clipped
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.languages import Languages

_Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

_ALL, _NONE = "all", "-"
_YES, _NO = ("yes", "y"), ("no", "n", "none", _NONE)


def _completing(words: Callable[[Sequence[Lesson]], Sequence[str]]) -> _Completer:
    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        del context, parameter
        available = words(load_folder(builtin_folder(), name=None).lessons)
        return [CompletionItem(word) for word in available if word.startswith(incomplete)]

    return complete


@click.command()
@click.option("--starter", is_flag=True, help="Copy the built-in lessons that fit the code here.")
@click.option(
    "--class",
    "classes",
    metavar="SLUG",
    multiple=True,
    shell_complete=_completing(starter_classes),
    help="Copy only those about this failure class. May be repeated.",
)
@click.option(
    "--language",
    "names",
    metavar="NAME",
    multiple=True,
    shell_complete=_completing(lambda lessons: starter_languages(lessons, find_semgrep().languages)),
    help="Copy those for this language, whether or not there is code in it. May be repeated.",
)
@click.option("--workflow", is_flag=True, help=f"Write {WORKFLOW}, which reviews pull requests.")
@click.option("--hook", is_flag=True, help="Install Git's pre-push hook, which checks each push.")
@click.option("--yes", "is_all", is_flag=True, help="Do everything that it would ask about, and ask nothing.")
@click.option("--no-input", is_flag=True, help="Ask nothing, and do only what options say.")
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
    """Set up lessonguard in a repository.

    Creates the folder of lessons. At a terminal it asks what else to set up: built-in lessons of
    public incidents, the workflow for GitHub and the pre-push hook. It overwrites nothing, so it
    can be run again.

    \b
    Examples:
      lessonguard init                               asks
      lessonguard init --starter                     copies lessons that fit
      lessonguard init --starter --language python   copies all Python lessons
      lessonguard init --starter --class missing-timeout
      lessonguard init --starter --workflow --hook --no-input

    --class and --language imply --starter. Exits with 0 when everything that was asked for is
    there, 2 for a wrong option or folder, 3 if something could not be written.
    """
    with Repository.open(directory) as repository:
        with Progress() as progress:
            progress.step("reading the repository")
            languages = find_semgrep().languages
            survey = survey_repository(
                repository,
                folder=lessons_folder.strip("/") or ".",
                languages=languages,
                has_workflow=workflow,
            )
        starters = None
        if starter or is_all or classes or names:
            starters = choose_starters(
                survey.starters, survey.fitting, classes=classes, names=names, languages=languages
            )
        choices = Choices(
            starters=starters,
            workflow=workflow or (is_all and survey.offers_workflow),
            hook=hook or (is_all and survey.offers_hook),
        )
        if is_interactive() and not (is_all or no_input):
            choices = _ask_choices(survey, choices, languages=languages)
        result = set_up(survey, choices)
    write_result(render_init(result, width=width(), colour=wants_colour()), None)
    if result.failure:
        raise result.failure


def _ask_choices(survey: Survey, choices: Choices, *, languages: Languages) -> Choices:
    """Ask about everything that no option has decided. Raise `click.Abort` on Ctrl-C and Ctrl-D."""
    asks_lessons = choices.starters is None and bool(survey.missing)
    asks_workflow = not choices.workflow and survey.offers_workflow
    asks_hook = not choices.hook and survey.offers_hook
    if not (asks_lessons or asks_workflow or asks_hook):
        return choices
    folder = survey.lessons_folder
    creates = "" if folder.is_dir() else f"This creates {visible(shown_path(folder))}/. "
    print_paragraph(
        f"{creates}What else should be set up? "
        "Press Enter for the default in [brackets]. Ctrl-C: quit without writing."
    )
    if asks_lessons:
        choices = replace(choices, starters=_ask_lessons(survey, languages))
    if asks_workflow:
        print_question("workflow", f"Review each pull request on GitHub, with {WORKFLOW}.")
        choices = replace(choices, workflow=_ask_yes())
    if asks_hook:
        print_question("hook", "Check each push from this clone before it leaves, with Git's pre-push hook.")
        choices = replace(choices, hook=_ask_yes())
    print_line()
    return replace(choices, are_final=True)


def _ask_lessons(survey: Survey, languages: Languages) -> tuple[Lesson, ...] | None:
    offered = sorted(survey.missing, key=lambda lesson: (lesson.failure_class, lesson.incident))
    print_line()
    print_paragraph(f"This repository has {visible(language_counts(survey.languages)) or 'no code yet'}.")
    print_question(
        "lessons",
        f"Copy built-in lessons of public incidents? {len(offered)} of {len(survey.starters)} fit the code "
        "here. The copies are yours to edit.",
    )
    column = max(len(lesson.failure_class) for lesson in offered)
    for number, lesson in enumerate(offered, start=1):
        row = f"  {number:>3}  {lesson.failure_class:<{column}}  {lesson.title}"
        print_line(clipped(row, width=width() - 1))
    print_hint(f"Type {_ALL}, {_NONE} (none), or a list: 1 3-5, a class, a language, an incident")
    with completion([_ALL, *starter_words(offered, languages)]):
        while True:
            text = read_line(f"[{_ALL}] >")
            if text in {"", _ALL}:
                return survey.missing
            if text in _NO:
                return None
            try:
                return pick_starters(text, offered, languages=languages)
            except UsageError as error:
                print_problem(f"{error.message} {error.hint}")


def _ask_yes() -> bool:
    yes, no = _YES[0], _NO[0]
    with completion([yes, no]):
        while True:
            text = read_line(f"[{yes}] >").casefold()
            if not text or text in _YES:
                return True
            if text in _NO:
                return False
            print_problem(f"Please answer {yes} or {no}.")
