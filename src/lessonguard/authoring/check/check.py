"""Check lesson files: what keeps a lesson from being used, and what should be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from datetime import date
from functools import partial

from lessonguard.authoring.check.accept_comments import check_accept_comments
from lessonguard.authoring.check.autofix import Autofix
from lessonguard.authoring.check.follow_ups import check_follow_ups
from lessonguard.authoring.check.paths import check_paths, has_unreadable_glob, matches_nothing
from lessonguard.authoring.check.result import CheckReport
from lessonguard.authoring.prove.locations import Location, Locations
from lessonguard.authoring.prove.prove import prove_lessons
from lessonguard.authoring.prove.result import RuleProof, SampleResult
from lessonguard.authoring.prove.rule_errors import FindSyntaxError, explain_refusal, is_about_glob
from lessonguard.authoring.select import Selection
from lessonguard.authoring.tree import RuleFiles
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.yaml_tree import Items
from lessonguard.record import record
from lessonguard.semgrep.installed import Semgrep
from lessonguard.semgrep.interface import Limits

_LONGEST = 60  # characters of code that a message repeats


@record
class CheckOptions:
    """How to check.

    `today` decides which follow-ups are past due. `fetch` allows to fetch commits of another repository
    that a lesson is proven at. `step` is called with words for what is done now.
    """

    today: date
    limits: Limits = field(default_factory=Limits)
    fetch: bool = False
    step: Callable[[str], None] = lambda _: None


def check_lessons(
    selection: Selection,
    *,
    semgrep: Semgrep,
    options: CheckOptions,
    autofix: Autofix | None = None,
) -> CheckReport:
    """Check these lesson files, and return all that is wrong with them or should be looked at.

    Semgrep is started once for all rules and examples, and not at all if there are none; and once more
    for each refused pattern of which it did not say where it goes wrong. What needs a tree is left out
    where there is none. `autofix` is what was fixed before. Raise `GitError` or `EngineError` if any of it
    cannot be done.
    """
    locations = Locations(selection.read)
    files = RuleFiles(selection.tree, semgrep.languages, folder=selection.library.folder)
    proofs = prove_lessons(
        selection.lessons,
        repository=selection.repository,
        tree=selection.tree.commit if selection.tree else None,
        fetch=options.fetch,
        engine=semgrep,
        languages=semgrep.languages,
        limits=options.limits,
        step=options.step,
    )
    found = {*selection.faults, *(autofix.diagnostics if autofix else ())}
    for lesson in selection.lessons:
        found |= {*check_paths(lesson, locations, files)}
        found |= {*check_follow_ups(lesson, locations, tree=selection.tree, today=options.today)}
    find_syntax_error = partial(semgrep.find_syntax_error, limits=options.limits)
    for proof in proofs:
        # A rule whose paths leave out everything has that error already, and no example of it can work.
        if proof.refusal or not matches_nothing(proof.rule, files):
            found |= {*_check_proof(proof, locations, find_syntax_error)}
    if selection.is_all and selection.tree:
        options.step("looking for accept comments")
        found |= {*check_accept_comments(selection, selection.tree, languages=semgrep.languages)}
    codes = [
        code
        for lesson in selection.lessons
        for example in lesson.examples
        for code in (example.bad, example.bad_file, example.good, example.good_file)
    ]
    notes = (f"{proof.lesson.incident}: {note}" for proof in proofs for note in proof.notes)
    return CheckReport(
        diagnostics=tuple(sorted(found)),
        lessons=len(selection.names),
        rules=sum(len(lesson.rules) for lesson in selection.lessons),
        examples=sum(code is not None for code in codes),
        notes=tuple(dict.fromkeys(notes)),
        fixed=autofix.fixed if autofix else (),
        fixable=sum(bool(fault.fix) for fault in selection.faults),
    )


def _check_proof(
    proof: RuleProof, locations: Locations, find_syntax_error: FindSyntaxError
) -> Iterator[Diagnostic]:
    """List why a rule is refused, or on which code it does not do what it should."""
    if proof.refusal:
        # `check_paths` has reported a glob that cannot be read, and better.
        if not (is_about_glob(proof.refusal) and has_unreadable_glob(proof.rule)):
            yield explain_refusal(proof, locations, find_syntax_error)
        return
    broken = [result for result in proof.failures if result.side == "broken"]
    for result in proof.failures:
        # One of the files at the broken commit stands for all: the rule needs to match only one of them.
        if result.side != "broken" or result is broken[0]:
            line, column = _location(proof, result, locations)
            yield Diagnostic(
                path=proof.lesson.path,
                line=line,
                column=column,
                code="unproven",
                message=_message(proof, result, more=len(broken) - 1 if result.side == "broken" else 0),
                hint=result.hint
                if result.problem
                else f"`lessonguard prove {proof.lesson.incident}` shows why",
            )


def _message(proof: RuleProof, result: SampleResult, *, more: int) -> str:
    """Return what happened; in `more` files of the broken commit the same did."""
    others = f" and {more} more {'file' if more == 1 else 'files'}" if more else ""
    read_as = f", as {result.language}" if len(proof.rule.languages) > 1 and result.language else ""
    rule = "the rule" if len(proof.lesson.rules) == 1 else f"rule {proof.rule.id}"
    if result.problem:
        happened = result.problem
    elif not result.matches:
        happened = f"{rule} does not match"
    else:
        lines, text = result.matched_code[0]
        code = " ".join(text.split())
        shown = code if len(code) <= _LONGEST else f"{code[: _LONGEST - 1]}…"
        happened = f"{rule} matches line {lines.start}: `{shown}`"
    return f"{result.what}{others}, {result.side}{read_as}: {happened}"


def _location(proof: RuleProof, result: SampleResult, locations: Locations) -> Location:
    """Return where the key of the code or of the commit is, or the line that the result names."""
    path = proof.lesson.path
    if result.side in {"broken", "fixed"}:
        return locations.key(path, "proof", result.side)
    examples = locations.node(path, "examples")
    for position, item in enumerate(examples.items if isinstance(examples, Items) else ()):
        if item.line == result.line:
            for key in (result.side, f"{result.side}-file"):
                if locations.node(path, "examples", position, key):
                    return locations.key(path, "examples", position, key)
    return result.line, 1
