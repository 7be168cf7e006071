"""`lessonguard new`: write a lesson file to fill in, and ask for its values at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from lessonguard.authoring.files import shown_path
from lessonguard.authoring.new.answers import Question, failure_classes, questions, read_answer
from lessonguard.authoring.new.draft import Draft, Offer, Statement
from lessonguard.authoring.new.fix.changed_code import is_test_or_document
from lessonguard.authoring.new.fix.fix import read_fix
from lessonguard.authoring.new.new import Destination, find_destination, merge_drafts, write_lesson
from lessonguard.authoring.new.text import render_new_lesson
from lessonguard.authoring.select import open_repository
from lessonguard.authoring.tree import usual_language
from lessonguard.cli.console import wants_colour, width, write_result
from lessonguard.cli.options import DIRECTORY, LESSONS_FOLDER, with_options
from lessonguard.cli.prompts import (
    completion,
    is_interactive,
    print_hint,
    print_line,
    print_problem,
    print_question,
    read_line,
)
from lessonguard.errors import LessonError, UsageError
from lessonguard.git.repository import Repository
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Mode, Severity
from lessonguard.lessons.rule_schema import LANGUAGES
from lessonguard.output.escape import one_line, shortened, visible
from lessonguard.semgrep.installed import find_semgrep

_Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

# The postmortem of an incident is some pages; 1 MiB is as much as a lesson file may have.
_MAX_BYTES = 1_048_576
_STANDARD_INPUT = Path("-")

_METAVARS = {"postmortem": "URL", "date": "DATE"}
_CHOICES: Mapping[str, type[Enum]] = {"severity": Severity, "mode": Mode}
_KEYS = (
    *("title", "date", "severity", "postmortem", "failure-class", "failure-mode", "root-cause"),
    *("mitigation", "invariant", "mode"),
)

# The mode is not asked for, because its default, `comment`, is what a new lesson should begin with.
_ASKED = (*(key for key in _KEYS if key != "mode"), "language")
_LANGUAGE = Question(
    key="language", text="The language of the code that the rule looks at.", example="python"
)
_SKIP = "-"

# How much of what is known is shown below a question: a few lines, so that the question stays in sight.
_MAX_QUOTED_CHARACTERS = 200
_MAX_OFFERS = 2
_MAX_CLASSES = 8
_MAX_DEFAULT_CHARACTERS = 50


def _answer_options() -> Iterator[Callable[[Any], Any]]:
    """Make an option for every answer, with the words of the model."""

    def complete_class(
        context: click.Context, _parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        given = context.params
        folder = Path(given.get("directory") or ".", given.get("lessons_folder") or "lessons")
        classes: tuple[str, ...] = ()
        with suppress(LessonError):
            classes = failure_classes(load_folder(folder, name=None))
        return [CompletionItem(name) for name in classes if name.startswith(incomplete)]

    def completing(words: Sequence[str]) -> _Completer:
        return lambda _context, _parameter, incomplete: [
            CompletionItem(word) for word in words if word.startswith(incomplete)
        ]

    for key in _KEYS:
        words = [choice.value for choice in _CHOICES.get(key, ())]
        complete = complete_class if key == "failure-class" else completing(words) if words else None
        metavar = "|".join(words) or _METAVARS.get(key, "TEXT")
        yield click.option(f"--{key}", metavar=metavar, help=questions()[key].text, shell_complete=complete)


@click.command()
@click.argument("incident")
@click.option(
    "--from",
    "postmortem_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Fill the lesson from this postmortem, in Markdown; - is standard input.",
)
@click.option("--fix", metavar="COMMIT", help="Take the code before and after this commit as examples.")
@with_options(*_answer_options())
@click.option("--language", metavar="NAME", help="The language of the code that the rule looks at.")
@click.option("--no-input", is_flag=True, help="Ask nothing, and write TODO for what is missing.")
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
    """Write a lesson file to fill in.

    At a terminal it asks for what is missing. It never overwrites a file, and it invents nothing:
    every value says where it comes from.

    \b
    Examples:
      lessonguard new INC-245
      lessonguard new INC-245 --from postmortem.md --fix 9a7b3e1
      lessonguard new INC-245 --severity P1 --language python --no-input
    """
    answers = {}
    for key, text in ((name.replace("_", "-"), text) for name, text in given.items() if text is not None):
        answer = read_answer(key, text)
        if answer.problem:
            raise UsageError(f"--{key}: {answer.problem}.", hint=answer.hint)
        answers[key] = answer.text
    with ExitStack() as stack:
        repository = open_repository(directory)
        if repository:
            stack.enter_context(repository)
        folder = lessons_folder.strip("/")
        top = repository.top if repository else None
        destination = find_destination(incident, folder=(top or directory) / folder, top=top)
        drafts = []
        if postmortem_file is not None:
            # Loaded here, because the parser of Markdown takes as long to load as everything else.
            from lessonguard.authoring.new.postmortem.postmortem import read_postmortem  # noqa: PLC0415

            name, text = _read_text(postmortem_file)
            drafts.append(read_postmortem(text, incident=destination.incident, name=name))
        if fix is not None:
            if repository is None:
                hint = "Run this inside of a clone of your code."
                raise UsageError("--fix needs a Git repository.", hint=hint)
            incident, semgrep = destination.incident, find_semgrep()
            drafts.append(read_fix(repository, fix, incident=incident, semgrep=semgrep, folder=folder))
        draft = merge_drafts(destination.incident, answers=answers, drafts=tuple(drafts))
        if is_interactive() and not no_input:
            draft = _ask_missing(draft, destination, repository=repository)
    write_lesson(draft, destination)
    path = shown_path(destination.path)
    write_result(render_new_lesson(draft, path=path, width=width(), colour=wants_colour()), None)


def _read_text(file: Path) -> tuple[str, str]:
    """Read a postmortem from a file or standard input; return its name and its text."""
    is_stdin = file == _STANDARD_INPUT
    try:
        data = click.get_binary_stream("stdin").read(_MAX_BYTES + 1) if is_stdin else file.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"Cannot read {file}: {error.strerror or error}.", hint="Check the path.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8.", hint="Save the postmortem as UTF-8.") from error
    if len(data) > _MAX_BYTES:
        hint = "Name a file with the postmortem alone, as Markdown."
        raise UsageError(f"{file} is larger than 1 MiB.", hint=hint)
    return "standard input" if is_stdin else file.name, text


def _ask_missing(draft: Draft, destination: Destination, *, repository: Repository | None) -> Draft:
    """Ask for the values that are missing or a guess. Raise `click.Abort` on Ctrl-C and Ctrl-D."""
    missing = [key for key in _ASKED if (value := draft.get(key)) is None or value.is_guess]
    if missing:
        print_line(f"A lesson about {destination.incident}, in {visible(shown_path(destination.path))}.")
        print_line(
            f"Enter takes the default in [brackets], or leaves it empty (also: {_SKIP}).\n"
            "Ctrl-C: quit without writing."
        )
    choices = {
        "failure-class": failure_classes(destination.library),
        "language": LANGUAGES,
        "severity": [severity.value for severity in Severity],
    }
    for key in missing:
        default = one_line(draft.text(key))
        if key == "language" and repository:
            paths = [path for path in repository.list_files() if not is_test_or_document(path)]
            default = usual_language(paths, find_semgrep().languages)
        draft = _with_answer(draft, key, _ask(draft, key, words=choices.get(key, ()), default=default))
    if missing:
        print_line()
    return draft


def _ask(draft: Draft, key: str, *, words: Sequence[str], default: str) -> str:
    """Ask until the answer is valid; return an empty text if it is left empty."""
    question = _LANGUAGE if key == "language" else questions()[key]
    print_question(key, question.text)
    for line in _hints(draft, question, words):
        print_hint(line)
    today = datetime.now(tz=timezone.utc).astimezone().date()
    days = {"today": today, "yesterday": today - timedelta(days=1)}
    label = f"[{default if len(default) <= _MAX_DEFAULT_CHARACTERS else 'that'}] >" if default else ">"
    with completion(words):
        while True:
            text = read_line(label)
            if text == _SKIP or not text:
                return "" if text else default
            day = days.get(text.casefold()) if key == "date" else None
            answer = read_answer(key, day.isoformat() if day else text)
            if not answer.problem:
                if answer.text != " ".join(text.split()):
                    print_hint(f"→ {answer.text}")
                return answer.text
            print_problem(f"{answer.problem}. {answer.hint}".strip())


def _hints(draft: Draft, question: Question, words: Sequence[str]) -> Iterator[str]:
    """Yield what an answer looks like, and what is known that may help."""
    if question.example:
        yield f"for instance: {question.example}{', or: today' if question.key == 'date' else ''}"
    if question.key == "severity":
        yield f"one of {', '.join(words)}"
    if question.key == "failure-class" and words:
        yield f"used here: {', '.join(words[:_MAX_CLASSES])}{', …' if len(words) > _MAX_CLASSES else ''}"
    for offer in [offer for offer in draft.offers if offer.key == question.key][:_MAX_OFFERS]:
        why = f", which was not taken: {offer.why}" if offer.why else ""
        yield f"{offer.origin} says “{shortened(one_line(offer.text), _MAX_QUOTED_CHARACTERS)}”{why}"
    if guess := draft.get(question.key):
        yield f"{guess.origin} says “{one_line(guess.text)}”"


def _with_answer(draft: Draft, key: str, answer: str) -> Draft:
    """Return the draft with an answer: a confirmed guess keeps its origin, another becomes an offer."""
    guess = draft.get(key)
    others = tuple(statement for statement in draft.statements if statement.key != key)
    if guess and answer == one_line(guess.text):
        return replace(draft, statements=(replace(guess, is_guess=False), *others))
    offers = draft.offers
    if guess:
        offers = (Offer(key=key, text=guess.text, origin=guess.origin, why=""), *offers)
    statements = (Statement(key=key, text=answer),) if answer else ()
    return replace(draft, statements=(*statements, *others), offers=offers)
