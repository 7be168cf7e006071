"""Choose among the built-in lessons, to begin with."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from lessonguard.authoring.tree import RuleFiles, language_of
from lessonguard.errors import UsageError
from lessonguard.lessons.diagnostic import find_similar
from lessonguard.lessons.model import Lesson, Rule
from lessonguard.semgrep.globs import path_filter
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rule

# Rules with these names read any file as text, so their `paths` say which files they are for; see
# https://semgrep.dev/docs/writing-rules/generic-pattern-matching.
_ANY_FILE = frozenset({"generic", "regex"})

_ENDING = re.compile(r"\*\.(\w+)")
_RANGE = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?")
_WORD = re.compile(r"[^\s,]+")


def fitting_starters(lessons: Sequence[Lesson], files: RuleFiles) -> tuple[Lesson, ...]:
    """Return the lessons with a rule for a file that exists."""
    return tuple(
        lesson
        for lesson in lessons
        if any(any(map(path_filter(rule.document).admits, files.paths_of(rule))) for rule in lesson.rules)
    )


def choose_starters(
    lessons: Sequence[Lesson],
    fitting: Sequence[Lesson],
    *,
    classes: Collection[str],
    names: Collection[str],
    languages: Languages,
) -> tuple[Lesson, ...]:
    """Choose lessons by failure class and by language; without `names` of languages, only those that fit.

    Raise `UsageError` for a class that no lesson is about, and for a language that none has a rule for.
    """
    for wanted in classes:
        if wanted not in (classes_here := starter_classes(lessons)):
            raise _unknown(f"about {wanted}", wanted, classes_here)
    for wanted in names:
        if not any(_is_for(lesson, wanted, languages) for lesson in lessons):
            raise _unknown(f"for {wanted}", wanted, starter_languages(lessons, languages))
    return tuple(
        lesson
        for lesson in (lessons if names else fitting)
        if (not names or any(_is_for(lesson, name, languages) for name in names))
        and (not classes or lesson.failure_class in classes)
    )


def pick_starters(text: str, offered: Sequence[Lesson], *, languages: Languages) -> tuple[Lesson, ...]:
    """Return the lessons that a list means, by incident: `1 3-5, python`, numbers being 1-based.

    Raise `UsageError` for a number or a word that means none of the offered lessons.
    """

    def meant(word: str) -> Sequence[Lesson]:
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
            similar = find_similar(word, starter_words(offered, languages))
            hint = f"Did you mean {similar}?" if similar else "Type all, - (none), or a list."
            raise UsageError(f"{word} is none of them.", hint=hint) from None

    words = _WORD.findall(text) or [text]
    picked = {lesson.incident: lesson for word in words for lesson in meant(word)}
    return tuple(picked[incident] for incident in sorted(picked))


def starter_words(offered: Sequence[Lesson], languages: Languages) -> list[str]:
    """List the words that lessons can be picked by: failure classes, languages and incidents."""
    incidents = [lesson.incident for lesson in offered]
    return [*starter_classes(offered), *starter_languages(offered, languages), *incidents]


def starter_classes(lessons: Sequence[Lesson]) -> tuple[str, ...]:
    """List the failure classes of lessons, in alphabetical order."""
    return tuple(sorted({lesson.failure_class for lesson in lessons}))


def starter_languages(lessons: Sequence[Lesson], languages: Languages) -> tuple[str, ...]:
    """List the languages of lessons, in alphabetical order.

    A language that Semgrep does not know, such as SQL, is named by the ending of its files.
    """
    rules = [rule for lesson in lessons for rule in lesson.rules]
    globs = [glob for rule in rules if _is_for_any_file(rule) for glob in _included(rule)]
    endings = {found[1] for glob in globs if (found := _ENDING.fullmatch(glob))}
    names = {name for rule in rules if not _is_for_any_file(rule) for name in rule.languages}
    return tuple(sorted(names | {language_of(f"a.{ending}", languages) or ending for ending in endings}))


def _is_for(lesson: Lesson, name: str, languages: Languages) -> bool:
    """Return whether a lesson has a rule for a language, by a name that Semgrep knows or by a file ending."""
    row = languages.named(name)
    files = [f"a{ending}" for ending in row.endings] if row else [f"a.{name}"]
    return any(
        bool(_included(rule)) and any(map(path_filter(rule.document).admits, files))
        if _is_for_any_file(rule)
        else row is not None and row.id in engine_rule(rule, languages).analyzers
        for rule in lesson.rules
    )


def _is_for_any_file(rule: Rule) -> bool:
    return bool(_ANY_FILE.intersection(rule.languages))


def _included(rule: Rule) -> Sequence[str]:
    globs: Sequence[str] = rule.document.get("paths", {}).get("include", ())
    return globs


def _unknown(words: str, wanted: str, available: Sequence[str]) -> UsageError:
    similar = find_similar(wanted, available)
    hint = f"There are: {', '.join(available)}."
    hint = f"Did you mean {similar}? {hint}" if similar else hint
    return UsageError(f"No built-in lesson is {words}.", hint=hint)
