"""The examples of a lesson, as pieces of code to try a rule on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lessonguard.engine.interface import EngineRule
from lessonguard.engine.languages import Languages
from lessonguard.engine.paths import path_filter
from lessonguard.findings.proof import Side
from lessonguard.lessons.model import Example, Lesson, Rule
from lessonguard.record import record


@record
class Specimen:
    """A piece of code to try a rule on, as one language: of a rule's `languages`, and of Semgrep's.

    `what`, `line` and `problem` are as in `Trial`, `path` and `content` as in `Target`. Of those that
    share a `group` only the languages that can read the code count, if any can.
    """

    side: Side
    what: str
    line: int
    language: str
    analyzer: str
    path: str
    content: bytes
    problem: str = ""
    group: int = 0


def example_specimens(
    lesson: Lesson, rule: Rule, *, asked: EngineRule, languages: Languages
) -> Iterator[Specimen]:
    """Give the code of all examples that are meant for a rule, in the order of the file, bad before good.

    Code whose example names no language is tried as each of the rule's. `asked` is the rule as an
    engine runs it.
    """
    admitted = path_filter(rule.document)
    for number, example in enumerate(lesson.examples, start=1):
        if example.rule in {None, rule.id}:
            for specimen in _specimens(example, number, rule=rule, asked=asked, languages=languages):
                is_looked_at = admitted.admits(specimen.path)
                if is_looked_at or (specimen.side == "good" and example.path):
                    yield specimen
                else:
                    yield replace(specimen, problem=_left_out(specimen.path, example))


def _specimens(
    example: Example, number: int, *, rule: Rule, asked: EngineRule, languages: Languages
) -> Iterator[Specimen]:
    sides: tuple[tuple[Side, str | None], ...] = (("bad", example.bad), ("good", example.good))
    for side, code in sides:
        for name, analyzer, ending in _readings(example, rule, asked, languages):
            if code is not None:
                yield Specimen(
                    side=side,
                    what=f"example {number}",
                    line=example.line,
                    language=name,
                    analyzer=analyzer,
                    path=example.path or f"example{ending}",
                    content=code.encode(),
                    group=number,
                )


def _readings(
    example: Example, rule: Rule, asked: EngineRule, languages: Languages
) -> Iterator[tuple[str, str, str]]:
    """Give as what an example is read: the rule's name of the language, the analyzer, an ending for it.

    JavaScript is read as that alone, though its rules are for TypeScript too.
    """
    seen = set()
    for name in (example.language,) if example.language else rule.languages:
        row = languages.named(name)
        if row is not None and row.id not in seen:
            seen.add(row.id)
            analyzer = row.id if row.id in asked.analyzers else next(iter(asked.analyzers), row.id)
            yield name, analyzer, row.endings[0] if row.is_target and row.endings else ""


def _left_out(path: str, example: Example) -> str:
    remedy = "" if example.path else '; add a "path" that they let through to the example'
    return f'the "paths" of the rule leave out {path}{remedy}'
