"""The answers that an author gives one by one, judged as the lesson file will be."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from lessonguard.lessons.checks import judge_timeline, judge_wording
from lessonguard.lessons.diagnostic import Diagnostic, Diagnostics, suggest
from lessonguard.lessons.model import Lesson, Library, Timeline
from lessonguard.lessons.placeholder import judge_placeholders
from lessonguard.lessons.rule_schema import LANGUAGES
from lessonguard.lessons.schema import key_fields, key_of, lesson_schema
from lessonguard.lessons.validate import Validator
from lessonguard.lessons.yaml_tree import Entries, Scalar
from lessonguard.record import record

_FOR_INSTANCE = "for instance: "


@record
class Question:
    """What to ask for a key of the lesson: what it is, in one line, and a value to imitate."""

    key: str
    text: str
    example: str


@cache
def questions() -> dict[str, Question]:
    """Give a question for every key of a lesson, by key, in the words of the model."""
    return {key_of(field): _question(key_of(field), dict(field.metadata)) for field in key_fields(Lesson)}


def _question(key: str, metadata: dict[str, str]) -> Question:
    example = metadata.get("example") or metadata.get("instead", "").partition(_FOR_INSTANCE)[2]
    return Question(key=key, text=metadata["doc"], example=example)


def find_fault(key: str, text: str) -> Diagnostic | None:
    """Find the first thing that is wrong with a text under a key of the lesson, as `check` would.

    Keys are those of `Statement`: those of a lesson that hold one text, the moments of the timeline, and
    `language`.
    """
    faults = Diagnostics("")
    node = Scalar(line=1, column=1, text=text)
    if key == "language":
        if text not in LANGUAGES:
            hint = suggest(text, LANGUAGES, label="Semgrep knows")
            faults.add(node, f"Semgrep knows no language {text!r}", hint=hint)
        return next(iter(faults.sorted()), None)
    schema = lesson_schema()
    moments = schema["properties"]["timeline"]["properties"]
    properties = moments if key in _MOMENTS else schema["properties"]
    entries = Entries(line=1, column=1, entries=((Scalar(line=1, column=1, text=key), node),))
    sound = Validator(definitions=schema["definitions"], found=faults).check(
        node, properties[key], name=f'"{key}"'
    )
    if key in _MOMENTS and sound:
        judge_timeline(entries, faults)
    elif key not in _MOMENTS:
        judge_wording(entries, faults)
        judge_placeholders(entries, faults)
    return next(iter(faults.sorted()), None)


@record
class Answer:
    """What an author answers: the text to take, or the problem with it and what to try."""

    text: str
    problem: str = ""
    hint: str = ""


def read_answer(key: str, text: str) -> Answer:
    """Judge an answer; where it can only mean one thing, such as `14 May 2026` or `p1`, take that."""
    tidy = " ".join(text.split())
    if key == "severity":
        tidy = tidy.upper()
    elif key == "failure-class":
        tidy = re.sub(r"[\s_]+", "-", tidy.lower())
    fault = find_fault(key, tidy)
    if fault and fault.fix and find_fault(key, fault.fix.new) is None:
        return Answer(text=fault.fix.new)
    if fault:
        hint = f"{fault.hint[:1].upper()}{fault.hint[1:]}"
        hint += "." if hint and hint[-1] not in ".?" else ""
        return Answer(text="", problem=fault.message, hint=hint)
    return Answer(text=tidy)


def failure_classes(library: Library) -> tuple[str, ...]:
    """Give the failure classes of a library, the most frequent first."""
    counts = Counter(lesson.failure_class for lesson in library.lessons)
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))


_MOMENTS = frozenset(key_of(field) for field in key_fields(Timeline))
