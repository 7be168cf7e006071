"""Check lesson files: all that keeps a lesson from being used, and what should be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from datetime import date

from lessonguard.authoring.check.autofix import Rewriting
from lessonguard.authoring.check.follow_ups import check_follow_ups
from lessonguard.authoring.check.result import CheckReport
from lessonguard.authoring.check.suppressions import check_suppressions
from lessonguard.authoring.check.unproven import check_proof
from lessonguard.authoring.locations import Places
from lessonguard.authoring.prove.prove import prove_lessons
from lessonguard.authoring.prove.result import RuleProof
from lessonguard.authoring.scope import Scope, check_globs
from lessonguard.authoring.select import Selection
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Lesson
from lessonguard.record import record
from lessonguard.semgrep.interface import Engine, Limits
from lessonguard.semgrep.languages import Languages


@record
class CheckOptions:
    """How to check.

    `today` decides which follow-ups are past due. `fetch` allows to fetch commits of another repository
    that a lesson is proven at. `step` hears, in words, what is done now.
    """

    today: date
    limits: Limits = field(default_factory=Limits)
    fetch: bool = False
    step: Callable[[str], None] = lambda _: None


def check_lessons(
    selection: Selection,
    *,
    engine: Engine,
    languages: Languages,
    options: CheckOptions,
    rewriting: Rewriting | None = None,
) -> CheckReport:
    """Say all that is wrong with lesson files, and what should be looked at.

    The engine is started once for all rules and examples, and not at all if there are none. What needs a
    tree is left out where there is none. `rewriting` is what was mended before. Raise `GitError` or
    `EngineError` if any of it cannot be done.
    """
    scope = Scope(selection.tree, languages, folder=selection.library.folder)
    work = _Work(
        selection=selection, places=Places(selection.read), scope=scope, languages=languages, options=options
    )
    proofs = _prove(work, engine)
    diagnostics = {
        *selection.faults,
        *(rewriting.diagnostics if rewriting else ()),
        *_check_lessons(work),
        *_check_proofs(work, proofs),
        *_check_tree(work),
    }
    return CheckReport(
        diagnostics=tuple(sorted(diagnostics)),
        lessons=len(selection.names),
        rules=sum(len(lesson.rules) for lesson in selection.lessons),
        examples=sum(map(_count_examples, selection.lessons)),
        notes=tuple(
            dict.fromkeys(f"{proof.lesson.incident}: {note}" for proof in proofs for note in proof.notes)
        ),
        mended=rewriting.mended if rewriting else (),
        mendable=sum(bool(fault.fix) for fault in selection.faults),
    )


@record
class _Work:
    """What all parts of a check are about."""

    selection: Selection
    places: Places
    scope: Scope
    languages: Languages
    options: CheckOptions


def _check_lessons(work: _Work) -> Iterator[Diagnostic]:
    for lesson in work.selection.lessons:
        yield from check_globs(lesson, work.places, work.scope)
        yield from check_follow_ups(lesson, work.places, tree=work.selection.tree, today=work.options.today)


def _prove(work: _Work, engine: Engine) -> tuple[RuleProof, ...]:
    return prove_lessons(
        work.selection.lessons,
        repository=work.selection.repository,
        tree=work.selection.tree.commit if work.selection.tree else None,
        fetch=work.options.fetch,
        engine=engine,
        languages=work.languages,
        limits=work.options.limits,
        step=work.options.step,
    )


def _check_proofs(work: _Work, proofs: Iterable[RuleProof]) -> Iterator[Diagnostic]:
    for proof in proofs:
        # Of a rule that looks at nothing this is said already, and no example of it can work.
        if proof.refusal or not work.scope.is_shut(proof.rule):
            yield from check_proof(proof, work.places)


def _check_tree(work: _Work) -> Iterator[Diagnostic]:
    if work.selection.is_all and work.selection.tree:
        work.options.step("looking for accept comments")
        yield from check_suppressions(
            work.selection.library, work.selection.tree, work.places, languages=work.languages
        )


def _count_examples(lesson: Lesson) -> int:
    codes = ((example.bad, example.bad_file, example.good, example.good_file) for example in lesson.examples)
    return sum(code is not None for each in codes for code in each)
