"""Questions of `lessonguard init`: what to begin with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lessonguard.authoring.create import shown_path
from lessonguard.authoring.init.init import Wishes
from lessonguard.authoring.init.starters import choose_starters, starter_classes, starter_languages
from lessonguard.authoring.init.survey import WORKFLOW, Ground
from lessonguard.authoring.init.text import languages_words
from lessonguard.cli.ask import completion, read_line, say, styled
from lessonguard.cli.console import width
from lessonguard.errors import UsageError
from lessonguard.lessons.diagnostic import find_similar
from lessonguard.lessons.model import Lesson
from lessonguard.output.escape import visible
from lessonguard.output.terminal import clipped, wrapped
from lessonguard.semgrep.languages import Languages

_ALL, _NONE = "all", "-"
_YES, _NO = ("y", "yes"), ("n", "no", "none", _NONE)
_RANGE = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?")
_WORD = re.compile(r"[^\s,]+")


def ask_wishes(ground: Ground, wishes: Wishes, *, languages: Languages) -> Wishes:
    """Ask about all that nobody has asked for by an option. Raise `click.Abort` on ^C and ^D."""
    asks_lessons = wishes.starters is None and bool(ground.new)
    asks_workflow = not wishes.workflow and ground.offers_workflow
    asks_hook = not wishes.hook and ground.offers_hook
    if not (asks_lessons or asks_workflow or asks_hook):
        return wishes
    makes = "" if ground.place.is_dir() else f"This makes {visible(shown_path(ground.place))}/. "
    _tell(f"{makes}What else to begin with? Enter takes what is in [brackets]; ^C writes nothing.")
    if asks_lessons:
        wishes = replace(wishes, starters=_ask_lessons(ground, languages))
    if asks_workflow:
        _head("workflow", f"Review each pull request on GitHub, by {WORKFLOW}.")
        wishes = replace(wishes, workflow=_ask_yes())
    if asks_hook:
        _head("hook", "Judge each push from this clone before it happens, by Git's pre-push hook.")
        wishes = replace(wishes, hook=_ask_yes())
    say("")
    return replace(wishes, are_final=True)


def _ask_lessons(ground: Ground, languages: Languages) -> tuple[Lesson, ...] | None:
    offered = sorted(ground.new, key=lambda lesson: (lesson.failure_class, lesson.incident))
    say("")
    _tell(f"This repository has {visible(languages_words(ground.languages)) or 'no code yet'}.")
    _head(
        "lessons",
        f"Copies of what public incidents taught about such code: {len(offered)} of the "
        f"{len(ground.starters)} that come with lessonguard. They become your own.",
    )
    for line in _rows(offered):
        say(line)
    _advise(f"{_ALL}, {_NONE} for none, or some: by number (1 3-5), class, language or incident")
    with completion([_ALL, *_words(offered, languages)]):
        while True:
            text = read_line(f"[{_ALL}] >")
            if text in {"", _ALL}:
                return ground.new
            if text in _NO:
                return None
            try:
                return _pick(text, offered, languages)
            except UsageError as error:
                _complain(f"{error.message} {error.hint}")


def _pick(text: str, offered: Sequence[Lesson], languages: Languages) -> tuple[Lesson, ...]:
    """Take what is meant by each of the words. Raise `UsageError` for one that means nothing here."""
    words = _WORD.findall(text) or [text]
    picked = {lesson.incident: lesson for word in words for lesson in _meant(word, offered, languages)}
    return tuple(picked[incident] for incident in sorted(picked))


def _meant(word: str, offered: Sequence[Lesson], languages: Languages) -> Sequence[Lesson]:
    if found := _RANGE.fullmatch(word):
        first, last = int(found[1]), int(found[2] or found[1])
        if 1 <= first <= last <= len(offered):
            return offered[first - 1 : last]
        raise UsageError(f"There is no {word}.", hint=f"Numbers go from 1 to {len(offered)}.")
    if named := [lesson for lesson in offered if word in {lesson.incident, lesson.failure_class}]:
        return named
    try:
        return choose_starters(offered, offered, classes=(), names=[word], languages=languages)
    except UsageError:
        similar = find_similar(word, _words(offered, languages))
        hint = f"Did you mean {similar}?" if similar else f"{_ALL} takes all, {_NONE} takes none."
        raise UsageError(f"{word} is none of them.", hint=hint) from None


def _words(offered: Sequence[Lesson], languages: Languages) -> list[str]:
    incidents = [lesson.incident for lesson in offered]
    return [*starter_classes(offered), *starter_languages(offered, languages), *incidents]


def _rows(offered: Sequence[Lesson]) -> Iterator[str]:
    column = max(len(lesson.failure_class) for lesson in offered)
    for number, lesson in enumerate(offered, start=1):
        yield clipped(f"  {number:>3}  {lesson.failure_class:<{column}}  {lesson.title}", width=width() - 1)


def _ask_yes() -> bool:
    with completion([_YES[1], _NO[1]]):
        while True:
            text = read_line(f"[{_YES[1]}] >").casefold()
            if not text or text in _YES:
                return True
            if text in _NO:
                return False
            _complain(f"Please answer {_YES[1]} or {_NO[1]}.")


def _tell(text: str) -> None:
    for line in wrapped(text, width=width() - 1):
        say(line)


def _head(name: str, words: str) -> None:
    first, *more = wrapped(f"{name}: {words}", width=width() - 1)
    say(f"\n{styled(name, bold=True)}{first.removeprefix(name)}")
    for line in more:
        say(line)


def _advise(text: str) -> None:
    for line in wrapped(text, width=width() - 2):
        say(styled(f"  {line}", dim=True))


def _complain(text: str) -> None:
    for line in wrapped(visible(text), width=width() - 2):
        say(styled(f"  {line}", fg="red"))
