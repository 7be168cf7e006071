"""Prove lessons: every rule fires on the bad code and is silent on the good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from lessonguard.authoring.files import Files, Origin
from lessonguard.authoring.prove.commits import incident_specimens
from lessonguard.authoring.prove.incident import Incidents
from lessonguard.authoring.prove.result import RuleProof
from lessonguard.authoring.prove.samples import Specimen, Subject, example_specimens
from lessonguard.authoring.prove.trials import Tried, make_trials
from lessonguard.git.changes import CommitId, short
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Lesson
from lessonguard.record import record
from lessonguard.semgrep.batches import RuleTargets, run_separately
from lessonguard.semgrep.interface import Engine, EngineResult, Limits, Match, Target, Unchecked
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rule, unknown_languages


@record
class _Attempt:
    """A rule, and what it is to be tried on; the keys of these in the run count from `first`."""

    subject: Subject
    specimens: tuple[Specimen, ...]
    note: str
    first: int


def prove_lessons(  # noqa: PLR0913 - all that it needs, each from another place
    lessons: Sequence[Lesson],
    *,
    repository: Repository | None,
    tree: CommitId | None = None,
    fetch: bool = False,
    engine: Engine,
    languages: Languages,
    limits: Limits,
    step: Callable[[str], None] = lambda _: None,
) -> tuple[RuleProof, ...]:
    """Try every rule of these lessons on all that is meant for it, in one run of the engine.

    That is the examples, and with `proof` the files that the fix touched. Examples that are files and
    name no commit are read in `tree`, or else in the work tree. Commits of another repository are
    looked at only if they are in this one too, or if `fetch` allows to fetch them.

    The proofs are in the order of the lessons and of their rules. Raise `EngineError` if Semgrep cannot
    run, `GitError` if a repository cannot be read.
    """
    origin = Origin(repository=repository, tree=tree, fetch=fetch)
    files, incidents = Files(origin), Incidents(origin, languages)
    attempts: list[_Attempt] = []
    for lesson in lessons:
        step(f"reading what {lesson.incident} is proven on")
        first = attempts[-1].first + len(attempts[-1].specimens) if attempts else 0
        attempts += _attempts(lesson, files=files, incidents=incidents, languages=languages, first=first)
    pieces = sum(len(attempt.specimens) for attempt in attempts)
    step(f"running Semgrep (rules: {len(attempts)}, pieces of code: {pieces})")
    proofs = _proofs(attempts, _ask(attempts, engine, limits))
    firing = {proof.lesson.incident: proof for proof in reversed(proofs) if _fires(proof)}
    return tuple(_with_sibling(proof, firing.get(proof.lesson.incident)) for proof in proofs)


def _attempts(
    lesson: Lesson, *, files: Files, incidents: Incidents, languages: Languages, first: int
) -> Iterator[_Attempt]:
    subjects = [
        Subject(lesson=lesson, rule=rule, asked=engine_rule(rule, languages)) for rule in lesson.rules
    ]
    incident = incidents.read(lesson, [subject.asked for subject in subjects])
    for subject in subjects:
        specimens = [*example_specimens(subject, languages, files)]
        specimens += incident_specimens(subject, incident, languages) if incident else ()
        note = incident.note if incident else ""
        yield _Attempt(subject=subject, specimens=tuple(specimens), note=note, first=first)
        first += len(specimens)


def _ask(attempts: Sequence[_Attempt], engine: Engine, limits: Limits) -> EngineResult:
    questions = [
        RuleTargets(rule=attempt.subject.asked, targets=tuple(_targets(attempt)))
        for attempt in attempts
        if attempt.subject.asked.analyzers
    ]
    # A good example proves nothing if it cannot be parsed, so all are, whatever words are in them.
    return run_separately(questions, engine=engine, limits=replace(limits, prefilter=False))


def _targets(attempt: _Attempt) -> Iterator[Target]:
    for key, specimen in enumerate(attempt.specimens, start=attempt.first):
        if not specimen.problem:
            yield Target(key=key, path=specimen.path, content=specimen.content, analyzers=specimen.analyzers)


def _proofs(attempts: Sequence[_Attempt], result: EngineResult) -> tuple[RuleProof, ...]:
    matches: defaultdict[int, list[Match]] = defaultdict(list)
    for match in result.matches:
        matches[match.target].append(match)
    unchecked: defaultdict[int | None, list[Unchecked]] = defaultdict(list)
    for item in result.unchecked:
        unchecked[item.target].append(item)
    unknown = unknown_languages(attempt.subject.asked for attempt in attempts)
    refusals = {**unknown, **result.refused}
    return tuple(
        _proof(attempt, matches, unchecked, refusal=refusals.get(attempt.subject.rule.id, ""))
        for attempt in attempts
    )


def _proof(
    attempt: _Attempt,
    matches: Mapping[int, Sequence[Match]],
    unchecked: Mapping[int | None, Sequence[Unchecked]],
    *,
    refusal: str,
) -> RuleProof:
    tried = [
        Tried(specimen=specimen, matches=matches.get(key, ()), unchecked=unchecked.get(key, ()))
        for key, specimen in enumerate(attempt.specimens, start=attempt.first)
    ]
    return RuleProof(
        lesson=attempt.subject.lesson,
        rule=attempt.subject.rule,
        trials=() if refusal else make_trials(tried),
        refusal=refusal,
        notes=(attempt.note,) if attempt.note else (),
    )


def _with_sibling(proof: RuleProof, sibling: RuleProof | None) -> RuleProof:
    """Let the rule of a lesson that fires at the broken commit stand for the others, if there is one.

    An incident of one form teaches about others, and their rules have nothing to find in its own code.
    """
    if sibling is None or proof.lesson.proof is None or proof.refusal or _fires(proof):
        return proof
    note = f"finds nothing at {short(proof.lesson.proof.broken)}, where {sibling.rule.id} fires"
    trials = tuple(trial for trial in proof.trials if trial.side != "broken")
    return replace(proof, trials=trials, notes=(*proof.notes, note))


def _fires(proof: RuleProof) -> bool:
    return any(trial.side == "broken" and trial.is_passed for trial in proof.trials)
