"""Choose among the lessons that come with lessonguard, to begin with."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from lessonguard.authoring.language import language_of
from lessonguard.authoring.scope import Scope
from lessonguard.errors import UsageError
from lessonguard.lessons.diagnostic import find_similar
from lessonguard.lessons.model import Lesson, Rule
from lessonguard.semgrep.globs import path_filter
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rule

_OF_ANY_FILE = frozenset({"generic", "regex"})
"""What rules name that look at text in whatever language; their `paths` say in which files."""

_ENDING = re.compile(r"\*\.(\w+)")


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
            raise _unknown(f"for {wanted}", wanted, starter_languages(lessons, languages))
    return tuple(
        lesson
        for lesson in (lessons if names else fitting)
        if (not names or any(_speaks(lesson, name, languages) for name in names))
        and (not classes or lesson.failure_class in classes)
    )


def starter_classes(lessons: Sequence[Lesson]) -> tuple[str, ...]:
    """Give the failure classes that lessons are about, in alphabetical order."""
    return tuple(sorted({lesson.failure_class for lesson in lessons}))


def starter_languages(lessons: Sequence[Lesson], languages: Languages) -> tuple[str, ...]:
    """Give the languages that lessons have rules for, in alphabetical order.

    What Semgrep knows no language for, such as SQL, goes by the ending of its files.
    """
    rules = [rule for lesson in lessons for rule in lesson.rules]
    globs = [glob for rule in rules if _is_of_any_file(rule) for glob in _included(rule)]
    endings = {found[1] for glob in globs if (found := _ENDING.fullmatch(glob))}
    names = {name for rule in rules if not _is_of_any_file(rule) for name in rule.languages}
    return tuple(sorted(names | {language_of(f"a.{ending}", languages) or ending for ending in endings}))


def _speaks(lesson: Lesson, name: str, languages: Languages) -> bool:
    """Tell whether a lesson has a rule for a language, by a name that Semgrep knows, or by an ending."""
    row = languages.named(name)
    files = [f"a{ending}" for ending in row.endings] if row else [f"a.{name}"]
    return any(
        bool(_included(rule)) and any(map(path_filter(rule.document).admits, files))
        if _is_of_any_file(rule)
        else row is not None and row.id in engine_rule(rule, languages).analyzers
        for rule in lesson.rules
    )


def _is_of_any_file(rule: Rule) -> bool:
    return bool(_OF_ANY_FILE.intersection(rule.languages))


def _included(rule: Rule) -> Sequence[str]:
    globs: Sequence[str] = rule.document.get("paths", {}).get("include", ())
    return globs


def _unknown(words: str, wanted: str, known: Sequence[str]) -> UsageError:
    similar = find_similar(wanted, known)
    hint = f"There are: {', '.join(known)}."
    return UsageError(
        f"No lesson that comes with lessonguard is {words}.",
        hint=f"Did you mean {similar}? {hint}" if similar else hint,
    )
