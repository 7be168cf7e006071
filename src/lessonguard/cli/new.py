"""`lessonguard new`: write a lesson file that is still to be filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from lessonguard.authoring.new.answers import failure_classes, questions, read_answer
from lessonguard.authoring.new.draft import Draft
from lessonguard.authoring.new.new import Place, find_place, make_draft, write_lesson
from lessonguard.authoring.new.text import render_written
from lessonguard.authoring.select import open_repository
from lessonguard.cli.ask import can_ask
from lessonguard.cli.console import wants_colour, width, write_result
from lessonguard.cli.options import DIRECTORY, LESSONS_FOLDER, with_options
from lessonguard.cli.prompts import ask_missing
from lessonguard.errors import LessonError, UsageError
from lessonguard.git.repository import Repository
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Mode, Severity
from lessonguard.semgrep.installed import find_semgrep

_Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

_MOST_BYTES = 1_048_576
_STANDARD_INPUT = Path("-")
_METAVARS = {"postmortem": "URL", "date": "DATE"}
_CHOICES: Mapping[str, type[Enum]] = {"severity": Severity, "mode": Mode}
_KEYS = (
    *("title", "date", "severity", "postmortem", "failure-class", "failure-mode", "root-cause"),
    *("mitigation", "invariant", "mode"),
)


def _known_classes(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the classes of the lessons that are here, for the shell."""
    del parameter
    folder = Path(context.params.get("directory") or ".", context.params.get("lessons_folder") or "lessons")
    try:
        known = failure_classes(load_folder(folder, name=None))
    except LessonError:
        known = ()
    return [CompletionItem(name) for name in known if name.startswith(incomplete)]


def _answer_options() -> Iterator[Callable[[Any], Any]]:
    """Make an option for every answer, in the words of the model."""
    for key in _KEYS:
        words = [choice.value for choice in _CHOICES.get(key, ())]
        yield click.option(
            f"--{key}",
            metavar="|".join(words) or _METAVARS.get(key, "TEXT"),
            help=questions()[key].text,
            shell_complete=_completing(words)
            if words
            else _known_classes
            if key == "failure-class"
            else None,
        )


def _completing(words: Sequence[str]) -> _Completer:
    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        del context, parameter
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]

    return complete


@click.command()
@click.argument("incident")
@click.option(
    "--from",
    "postmortem_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Fill in what this postmortem says; it is Markdown, and - is standard input.",
)
@click.option("--fix", metavar="COMMIT", help="Take the code before and after this commit as examples.")
@with_options(*_answer_options())
@click.option("--language", metavar="NAME", help="The language of the code that the rule looks at.")
@click.option("--no-input", is_flag=True, help="Ask nothing; what is missing says TODO.")
@with_options(LESSONS_FOLDER, DIRECTORY)
def new(
    *,
    incident: str,
    postmortem_file: Path | None,
    fix: str | None,
    no_input: bool,
    lessons_folder: str,
    directory: Path,
    **given: str | None,
) -> None:
    """Write a lesson file that is still to be filled in.

    On a terminal it asks for what is missing. It never overwrites a file, and it makes nothing up:
    every value says where it was taken from.

    \b
    Examples:
      lessonguard new INC-245
      lessonguard new INC-245 --from postmortem.md --fix 9a7b3e1
      lessonguard new INC-245 --severity P1 --language python --no-input
    """
    answers = _answers(given)
    with ExitStack() as stack:
        repository = open_repository(directory)
        if repository:
            stack.enter_context(repository)
        folder = lessons_folder.strip("/")
        top = repository.top if repository else None
        place = find_place(incident, folder=(top or directory) / folder, top=top)
        told = (*_postmortem(postmortem_file, place), *_fix(fix, place, repository=repository, folder=folder))
        draft = make_draft(place.incident, answers=answers, told=told)
        if can_ask() and not no_input:
            draft = ask_missing(draft, place, repository=repository)
    written = write_lesson(draft, place)
    write_result(render_written(written, width=width(), colour=wants_colour()), None)


def _answers(given: Mapping[str, str | None]) -> dict[str, str]:
    """Judge the answers that came as options."""
    answers = {}
    for name, text in given.items():
        key = name.replace("_", "-")
        if text is not None:
            answer = read_answer(key, text)
            if answer.problem:
                raise UsageError(f"--{key}: {answer.problem}.", hint=answer.hint)
            answers[key] = answer.text
    return answers


def _postmortem(file: Path | None, place: Place) -> Iterator[Draft]:
    if file is None:
        return
    # Loaded here, because the parser of Markdown takes as long to load as all the rest.
    from lessonguard.authoring.new.postmortem.read import read_postmortem  # noqa: PLC0415

    is_stdin = file == _STANDARD_INPUT
    try:
        data = click.get_binary_stream("stdin").read(_MOST_BYTES + 1) if is_stdin else file.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"Cannot read {file}: {error.strerror or error}.", hint="Check the path.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8.", hint="Save the postmortem as UTF-8.") from error
    if len(data) > _MOST_BYTES:
        raise UsageError(f"{file} is larger than 1 MiB.", hint="Name the postmortem alone, as Markdown.")
    name = "standard input" if is_stdin else file.name
    yield read_postmortem(text, incident=place.incident, name=name)


def _fix(commit: str | None, place: Place, *, repository: Repository | None, folder: str) -> Iterator[Draft]:
    if commit is None:
        return
    if repository is None:
        raise UsageError("--fix needs a Git repository.", hint="Run this inside of a clone of your code.")
    from lessonguard.authoring.new.fix.examples import read_fix  # noqa: PLC0415 - for this option alone

    yield read_fix(repository, commit, incident=place.incident, semgrep=find_semgrep(), folder=folder)
