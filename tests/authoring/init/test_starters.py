"""Which built-in lessons are chosen: by language, by class, and from a list that a person types."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest

from lessonguard.authoring.init.starters import (
    choose_starters,
    pick_starters,
    starter_classes,
    starter_languages,
    starter_words,
)
from lessonguard.errors import UsageError
from lessonguard.lessons.builtin import builtin_folder
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Lesson
from lessonguard.semgrep.installed import find_semgrep

_STARTERS = load_folder(builtin_folder(), name=None).lessons
_LANGUAGES = find_semgrep().languages
_REGEX = "cloudflare-2019-07-regex"
_RM = "bumblebee-2011-rm-usr"


def choose(
    *names: str, classes: Collection[str] = (), fitting: Sequence[Lesson] = _STARTERS
) -> dict[str, Lesson]:
    chosen = choose_starters(_STARTERS, fitting, classes=classes, names=names, languages=_LANGUAGES)
    return {lesson.incident: lesson for lesson in chosen}


def languages(lesson: Lesson) -> set[str]:
    return {name for rule in lesson.rules for name in rule.languages}


def test_a_language_chooses_its_lessons_whether_or_not_they_fit() -> None:
    chosen = choose("go", fitting=())

    assert chosen.keys() >= {lesson.incident for lesson in _STARTERS if "go" in languages(lesson)}
    assert not [lesson for lesson in chosen.values() if languages(lesson) == {"ruby"}]


def test_several_languages_can_be_given_by_any_of_their_names() -> None:
    chosen = choose("js", "golang")

    meant = {"go", "javascript", "js", "typescript"}
    assert chosen.keys() >= {lesson.incident for lesson in _STARTERS if languages(lesson) & meant}
    assert "openai-2023-03-redis-cancel" not in chosen


def test_a_class_chooses_only_lessons_that_fit() -> None:
    fitting = [lesson for lesson in _STARTERS if lesson.incident in {_REGEX, _RM}]

    assert choose(classes=["catastrophic-backtracking"], fitting=fitting).keys() == {_REGEX}


def test_a_class_and_a_language_must_both_match() -> None:
    chosen = choose("bash", classes=["destructive-command-scope"])

    assert _RM in chosen
    assert {lesson.failure_class for lesson in chosen.values()} == {"destructive-command-scope"}
    assert all("bash" in languages(lesson) for lesson in chosen.values())


@pytest.mark.parametrize(
    ("wanted", "message", "hint"),
    [
        (
            {"classes": ["destructive-comand-scope"]},
            "about destructive-comand-scope",
            "destructive-command-scope",
        ),
        ({"names": ["pyton"]}, "for pyton", "python"),
    ],
)
def test_an_unknown_word_is_an_error_that_lists_the_known_ones(
    wanted: dict[str, list[str]], message: str, hint: str
) -> None:
    with pytest.raises(UsageError, match=f"No built-in lesson is {message}.") as caught:
        choose_starters(_STARTERS, (), **{"classes": (), "names": (), **wanted}, languages=_LANGUAGES)

    assert caught.value.hint.startswith(f"Did you mean {hint}? There are: ")


def test_languages_are_listed_by_their_names_and_other_files_by_their_ending() -> None:
    known = starter_languages(_STARTERS, _LANGUAGES)

    assert {"bash", "python", "sql", "yaml"} <= set(known)
    assert not {"regex", "generic", "py", "yml"} & set(known)
    assert list(known) == sorted(known)


def test_a_list_has_numbers_ranges_classes_languages_and_incidents() -> None:
    offered = sorted(_STARTERS, key=lambda lesson: lesson.incident)
    first, second, third = offered[:3]

    assert pick_starters("1-2, 3", offered, languages=_LANGUAGES) == (first, second, third)
    assert pick_starters(f"{_RM} {_REGEX}", offered, languages=_LANGUAGES) == tuple(
        lesson for lesson in offered if lesson.incident in {_RM, _REGEX}
    )
    classes = pick_starters("catastrophic-backtracking", offered, languages=_LANGUAGES)
    assert {lesson.failure_class for lesson in classes} == {"catastrophic-backtracking"}
    assert _RM in {lesson.incident for lesson in pick_starters("bash", offered, languages=_LANGUAGES)}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("99", "There is no 99.", "Numbers go from 1 to 3."),
        ("0", "There is no 0.", "Numbers go from 1 to 3."),
        ("3-1", "There is no 3-1.", "Numbers go from 1 to 3."),
        (",", ", is none of them.", "Type all, - (none), or a list."),
    ],
)
def test_what_is_not_in_the_list_is_an_error(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        pick_starters(text, _STARTERS[:3], languages=_LANGUAGES)

    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_misspelt_word_of_the_list_is_corrected_by_the_hint() -> None:
    offered = [lesson for lesson in _STARTERS if lesson.incident == _REGEX]

    with pytest.raises(UsageError) as caught:
        pick_starters("catastrofic-backtracking", offered, languages=_LANGUAGES)

    assert caught.value.hint == "Did you mean catastrophic-backtracking?"
    assert starter_words(offered, _LANGUAGES)[0] == "catastrophic-backtracking"


def test_classes_are_listed_once_and_in_order() -> None:
    known = starter_classes(_STARTERS)

    assert list(known) == sorted(set(known))
    assert "catastrophic-backtracking" in known
