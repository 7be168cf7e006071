"""Proofs of rules for a person at a terminal: a line for what is proven, and why the rest is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lessonguard.findings.proof import RuleProof, Side, Trial
from lessonguard.lessons.model import Lesson
from lessonguard.render.escape import one_line, visible
from lessonguard.render.layout import column_width, wrapped
from lessonguard.render.pen import Pen, Style
from lessonguard.render.proof_code import Panel, picture_lines
from lessonguard.render.proof_steps import lines_words, step_lines
from lessonguard.render.words import counted

_WIDEST = 120
_MOST = 3  # trials of a rule that are told in full
_SHORT = 7  # digits of a commit
_INDENT = 4

_FIRING: tuple[Side, ...] = ("bad", "broken")
_AT_COMMITS: tuple[Side, ...] = ("broken", "fixed")


def render_proofs(proofs: Sequence[RuleProof], lessons: Sequence[Lesson], *, width: int, colour: bool) -> str:
    """Write the proofs of all rules of these lessons: first what is proven, then what is not.

    Without `colour` there is no escape sequence in it. It ends in a line feed.
    """
    pen = Pen(colour=colour, width=min(max(width, 48), _WIDEST))
    names = [proof.rule.id for proof in proofs] + [lesson.incident for lesson in lessons if not lesson.rules]
    column = max((column_width(visible(name)) for name in names), default=0)
    quiet = [line for proof in proofs if proof.is_proven for line in _proven(pen, proof, column)]
    quiet += [
        pen.dim(f"· {visible(lesson.incident):<{column}}  it has no rules, so there is nothing to prove")
        for lesson in lessons
        if not lesson.rules
    ]
    loud = [list(_unproven(pen, proof)) for proof in proofs if not proof.is_proven]
    blocks = [*([quiet] if quiet else []), *loud, [_summary(pen, proofs)]]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _summary(pen: Pen, proofs: Sequence[RuleProof]) -> str:
    failed = sum(not proof.is_proven for proof in proofs)
    if failed:
        words = f"{failed} of {counted(len(proofs), 'rule')} not proven"
        return pen.write(words, Style.BOLD, Style.RED)
    return pen.write(f"{counted(len(proofs), 'rule')} proven", Style.BOLD, *([Style.GREEN] if proofs else []))


def _proven(pen: Pen, proof: RuleProof, column: int) -> Iterator[str]:
    name = visible(proof.rule.id)
    counts = [f"{_count(proof, 'bad')} bad, {_count(proof, 'good')} good"]
    at = ["proven at {} → {}".format(*_commits(proof))] if _places(proof) else []
    mark = pen.write("✓", Style.GREEN)
    yield f"{mark} {pen.bold(name)}{' ' * (column - column_width(name))}  {', '.join([*counts, *at])}"
    margin = " " * 4
    more = [f"fires at {where}" for where in _places(proof)] + list(proof.notes)
    for words in more:
        for line in wrapped(one_line(words), width=pen.width - len(margin)):
            yield margin + pen.dim(line)


def _places(proof: RuleProof) -> list[str]:
    """Say where a rule fires at the broken commit, as one text in a list, or give an empty one."""
    firing = [trial for trial in proof.trials if trial.side == "broken" and trial.is_passed]
    spans = [f"{trial.path}:{_span(trial)}" for trial in firing]
    if not spans:
        return []
    more = f" and {counted(len(spans) - _MOST, 'more file')}" if len(spans) > _MOST else ""
    return [f"{', '.join(spans[:_MOST])}{more} in {_commits(proof)[0]}"]


def _span(trial: Trial) -> str:
    return lines_words(_lines(trial)).partition(" ")[2].replace(", ", ",")


def _lines(trial: Trial) -> list[tuple[int, int]]:
    return sorted({(sighting.first_line, sighting.last_line) for sighting in trial.sightings})


def _commits(proof: RuleProof) -> tuple[str, str]:
    commits = proof.lesson.proof
    return (commits.broken[:_SHORT], commits.fixed[:_SHORT]) if commits else ("", "")


def _count(proof: RuleProof, side: Side) -> int:
    return len({trial.what for trial in proof.trials if trial.side == side})


def _unproven(pen: Pen, proof: RuleProof) -> Iterator[str]:
    where = f"{visible(proof.lesson.path)}:{proof.rule.line}"
    head = f"{pen.write('✗', Style.RED)} {pen.bold(visible(proof.rule.id))}"
    words = _verdict(proof)
    yield f"{head}  {pen.write(words, Style.RED)}"
    if not proof.refusal.startswith(proof.lesson.path):
        yield f"  {pen.dim(where)}"
    if proof.refusal:
        yield from (f"  {line}" for line in wrapped(one_line(proof.refusal), width=pen.width - 2))
    for note in proof.notes:
        yield from (f"  {pen.dim(line)}" for line in wrapped(one_line(note), width=pen.width - 2))
    stories = _stories(proof)
    for story in stories[:_MOST]:
        yield ""
        yield from _told(pen, proof, story)
    if len(stories) > _MOST:
        yield ""
        yield f"  … and {len(stories) - _MOST} more"


def _stories(proof: RuleProof) -> list[list[Trial]]:
    """Put together what failed of one example or one file; of the files at broken, choose one."""
    broken = [trial for trial in proof.failures if trial.side == "broken"]
    telling = max(broken, key=lambda trial: sum(bool(step.lines) for step in trial.steps), default=None)
    stories: dict[tuple[object, ...], list[Trial]] = {}
    for trial in proof.failures:
        if trial.side != "broken" or trial is telling:
            stories.setdefault(_subject(trial), []).append(trial)
    return list(stories.values())


def _subject(trial: Trial) -> tuple[object, ...]:
    """Tell what a trial has in common with its counterpart: the example, or the file."""
    return ("file", trial.path) if trial.side in _AT_COMMITS else (trial.line, trial.language)


def _verdict(proof: RuleProof) -> str:
    """Say in a few words what is wrong."""
    if proof.refusal:
        return "Semgrep refuses the rule"
    failed = [trial for trial in proof.failures if not trial.problem]
    silent, firing = (len({t.what for t in failed if t.side == side}) for side in ("bad", "good"))
    parts = [f"silent on {silent} of {_count(proof, 'bad')} bad"] if silent else []
    parts += [f"fires on {firing} of {_count(proof, 'good')} good"] if firing else []
    parts += [f"silent at {_commits(proof)[0]}"] if any(t.side == "broken" for t in failed) else []
    parts += [f"still fires at {_commits(proof)[1]}"] if any(t.side == "fixed" for t in failed) else []
    problems = [trial for trial in proof.failures if trial.problem]
    parts += [f"{len(problems)} could not be tried"] if problems else []
    return ", ".join(parts)


def _told(pen: Pen, proof: RuleProof, story: Sequence[Trial]) -> Iterator[str]:
    """Tell what failed of one example: what happened, the code, and what the parts of the rule did."""
    where = pen.dim(f"{visible(proof.lesson.path)}:{story[0].line}")
    yield f"  {pen.bold(_name(story))}  {where}"
    for trial in story:
        if trial.problem:
            side = f"{trial.side}: " if len(story) > 1 else ""
            yield from (
                f"    {line}" for line in wrapped(one_line(side + trial.problem), width=pen.width - 4)
            )
    failed = [trial for trial in story if not trial.problem]
    if failed:
        yield ""
        yield from picture_lines(pen, list(_panels(proof, failed)), indent=_INDENT)
    others = [each.path for each in proof.failures if each.side == "broken" and each not in story]
    if others and story[0].side == "broken":
        yield ""
        also = wrapped(f"Silent as well on {', '.join(map(visible, others))}.", width=pen.width - _INDENT)
        yield from (" " * _INDENT + line for line in also)
    for trial in failed:
        if trial.steps:
            on = visible(trial.what) if trial.side in _AT_COMMITS else f"the {trial.side} code"
            yield ""
            yield f"    {pen.dim(f'The rule, part by part, on {on}:')}"
            yield from step_lines(pen, trial, indent=_INDENT)


def _name(story: Sequence[Trial]) -> str:
    name = visible(story[0].what)
    is_one = len(story) == 1 and story[0].side not in _AT_COMMITS
    return f"{name}, {story[0].side}" if is_one else name


def _panels(proof: RuleProof, failed: Sequence[Trial]) -> Iterator[Panel]:
    """Show what failed and its counterpart, with what must be found on the left."""
    subject = _subject(failed[0])
    pair = {each.side: each for each in proof.trials if _subject(each) == subject and not each.problem}
    for each in sorted(pair.values(), key=lambda each: each.side not in _FIRING):
        did = "fires" if each.sightings else "is silent"
        must = "fire" if each.side in _FIRING else "be silent"
        verdict = did if each.is_passed else f"{did}, must {must}"
        tone = Style.GREEN if each.is_passed else Style.RED
        yield Panel(title=_title(each), verdict=verdict, trial=each, tone=tone)


def _title(trial: Trial) -> str:
    return f"{trial.side} {trial.commit[:_SHORT]}" if trial.side in _AT_COMMITS else trial.side
