"""Pieces of code to try a rule on, and those in the examples of its lesson."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lessonguard.authoring.files import Files, split_reference
from lessonguard.authoring.prove.result import Side
from lessonguard.errors import LessonError
from lessonguard.lessons.model import Example, Lesson, Rule
from lessonguard.record import record
from lessonguard.semgrep.globs import path_filter
from lessonguard.semgrep.interface import EngineRule
from lessonguard.semgrep.languages import Languages


@record
class Sample:
    """A piece of code to try a rule on, as one of the rule's languages.

    `what`, `line`, `path`, `commit`, `problem` and `hint` are as in `SampleResult`, `content` and
    `analyzers` as in `Target`. Those with the same `group` are the same code read in several languages,
    or the same file before and after the fix.
    """

    side: Side
    what: str
    line: int
    language: str
    analyzers: frozenset[str]
    path: str
    content: bytes = b""
    commit: str = ""
    problem: str = ""
    hint: str = ""
    group: int = 0


@record
class TestedRule:
    """A rule to try: as its lesson has it, and as an engine runs it."""

    lesson: Lesson
    rule: Rule
    engine_rule: EngineRule


@record
class _Reading:
    """How code is read: the language as the rule names it, the analyzer, the ending of a file name."""

    language: str
    analyzer: str
    ending: str


def example_samples(tested: TestedRule, languages: Languages, files: Files) -> Iterator[Sample]:
    """Return the code of all examples that are meant for a rule, in the order of the file, bad before good.

    Code whose example names no language is tried as each of the rule's.
    """
    admitted = path_filter(tested.rule.document)
    for number, example in enumerate(tested.lesson.examples, start=1):
        if example.rule in {None, tested.rule.id}:
            readings = tuple(_readings(tested, example, languages))
            for sample in _example_samples(example, number, readings, files=files):
                is_admitted = admitted.admits(sample.path)
                is_meant = sample.side == "good" and example.path  # to show that `paths` leave it out
                if is_admitted or is_meant or sample.problem:
                    yield sample
                else:
                    problem = f'the "paths" of the rule exclude {sample.path}'
                    yield replace(sample, problem=problem, hint=_excluded_hint(example, tested.lesson))


def _example_samples(
    example: Example, number: int, readings: tuple[_Reading, ...], *, files: Files
) -> Iterator[Sample]:
    sides: tuple[tuple[Side, str | None, str | None], ...] = (
        ("bad", example.bad, example.bad_file),
        ("good", example.good, example.good_file),
    )
    for side, code, reference in sides:
        for reading in readings if code is not None or reference is not None else ():
            made = Sample(
                side=side,
                what=f"example {number}",
                line=example.line,
                language=reading.language,
                analyzers=frozenset({reading.analyzer}),
                path=example.path or f"example{reading.ending}",
                content=(code or "").encode(),
                group=number,
            )
            if reference is None:
                yield made
                continue
            path, commit = split_reference(reference)
            named = replace(made, what=f"{made.what}, {reference}", path=example.path or path, commit=commit)
            try:
                content = files.read(reference)
            except LessonError as error:
                yield replace(named, problem=error.message, hint=error.hint)
            else:
                yield replace(named, content=content)


def _readings(tested: TestedRule, example: Example, languages: Languages) -> Iterator[_Reading]:
    """List how an example is read; JavaScript as that alone, though its rules are for TypeScript too."""
    seen = set()
    analyzers = tested.engine_rule.analyzers
    for name in (example.language,) if example.language else tested.rule.languages:
        row = languages.named(name)
        if row is not None and row.id not in seen:
            seen.add(row.id)
            analyzer = row.id if row.id in analyzers else min(analyzers, default=row.id)
            ending = row.endings[0] if row.is_target and row.endings else ""
            yield _Reading(language=name, analyzer=analyzer, ending=ending)


def _excluded_hint(example: Example, lesson: Lesson) -> str:
    if not (example.path or example.bad_file or example.good_file):
        return 'add a "path" that they include to the example'
    if not example.rule and len(lesson.rules) > 1:
        return 'name with "rule" the rule that the example is for'
    return ""
