"""Check the answers of an author one by one, by the rules for the lesson file."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from lessonguard.lessons.checks import check_timeline
from lessonguard.lessons.diagnostic import Diagnostic, Diagnostics, suggest
from lessonguard.lessons.model import Lesson, Library, Timeline
from lessonguard.lessons.rule_schema import LANGUAGES
from lessonguard.lessons.schema import key_fields, key_of, lesson_schema
from lessonguard.lessons.validate import Validator
from lessonguard.lessons.wording import check_placeholders, check_wording
from lessonguard.lessons.yaml_tree import Entries, Scalar
from lessonguard.record import record

_MOMENTS = frozenset(key_of(field) for field in key_fields(Timeline))


@record
class Question:
    """What to ask for a key of the lesson: what it is, in one line, and a value to imitate."""

    key: str
    text: str
    example: str


@record
class Answer:
    """An answer of the author: the text to take, or what is wrong with it and a hint."""

    text: str
    problem: str = ""
    hint: str = ""


@cache
def questions() -> dict[str, Question]:
    """Return a question for every key of a lesson, by key, with the words of the model."""
    found = {}
    for field in key_fields(Lesson):
        key = key_of(field)
        found[key] = Question(key=key, text=field.metadata["doc"], example=field.metadata.get("example", ""))
    return found


def find_error(key: str, text: str) -> Diagnostic | None:
    """Return the first error that `check` would report for a text under a key of the lesson.

    Keys are those of `Statement`: keys of a lesson with one text, moments of the timeline, and `language`.
    """
    found = Diagnostics("")
    node = Scalar(line=1, column=1, text=text)
    if key == "language":
        if text not in LANGUAGES:
            hint = suggest(text, LANGUAGES, label="Semgrep knows")
            found.add(node, f"Semgrep knows no language {text!r}", hint=hint)
        return next(iter(found.sorted()), None)
    schema = lesson_schema()
    properties = schema["properties"]["timeline" if key in _MOMENTS else key]
    if key in _MOMENTS:
        properties = properties["properties"][key]
    entries = Entries(line=1, column=1, entries=((Scalar(line=1, column=1, text=key), node),))
    validator = Validator(definitions=schema["definitions"], found=found)
    is_sound = validator.check(node, properties, name=f'"{key}"')
    if key in _MOMENTS and is_sound:
        check_timeline(entries, found)
    elif key not in _MOMENTS:
        check_wording(entries, found)
        check_placeholders(entries, found)
    return next(iter(found.sorted()), None)


def read_answer(key: str, text: str) -> Answer:
    """Check an answer; one that can mean only one thing, such as `14 May 2026` or `p1`, is corrected."""
    tidy = " ".join(text.split())
    if key == "severity":
        tidy = tidy.upper()
    elif key == "failure-class":
        tidy = re.sub(r"[\s_]+", "-", tidy.lower())
    error = find_error(key, tidy)
    if error and error.fix and find_error(key, error.fix.new) is None:
        return Answer(text=error.fix.new)
    if error:
        hint = f"{error.hint[:1].upper()}{error.hint[1:]}"
        hint += "." if hint and hint[-1] not in ".?" else ""
        return Answer(text="", problem=error.message, hint=hint)
    return Answer(text=tidy)


def failure_classes(library: Library) -> tuple[str, ...]:
    """List the failure classes of a library, the most frequent first."""
    counts = Counter(lesson.failure_class for lesson in library.lessons)
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))
