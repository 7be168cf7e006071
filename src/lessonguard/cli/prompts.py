"""Questions for the author of a lesson, one by one; each answer is judged at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from lessonguard.authoring.create import shown_path
from lessonguard.authoring.language import usual_language
from lessonguard.authoring.new.answers import Question, failure_classes, questions, read_answer
from lessonguard.authoring.new.draft import Draft, Offer, Statement
from lessonguard.authoring.new.fix.spots import is_side_issue
from lessonguard.authoring.new.new import Place
from lessonguard.cli.ask import completion, read_line, say, styled
from lessonguard.cli.console import width
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Severity
from lessonguard.lessons.rule_schema import LANGUAGES
from lessonguard.output.escape import one_line, shortened, visible
from lessonguard.output.terminal import wrapped
from lessonguard.semgrep.installed import find_semgrep

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
_SHORT = 50  # characters of a proposal that fit beside the cursor
_MOST_CLASSES = 8


def ask_missing(draft: Draft, place: Place, *, repository: Repository | None) -> Draft:
    """Ask for what nothing is known of, and about what was only guessed. Raise `click.Abort` on ^C."""
    missing = [key for key in _ASKED if (said := draft.get(key)) is None or said.is_guess]
    if missing:
        say(f"A lesson about {place.incident}, in {visible(shown_path(place.path))}.")
        say("Enter takes what is in [brackets], or else leaves it for later, as - does. ^C writes nothing.")
    for key in missing:
        answer = _ask(draft, key, words=_words(key, place), proposal=_proposal(draft, key, repository))
        draft = _answered(draft, key, answer)
    if missing:
        say("")
    return draft


def _words(key: str, place: Place) -> Sequence[str]:
    """Give the words that an answer may be, for the Tab key."""
    if key == "failure-class":
        return failure_classes(place.library)
    if key == "language":
        return LANGUAGES
    return [severity.value for severity in Severity] if key == "severity" else ()


def _answered(draft: Draft, key: str, answer: str) -> Draft:
    """Put an answer into the draft; a guess that is confirmed keeps its origin, any other stays an offer."""
    guess = draft.get(key)
    others = tuple(statement for statement in draft.statements if statement.key != key)
    if guess and answer == one_line(guess.text):
        return replace(draft, statements=(replace(guess, is_guess=False), *others))
    offers = draft.offers
    if guess:
        offers = (Offer(key=key, text=guess.text, origin=guess.origin, why=""), *offers)
    given = (Statement(key=key, text=answer),) if answer else ()
    return replace(draft, statements=(*given, *others), offers=offers)


def _ask(draft: Draft, key: str, *, words: Sequence[str], proposal: str) -> str:
    """Ask until the answer will do; give nothing if it is left for later."""
    question = _LANGUAGE if key == "language" else questions()[key]
    say(f"\n{styled(key, bold=True)}: {question.text}")
    for line in _advice(draft, question, words):
        for part in wrapped(visible(line), width=width() - 2):
            say(styled(f"  {part}", dim=True))
    label = f"[{proposal if len(proposal) <= _SHORT else 'that'}] >" if proposal else ">"
    with completion(words):
        while True:
            text = read_line(label)
            if text == _LATER or not text:
                return "" if text else proposal
            answer = read_answer(key, _day(text) if key == "date" else text)
            if not answer.problem:
                if answer.text != " ".join(text.split()):
                    say(styled(f"  → {answer.text}", dim=True))
                return answer.text
            problem = f"{answer.problem}. {answer.hint}".strip()
            for line in wrapped(visible(problem), width=width() - 2):
                say(styled(f"  {line}", fg="red"))


def _proposal(draft: Draft, key: str, repository: Repository | None) -> str:
    if key == "language" and repository:
        paths = [path for path in repository.list_files() if not is_side_issue(path)]
        return usual_language(paths, find_semgrep().languages)
    return one_line(draft.text(key))


def _advice(draft: Draft, question: Question, words: Sequence[str]) -> Iterator[str]:
    """Show what an answer looks like, and what is known that may help."""
    if question.example:
        yield f"for instance: {question.example}{', or: today' if question.key == 'date' else ''}"
    if question.key == "severity":
        yield f"one of {', '.join(words)}"
    if question.key == "failure-class" and words:
        yield f"known here: {', '.join(words[:_MOST_CLASSES])}{', …' if len(words) > _MOST_CLASSES else ''}"
    for offer in [offer for offer in draft.offers if offer.key == question.key][:_MOST_OFFERS]:
        why = f", which was not taken: {offer.why}" if offer.why else ""
        yield f"{offer.origin} says “{shortened(one_line(offer.text), _QUOTED)}”{why}"
    if guess := draft.get(question.key):
        yield f"{guess.origin} says “{one_line(guess.text)}”"


def _day(text: str) -> str:
    today = datetime.now(tz=timezone.utc).astimezone().date()
    days = {"today": today, "yesterday": today - timedelta(days=1)}
    day = days.get(text.strip().casefold())
    return day.isoformat() if day else text
