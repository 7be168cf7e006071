"""Every lesson that is shipped proves itself: its rules find its bad code and leave its good code alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from lessonguard.engine.core import CoreEngine
from lessonguard.engine.interface import Limits, Match, Target
from lessonguard.engine.languages import load_languages
from lessonguard.engine.rules import engine_rule
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Example, Lesson, Rule

ROOT = Path(__file__).parent.parent
LIBRARY = load_folder(ROOT / "lessons", name="lessons")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One example of one rule: the code that must be found, or must not."""

    name: str
    rule: Rule
    code: str
    path: str
    language: str
    is_bad: bool


def _cases() -> Iterator[Case]:
    for lesson in LIBRARY.lessons:
        for number, example in enumerate(lesson.examples, start=1):
            for rule in lesson.rules:
                if example.rule in {None, rule.id}:
                    yield from _cases_of(lesson, number, example, rule)


def _cases_of(lesson: Lesson, number: int, example: Example, rule: Rule) -> Iterator[Case]:
    for side, code in (("bad", example.bad), ("good", example.good)):
        for language in rule.languages if example.language is None else (example.language,):
            if code is not None:
                yield Case(
                    name=f"{lesson.incident}:{number}:{side}:{rule.id}:{language}",
                    rule=rule,
                    code=code,
                    path=example.path or "example",
                    language=language,
                    is_bad=side == "bad",
                )


CASES = tuple(_cases())


@pytest.fixture(scope="module")
def semgrep() -> Path:
    """Find the installed Semgrep without importing it, which takes a second."""
    spec = find_spec("semgrep")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@pytest.fixture(scope="module")
def matches(semgrep: Path) -> Mapping[int, Sequence[Match]]:
    """Run all examples of all lessons at once; give what was found in each, by its index in `CASES`."""
    languages = load_languages(semgrep)
    rules = [engine_rule(rule, languages) for lesson in LIBRARY.lessons for rule in lesson.rules]
    targets = [
        Target(
            key=key,
            path=case.path,
            content=case.code.encode(),
            analyzers=languages.analyzers_of_rule([case.language]),
        )
        for key, case in enumerate(CASES)
    ]
    result = CoreEngine(semgrep / "bin" / "semgrep-core").run(rules, targets, limits=Limits())
    assert result.rule_problems == ()
    assert result.problems == ()
    found: dict[int, list[Match]] = {key: [] for key in range(len(CASES))}
    for match in result.matches:
        if match.rule == CASES[match.target].rule.id:
            found[match.target].append(match)
    return found


def test_all_lessons_are_valid() -> None:
    assert LIBRARY.faults == ()
    assert LIBRARY.lessons


@pytest.mark.parametrize("key", range(len(CASES)), ids=[case.name for case in CASES])
def test_a_rule_finds_its_bad_code_and_leaves_its_good_code_alone(
    key: int, matches: Mapping[int, Sequence[Match]]
) -> None:
    case = CASES[key]
    content = case.code.encode()
    found = [content[match.start : match.end].decode() for match in matches[key]]

    if case.is_bad:
        assert found, f"{case.rule.id} is silent on\n{case.code}"
        assert all(text.strip() for text in found), found
    else:
        assert found == []


@pytest.mark.parametrize("lesson", LIBRARY.lessons, ids=lambda lesson: lesson.incident)
def test_a_lesson_from_outside_says_where_it_was_read(lesson: Lesson) -> None:
    assert Path(lesson.path).stem == lesson.incident
    assert lesson.postmortem is not None
    assert lesson.sources
    assert all(source.startswith("https://") for source in lesson.sources)


@pytest.mark.parametrize("lesson", LIBRARY.lessons, ids=lambda lesson: lesson.incident)
def test_every_rule_is_tried_on_several_pieces_of_code_of_either_kind(lesson: Lesson) -> None:
    for rule in lesson.rules:
        tried = [case for case in CASES if case.rule.id == rule.id]
        assert sum(case.is_bad for case in tried) >= 2
        assert sum(not case.is_bad for case in tried) >= 2
