"""Choose among the lessons that come with lessonguard, to begin with."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lessonguard.author.scope import Scope
from lessonguard.engine.languages import Languages
from lessonguard.engine.paths import path_filter
from lessonguard.engine.rules import engine_rule
from lessonguard.errors import UsageError
from lessonguard.lessons.fault import find_similar
from lessonguard.lessons.model import Lesson

_OF_ANY_FILE = frozenset({"generic", "regex"})
"""What rules name that look at text in whatever language; nobody would ask for it."""


def fitting_starters(lessons: Sequence[Lesson], scope: Scope) -> tuple[Lesson, ...]:
    """Give the lessons with a rule that looks at some file which is here."""
    return tuple(
        lesson
        for lesson in lessons
        if any(any(map(path_filter(rule.document).admits, scope.paths_of(rule))) for rule in lesson.rules)
    )


def choose_starters(
    lessons: Sequence[Lesson],
    fitting: Sequence[Lesson],
    *,
    classes: Collection[str],
    names: Collection[str],
    languages: Languages,
) -> tuple[Lesson, ...]:
    """Choose lessons by failure class and by language; without either, those that fit.

    With `names` of languages, whether code in them is here does not matter. Raise `UsageError` for a class
    that no lesson is about, and for a language that none has a rule for.
    """
    for wanted in classes:
        if wanted not in (known := starter_classes(lessons)):
            raise _unknown(f"about {wanted}", wanted, known)
    for wanted in names:
        if not any(_speaks(lesson, wanted, languages) for lesson in lessons):
            raise _unknown(f"for {wanted}", wanted, starter_languages(lessons))
    return tuple(
        lesson
        for lesson in (lessons if names else fitting)
        if (not names or any(_speaks(lesson, name, languages) for name in names))
        and (not classes or lesson.failure_class in classes)
    )


def starter_classes(lessons: Sequence[Lesson]) -> tuple[str, ...]:
    """Give the failure classes that lessons are about, in alphabetical order."""
    return tuple(sorted({lesson.failure_class for lesson in lessons}))


def starter_languages(lessons: Sequence[Lesson]) -> tuple[str, ...]:
    """Give the languages that lessons have rules for, as they name them, in alphabetical order."""
    names = {name for lesson in lessons for rule in lesson.rules for name in rule.languages}
    return tuple(sorted(names - _OF_ANY_FILE))


def _speaks(lesson: Lesson, name: str, languages: Languages) -> bool:
    """Tell whether a lesson has a rule for a language, by any of the names that Semgrep knows it by."""
    row = languages.named(name)
    return row is not None and any(row.id in engine_rule(rule, languages).analyzers for rule in lesson.rules)


def _unknown(words: str, wanted: str, known: Sequence[str]) -> UsageError:
    similar = find_similar(wanted, known)
    hint = f"There are: {', '.join(known)}."
    return UsageError(
        f"No lesson that comes with lessonguard is {words}.",
        hint=f"Did you mean {similar}? {hint}" if similar else hint,
    )
