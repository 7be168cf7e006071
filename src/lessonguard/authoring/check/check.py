"""Check lesson files: all that keeps a lesson from being used, and what should be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from datetime import date

from lessonguard.authoring.check.autofix import Rewriting
from lessonguard.authoring.check.follow_ups import followup_remarks
from lessonguard.authoring.check.result import CheckReport
from lessonguard.authoring.check.suppressions import accept_remarks
from lessonguard.authoring.check.unproven import unproven_remarks
from lessonguard.authoring.locations import Places
from lessonguard.authoring.prove.prove import prove_lessons
from lessonguard.authoring.prove.result import RuleProof
from lessonguard.authoring.scope import Scope, scope_remarks
from lessonguard.authoring.select import Asked
from lessonguard.lessons.diagnostic import Fault, Remark
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
    asked: Asked,
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
    scope = Scope(asked.tree, languages, folder=asked.library.folder)
    work = _Work(asked=asked, places=Places(asked.read), scope=scope, languages=languages, options=options)
    proofs = _prove(work, engine)
    faults = [fault for fault in asked.library.faults if fault.path in asked.names]
    remarks = {
        *map(_fault_remark, faults),
        *(rewriting.remarks if rewriting else ()),
        *_lesson_remarks(work),
        *_proof_remarks(work, proofs),
        *_tree_remarks(work),
    }
    return CheckReport(
        remarks=tuple(sorted(remarks)),
        lessons=len(asked.names),
        rules=sum(len(lesson.rules) for lesson in asked.lessons),
        examples=sum(map(_count_examples, asked.lessons)),
        notes=tuple(
            dict.fromkeys(f"{proof.lesson.incident}: {note}" for proof in proofs for note in proof.notes)
        ),
        mended=rewriting.mended if rewriting else (),
        mendable=sum(bool(fault.instead) for fault in faults),
    )


@record
class _Work:
    """What all parts of a check are about."""

    asked: Asked
    places: Places
    scope: Scope
    languages: Languages
    options: CheckOptions


def _fault_remark(fault: Fault) -> Remark:
    return Remark(
        path=fault.path,
        line=fault.line,
        column=fault.column,
        level="error",
        code=fault.code,
        message=fault.message,
        hint=fault.hint,
    )


def _lesson_remarks(work: _Work) -> Iterator[Remark]:
    for lesson in work.asked.lessons:
        yield from scope_remarks(lesson, work.places, work.scope)
        yield from followup_remarks(lesson, work.places, tree=work.asked.tree, today=work.options.today)


def _prove(work: _Work, engine: Engine) -> tuple[RuleProof, ...]:
    return prove_lessons(
        work.asked.lessons,
        repository=work.asked.repository,
        tree=work.asked.tree.commit if work.asked.tree else None,
        fetch=work.options.fetch,
        engine=engine,
        languages=work.languages,
        limits=work.options.limits,
        step=work.options.step,
    )


def _proof_remarks(work: _Work, proofs: Iterable[RuleProof]) -> Iterator[Remark]:
    for proof in proofs:
        # Of a rule that looks at nothing this is said already, and no example of it can work.
        if proof.refusal or not work.scope.is_shut(proof.rule):
            yield from unproven_remarks(proof, work.places)


def _tree_remarks(work: _Work) -> Iterator[Remark]:
    if work.asked.is_all and work.asked.tree:
        work.options.step("looking for accept comments")
        yield from accept_remarks(work.asked.library, work.asked.tree, work.places, languages=work.languages)


def _count_examples(lesson: Lesson) -> int:
    codes = ((example.bad, example.bad_file, example.good, example.good_file) for example in lesson.examples)
    return sum(code is not None for each in codes for code in each)
