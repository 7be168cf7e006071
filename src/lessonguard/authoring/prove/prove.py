"""Prove lessons: every rule matches the bad code, and nothing in the good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from lessonguard.authoring.files import Files, Origin
from lessonguard.authoring.prove.commits import FixReader, fix_samples
from lessonguard.authoring.prove.result import RuleProof, SampleResult
from lessonguard.authoring.prove.samples import Sample, TestedRule, example_samples
from lessonguard.git.changes import CommitId, short
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Lesson
from lessonguard.record import record
from lessonguard.scan.source import Source
from lessonguard.semgrep.batches import RuleTargets, run_separately
from lessonguard.semgrep.interface import Engine, EngineResult, Limits, Match, Target, Unchecked
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rule, unknown_languages

_UNREADABLE = frozenset({"parse", "partial-parse"})
_MAX_DETAIL = 60  # characters of Semgrep's words about what it cannot parse; longer ones quote the code


@record
class _Attempt:
    """A rule, and the samples to try it on; their keys in the run count from `first`."""

    tested: TestedRule
    samples: tuple[Sample, ...]
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
    """Return the proof of every rule of these lessons, in their order, from one run of the engine.

    A rule is tried on its examples, and with `proof` on the files that the fix changed. Examples that are
    files and name no commit are read in `tree`, or else in the work tree. Commits of another repository
    are tried only if they are in this one too, or with `fetch`. `step` is called with what is done now.

    Raise `EngineError` if Semgrep cannot run, `GitError` if a repository cannot be read.
    """
    origin = Origin(repository=repository, tree=tree, fetch=fetch)
    files, fixes = Files(origin), FixReader(origin, languages)
    attempts: list[_Attempt] = []
    pieces = 0
    for lesson in lessons:
        step(f"reading what {lesson.incident} is proven on")
        rules = [
            TestedRule(lesson=lesson, rule=rule, engine_rule=engine_rule(rule, languages))
            for rule in lesson.rules
        ]
        fix = fixes.read(lesson, [tested.engine_rule for tested in rules])
        note = fix.note if fix else ""
        for tested in rules:
            samples = [*example_samples(tested, languages, files)]
            samples += fix_samples(tested, fix, languages) if fix else ()
            attempts.append(_Attempt(tested=tested, samples=tuple(samples), note=note, first=pieces))
            pieces += len(samples)
    step(f"running Semgrep (rules: {len(attempts)}, pieces of code: {pieces})")
    proofs = _proofs(attempts, _run(attempts, engine, limits))
    matching = {proof.lesson.incident: proof for proof in reversed(proofs) if proof.matches_broken}
    return tuple(_with_sibling(proof, matching.get(proof.lesson.incident)) for proof in proofs)


def _run(attempts: Sequence[_Attempt], engine: Engine, limits: Limits) -> EngineResult:
    batches = [
        RuleTargets(
            rule=attempt.tested.engine_rule,
            targets=tuple(
                Target(key=key, path=sample.path, content=sample.content, analyzers=sample.analyzers)
                for key, sample in enumerate(attempt.samples, start=attempt.first)
                if not sample.problem
            ),
        )
        for attempt in attempts
        if attempt.tested.engine_rule.analyzers
    ]
    # A good example proves nothing if it cannot be parsed, so all are, whatever words are in them.
    return run_separately(batches, engine=engine, limits=replace(limits, prefilter=False))


def _proofs(attempts: Sequence[_Attempt], result: EngineResult) -> tuple[RuleProof, ...]:
    matches: defaultdict[int, list[Match]] = defaultdict(list)
    for match in result.matches:
        matches[match.target].append(match)
    unchecked: defaultdict[int | None, list[Unchecked]] = defaultdict(list)
    for item in result.unchecked:
        unchecked[item.target].append(item)
    unknown = unknown_languages(attempt.tested.engine_rule for attempt in attempts)
    refusals = {**unknown, **result.refused}

    def proof(attempt: _Attempt) -> RuleProof:
        refusal = refusals.get(attempt.tested.rule.id, "")
        checked = [
            CheckedSample(sample=sample, matches=matches.get(key, ()), unchecked=unchecked.get(key, ()))
            for key, sample in enumerate(attempt.samples, start=attempt.first)
        ]
        return RuleProof(
            lesson=attempt.tested.lesson,
            rule=attempt.tested.rule,
            results=() if refusal else make_results(checked),
            refusal=refusal,
            notes=(attempt.note,) if attempt.note else (),
        )

    return tuple(map(proof, attempts))


def _with_sibling(proof: RuleProof, sibling: RuleProof | None) -> RuleProof:
    """Return a proof without the broken commit, if a `sibling`, another rule of the lesson, matches there.

    A lesson may also have rules for other forms of its incident, and they match nothing in its own code.
    """
    if sibling is None or proof.lesson.proof is None or proof.refusal or proof.matches_broken:
        return proof
    note = f"no match at {short(proof.lesson.proof.broken)}, where {sibling.rule.id} matches"
    results = tuple(result for result in proof.results if result.side != "broken")
    return replace(proof, results=results, notes=(*proof.notes, note))


# Results --------------------------------------------------------------------------------------


@record
class CheckedSample:
    """A sample, with what was matched in it and what could not be read of it."""

    sample: Sample
    matches: Sequence[Match]
    unchecked: Sequence[Unchecked]

    @property
    def is_foreign(self) -> bool:
        """Return whether the code, or its path, is not of the language that it was read as."""
        return bool(self.sample.problem) or any(each.kind in _UNREADABLE for each in self.unchecked)

    def unread_lines(self) -> frozenset[str] | None:
        """Return the lines that could not be read, as text; None stands for all of them."""
        source = Source(self.sample.content)
        ranges = [each.lines for each in self.unchecked if each.kind in _UNREADABLE]
        if not all(ranges):
            return None
        return frozenset(source.line(n).text.strip() for lines in ranges for each in lines for n in each)


def make_results(checked: Sequence[CheckedSample]) -> tuple[SampleResult, ...]:
    """Return the results of all samples that count, in order.

    Of code that is of one language of the rule and not of another, only the former counts; if it is of
    none, the first stands for all.
    """
    groups: defaultdict[tuple[str, int], list[CheckedSample]] = defaultdict(list)
    for each in checked:
        groups[each.sample.side, each.sample.group].append(each)
    before = {group: members[0] for (side, group), members in groups.items() if side == "broken"}
    counting = [
        each
        for members in groups.values()
        for each in [each for each in members if not each.is_foreign] or members[:1]
    ]
    return tuple(
        SampleResult(
            side=each.sample.side,
            what=each.sample.what,
            line=each.sample.line,
            language=each.sample.language,
            path=each.sample.path,
            content=each.sample.content,
            matches=tuple(each.matches),
            commit=each.sample.commit,
            problem=each.sample.problem or next(_problems(each, before), ""),
            hint=each.sample.hint,
        )
        for each in counting
    )


def _problems(checked: CheckedSample, before: Mapping[int, CheckedSample]) -> Iterator[str]:
    """List what could not be checked, in words, if that leaves the rule unproven.

    Real files hold much that Semgrep cannot read. It does not matter at the broken commit if the
    rule matches there, nor at the fixed one if it is the same as before.
    """
    side = checked.sample.side
    is_harmless = side == "broken" and bool(checked.matches)
    if side == "fixed" and (unread := checked.unread_lines()) is not None:
        earlier = before.get(checked.sample.group)
        is_harmless = earlier is not None and unread <= (earlier.unread_lines() or frozenset())
    for unchecked in checked.unchecked:
        if unchecked.kind not in _UNREADABLE:
            yield unchecked.reason
        elif not is_harmless:
            where = f"line {unchecked.lines[0].start}" if unchecked.lines else "it"
            detail = unchecked.reason.partition(": ")[2]
            because = f": {detail}" if 0 < len(detail) <= _MAX_DETAIL else ""
            yield f"Semgrep cannot read {where} as {checked.sample.language}{because}"
