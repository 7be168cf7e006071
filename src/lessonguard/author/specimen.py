"""Pieces of code to try a rule on: the examples of its lesson, and what the fix touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lessonguard.author.files import SHORT, Files, split_reference
from lessonguard.author.incident import Incident, lessons_folder
from lessonguard.change.model import FileVersion
from lessonguard.engine.interface import EngineRule
from lessonguard.engine.languages import Languages
from lessonguard.engine.paths import path_filter
from lessonguard.engine.targets import MAX_BYTES, Selector
from lessonguard.errors import LessonError
from lessonguard.findings.proof import Side
from lessonguard.lessons.model import Example, Lesson, Rule
from lessonguard.record import record

_MOST_FILES = 500
"""A fix that touches more that a rule looks at is none: its two commits are far apart."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@record
class Specimen:
    """A piece of code to try a rule on, as one of the rule's languages.

    `what`, `line`, `path`, `commit` and `problem` are as in `Trial`, `content` and `analyzers` as in
    `Target`. Those with the same `group` are the same code read in several languages, or the same
    file before and after the fix.
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
    group: int = 0


@record
class Reading:
    """As what code is read: the language as the rule names it, the analyzer, the ending of a file name."""

    language: str
    analyzer: str
    ending: str


def example_specimens(
    lesson: Lesson, rule: Rule, *, asked: EngineRule, languages: Languages, files: Files
) -> Iterator[Specimen]:
    """Give the code of all examples that are meant for a rule, in the order of the file, bad before good.

    Code whose example names no language is tried as each of the rule's. `asked` is the rule as an
    engine runs it.
    """
    admitted = path_filter(rule.document)
    for number, example in enumerate(lesson.examples, start=1):
        if example.rule in {None, rule.id}:
            readings = tuple(_readings(example, rule, asked, languages))
            for specimen in _specimens(example, number, readings, files):
                is_looked_at = admitted.admits(specimen.path)
                is_meant = specimen.side == "good" and example.path  # to show that `paths` leave it out
                if is_looked_at or is_meant or specimen.problem:
                    yield specimen
                else:
                    yield replace(specimen, problem=_left_out(specimen.path, example))


def incident_specimens(
    incident: Incident, lesson: Lesson, rule: Rule, *, asked: EngineRule, languages: Languages
) -> tuple[Specimen, ...]:
    """Give the files that a rule looks at among those that the fix touched: broken, then fixed."""
    if incident.note:
        return ()
    if incident.problem:
        return (_cannot(incident, rule, incident.problem),)
    selector = Selector([asked], languages, folder=lessons_folder(lesson))
    found = tuple(_select(incident, selector, rule, languages))
    if len(found) > 2 * _MOST_FILES:
        between = f"{incident.proof.broken[:SHORT]} and {incident.proof.fixed[:SHORT]}"
        problem = f"{len(found) // 2} files that the rule looks at differ between {between}"
        return (_cannot(incident, rule, f'{problem}; name as "broken" the commit right before the fix'),)
    if not any(specimen.side == "broken" for specimen in found):
        return (_cannot(incident, rule, "the fix touched no file that the rule looks at"), *found)
    return found


def _specimens(
    example: Example, number: int, readings: tuple[Reading, ...], files: Files
) -> Iterator[Specimen]:
    sides: tuple[tuple[Side, str | None, str | None], ...] = (
        ("bad", example.bad, example.bad_file),
        ("good", example.good, example.good_file),
    )
    for side, code, reference in sides:
        for reading in readings:
            made = Specimen(
                side=side,
                what=f"example {number}",
                line=example.line,
                language=reading.language,
                analyzers=frozenset({reading.analyzer}),
                path=example.path or f"example{reading.ending}",
                content=(code or "").encode(),
                group=number,
            )
            if reference is not None:
                yield _from_file(made, reference, example, files)
            elif code is not None:
                yield made


def _from_file(specimen: Specimen, reference: str, example: Example, files: Files) -> Specimen:
    path, commit = split_reference(reference)
    named = replace(specimen, what=f"{specimen.what}, {reference}", path=example.path or path, commit=commit)
    try:
        return replace(named, content=files.read(reference))
    except LessonError as error:
        return replace(named, problem=error.message)


def _readings(example: Example, rule: Rule, asked: EngineRule, languages: Languages) -> Iterator[Reading]:
    """Give as what an example is read; JavaScript as that alone, though its rules are for TypeScript too."""
    seen = set()
    for name in (example.language,) if example.language else rule.languages:
        row = languages.named(name)
        if row is not None and row.id not in seen:
            seen.add(row.id)
            analyzer = row.id if row.id in asked.analyzers else min(asked.analyzers, default=row.id)
            ending = row.endings[0] if row.is_target and row.endings else ""
            yield Reading(language=name, analyzer=analyzer, ending=ending)


def _left_out(path: str, example: Example) -> str:
    is_named = example.path or example.bad_file or example.good_file
    remedy = "" if is_named else '; add a "path" that they let through to the example'
    return f'the "paths" of the rule leave out {path}{remedy}'


def _select(incident: Incident, selector: Selector, rule: Rule, languages: Languages) -> Iterator[Specimen]:
    sides: tuple[tuple[Side, str], ...] = (
        ("broken", incident.proof.broken),
        ("fixed", incident.proof.fixed),
    )
    for side, commit in sides:
        versions = [
            (number, version)
            for number, file in enumerate(incident.files)
            if (version := file.base if side == "broken" else file.head) and selector.wants(version)
        ]
        texts = [(version, _text(incident, version)) for _, version in versions]
        for target in selector.select(texts).targets:
            number, version = versions[target.key]
            yield Specimen(
                side=side,
                what=f"{version.path} at {commit[:SHORT]}",
                line=incident.proof.line,
                language=_language(rule, target.analyzers, languages),
                analyzers=target.analyzers,
                path=target.path,
                content=target.content,
                commit=commit,
                group=number,
            )


def _text(incident: Incident, version: FileVersion) -> bytes:
    """Give a content; what is too large to be checked stays too large, whatever it holds."""
    text = incident.texts[version.blob]
    return bytes(MAX_BYTES + 1) if isinstance(text, int) else text.removeprefix(_BYTE_ORDER_MARK)


def _language(rule: Rule, analyzers: frozenset[str], languages: Languages) -> str:
    rows = ((name, languages.named(name)) for name in rule.languages)
    return next((name for name, row in rows if row and row.id in analyzers), rule.languages[0])


def _cannot(incident: Incident, rule: Rule, problem: str) -> Specimen:
    return Specimen(
        side="broken",
        what=f"commits {incident.proof.broken[:SHORT]} → {incident.proof.fixed[:SHORT]}",
        line=incident.proof.line,
        language=rule.languages[0],
        analyzers=frozenset(),
        path="",
        commit=incident.proof.broken,
        problem=problem,
    )
