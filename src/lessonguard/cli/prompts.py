"""Questions for the author of a lesson, one by one; each answer is judged at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import click

from lessonguard.author.answers import Question, failure_classes, questions, read_answer
from lessonguard.author.fix.spots import is_side_issue
from lessonguard.author.language import usual_language
from lessonguard.author.new import Place, shown_path
from lessonguard.change.git import Repository
from lessonguard.cli.terminal import wants_colour
from lessonguard.engine.choose import find_semgrep
from lessonguard.lessons.draft import Draft, Statement
from lessonguard.lessons.model import Severity
from lessonguard.lessons.rule_schema import LANGUAGES
from lessonguard.render.escape import one_line, shortened, visible

_ASKED = (
    *("title", "date", "severity", "postmortem", "failure-class", "failure-mode", "root-cause"),
    *("mitigation", "invariant", "language"),
)
_LANGUAGE = Question(
    key="language", text="The language of the code that the rule looks at.", example="python"
)
_LATER = "-"
_QUOTED = 200  # characters of a postmortem that are shown beside a question
_MOST_OFFERS = 2
_MOST_CLASSES = 8


def can_ask() -> bool:
    """Tell whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_missing(draft: Draft, place: Place, *, repository: Repository | None) -> Draft:
    """Ask for what nothing is known of, and about what was only guessed. Raise `click.Abort` on ^C."""
    missing = [key for key in _ASKED if (said := draft.get(key)) is None or said.is_guess]
    if missing:
        _say(f"A lesson about {place.incident}, in {visible(shown_path(place.path))}.")
        _say("Enter takes what is in [brackets]; an empty answer, or -, is for later. ^C writes nothing.")
    for key in missing:
        answer = _ask(draft, key, words=_words(key, place), proposal=_proposal(draft, key, repository))
        draft = _answered(draft, key, answer)
    return draft


def _words(key: str, place: Place) -> Sequence[str]:
    """Give the words that an answer may be, for the Tab key."""
    if key == "failure-class":
        return failure_classes(place.library)
    if key == "language":
        return LANGUAGES
    return [severity.value for severity in Severity] if key == "severity" else ()


def _proposal(draft: Draft, key: str, repository: Repository | None) -> str:
    if key == "language" and repository:
        paths = [path for path in repository.list_files() if not is_side_issue(path)]
        return usual_language(paths, find_semgrep().languages)
    return one_line(draft.text(key))


def _answered(draft: Draft, key: str, answer: str) -> Draft:
    """Put an answer into the draft; a guess that is confirmed keeps its origin, any other is dropped."""
    guess = draft.get(key)
    others = tuple(statement for statement in draft.statements if statement.key != key)
    if not answer:
        return replace(draft, statements=others)
    is_confirmed = guess is not None and answer == " ".join(guess.text.split())
    origin = guess.origin if guess and is_confirmed else ""
    return replace(draft, statements=(Statement(key=key, text=answer, origin=origin), *others))


def _ask(draft: Draft, key: str, *, words: Sequence[str], proposal: str) -> str:
    """Ask until the answer will do; give nothing if it is left for later."""
    question = _LANGUAGE if key == "language" else questions()[key]
    _say(f"\n{_styled(key, bold=True)}: {question.text}")
    for line in _advice(draft, question, words):
        _say(_styled(f"  {line}", dim=True))
    with _completion(words):
        while True:
            text = click.prompt(
                ">", default=proposal, show_default=bool(proposal), prompt_suffix=" ", err=True
            )
            if not text.strip() or text.strip() == _LATER:
                return ""
            answer = read_answer(key, _day(text) if key == "date" else text)
            if not answer.problem:
                return answer.text
            hint = f" {answer.hint}." if answer.hint else ""
            _say(_styled(f"  {visible(answer.problem)}.{visible(hint)}", fg="red"))


def _advice(draft: Draft, question: Question, words: Sequence[str]) -> Iterator[str]:
    """Show what an answer looks like, and what is known that may help."""
    if question.example:
        yield f"for instance: {question.example}{', or: today' if question.key == 'date' else ''}"
    if question.key == "failure-class" and words:
        yield f"known here: {', '.join(words[:_MOST_CLASSES])}{', …' if len(words) > _MOST_CLASSES else ''}"
    for offer in [offer for offer in draft.offers if offer.key == question.key][:_MOST_OFFERS]:
        why = f", which was not taken: {offer.why}" if offer.why else ""
        yield visible(f"{offer.origin} says “{shortened(one_line(offer.text), _QUOTED)}”{why}")


def _day(text: str) -> str:
    today = datetime.now(tz=timezone.utc).astimezone().date()
    days = {"today": today, "yesterday": today - timedelta(days=1)}
    day = days.get(text.strip().casefold())
    return day.isoformat() if day else text


@contextmanager
def _completion(words: Sequence[str]) -> Iterator[None]:
    """Complete these words on the Tab key, for as long as it lasts."""
    try:
        import readline  # noqa: PLC0415 - not every Python has it
    except ImportError:
        yield
        return

    def complete(begun: str, number: int) -> str | None:
        fitting = [word for word in words if word.startswith(begun)]
        return fitting[number] if number < len(fitting) else None

    readline.set_completer_delims("")  # failure classes have hyphens
    readline.set_completer(complete)
    readline.parse_and_bind("tab: complete")
    readline.parse_and_bind("bind ^I rl_complete")  # where it is libedit, as on macOS
    try:
        yield
    finally:
        readline.set_completer(None)


def _styled(text: str, *, bold: bool = False, dim: bool = False, fg: str | None = None) -> str:
    if not wants_colour(sys.stderr):
        return text
    return click.style(text, bold=bold or None, dim=dim or None, fg=fg)


def _say(text: str) -> None:
    click.echo(text, err=True)
