"""Prove lessons: every rule fires on the bad code and is silent on the good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from lessonguard.author.specimen import Specimen, example_specimens
from lessonguard.change.git import Repository
from lessonguard.engine.apart import Question, run_apart
from lessonguard.engine.interface import Engine, EngineResult, EngineRule, Limits, Match, Problem, Target
from lessonguard.engine.languages import Languages
from lessonguard.engine.rules import engine_rule, unknown_languages
from lessonguard.findings.proof import RuleProof, Sighting, Trial
from lessonguard.findings.source import Source
from lessonguard.lessons.model import Lesson, Rule
from lessonguard.record import record


@record
class _Attempt:
    """A rule, and what it is to be tried on; the key of a specimen in the run is `first` and its index."""

    lesson: Lesson
    rule: Rule
    asked: EngineRule
    specimens: tuple[Specimen, ...]
    first: int


def prove_lessons(
    lessons: Sequence[Lesson],
    *,
    repository: Repository | None,
    engine: Engine,
    languages: Languages,
    limits: Limits,
    step: Callable[[str], None] = lambda _: None,
) -> tuple[RuleProof, ...]:
    """Try every rule of these lessons on all that is meant for it, in one run of the engine.

    The proofs are in the order of the lessons and of their rules. Raise `EngineError` if Semgrep
    cannot run, `GitError` if the repository cannot be read.
    """
    del repository
    attempts: list[_Attempt] = []
    first = 0
    for lesson in lessons:
        for rule in lesson.rules:
            asked = engine_rule(rule, languages)
            specimens = tuple(example_specimens(lesson, rule, asked=asked, languages=languages))
            attempts.append(_Attempt(lesson=lesson, rule=rule, asked=asked, specimens=specimens, first=first))
            first += len(specimens)
    step(f"running Semgrep (rules: {len(attempts)}, pieces of code: {first})")
    return _proofs(attempts, _ask(attempts, engine, limits))


def _ask(attempts: Sequence[_Attempt], engine: Engine, limits: Limits) -> EngineResult:
    questions = [
        Question(rule=attempt.asked, targets=tuple(_targets(attempt)))
        for attempt in attempts
        if attempt.asked.analyzers
    ]
    return run_apart(questions, engine=engine, limits=limits)


def _targets(attempt: _Attempt) -> Iterator[Target]:
    for key, specimen in enumerate(attempt.specimens, start=attempt.first):
        if not specimen.problem:
            yield Target(
                key=key,
                path=specimen.path,
                content=specimen.content,
                analyzers=frozenset({specimen.analyzer}),
            )


def _proofs(attempts: Sequence[_Attempt], result: EngineResult) -> tuple[RuleProof, ...]:
    matches: defaultdict[int, list[Match]] = defaultdict(list)
    for match in result.matches:
        matches[match.target].append(match)
    problems: defaultdict[int, list[Problem]] = defaultdict(list)
    for problem in result.problems:
        problems[problem.target].append(problem)
    unknown = unknown_languages(attempt.asked for attempt in attempts)
    refusals = {problem.rule: problem.message for problem in (*unknown, *result.rule_problems)}
    return tuple(_proof(attempt, matches, problems, refusals) for attempt in attempts)


def _proof(
    attempt: _Attempt,
    matches: Mapping[int, Sequence[Match]],
    problems: Mapping[int, Sequence[Problem]],
    refusals: Mapping[str, str],
) -> RuleProof:
    refusal = refusals.get(attempt.rule.id, "")
    tried = [
        (specimen, _trial(specimen, matches.get(key, ()), problems.get(key, ())))
        for key, specimen in enumerate(attempt.specimens, start=attempt.first)
    ]
    trials = () if refusal else tuple(_readable(tried))
    return RuleProof(lesson=attempt.lesson, rule=attempt.rule, trials=trials, refusal=refusal)


def _readable(tried: Sequence[tuple[Specimen, Trial]]) -> Iterator[Trial]:
    """Give the trials that count: of code that one language reads and another cannot, not the latter.

    If none can, the first stands for all.
    """
    groups: defaultdict[tuple[str, int], list[Trial]] = defaultdict(list)
    for specimen, trial in tried:
        groups[specimen.side, specimen.group].append(trial)
    for trials in groups.values():
        yield from [trial for trial in trials if not trial.problem] or trials[:1]


def _trial(specimen: Specimen, matches: Sequence[Match], problems: Sequence[Problem]) -> Trial:
    source = Source(specimen.content)
    return Trial(
        side=specimen.side,
        what=specimen.what,
        line=specimen.line,
        language=specimen.language,
        code=specimen.content.decode("utf-8", "replace"),
        sightings=tuple(sorted(_sighting(source, match) for match in matches)),
        problem=specimen.problem or " ".join(_words(problem, specimen.language) for problem in problems[:1]),
    )


def _sighting(source: Source, match: Match) -> Sighting:
    lines = source.lines_of(match.start, match.end)
    return Sighting(
        first_line=lines.start, last_line=lines.stop - 1, text=source.text(match.start, match.end)
    )


def _words(problem: Problem, language: str) -> str:
    if problem.kind in {"parse", "partial-parse"}:
        where = f"line {problem.lines[0].start}" if problem.lines else "it"
        return f"Semgrep cannot read {where} as {language}"
    return problem.message
