"""Proofs of rules for a person at a terminal: a line for what is proven, and why the rest is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lessonguard.authoring.prove.code_view import Panel, picture_lines
from lessonguard.authoring.prove.result import RuleProof, Side, Trial
from lessonguard.authoring.prove.steps import lines_words, step_lines
from lessonguard.git.changes import short
from lessonguard.lessons.model import Lesson
from lessonguard.output.escape import one_line, visible
from lessonguard.output.phrases import counted
from lessonguard.output.terminal import Screen, Style, column_width, wrapped

_WIDEST = 120
_FEW = 3  # pictures and places of a rule: more of them rarely say more
_MOST = 10  # failures of a rule that take a line
_INDENT = 4

_FIRING: tuple[Side, ...] = ("bad", "broken")
_AT_COMMITS: tuple[Side, ...] = ("broken", "fixed")


def render_proofs(proofs: Sequence[RuleProof], lessons: Sequence[Lesson], *, width: int, colour: bool) -> str:
    """Write the proofs of all rules of these lessons: first what is proven, then what is not.

    Without `colour` there is no escape sequence in it. It ends in a line feed.
    """
    screen = Screen(colour=colour, width=min(max(width, 48), _WIDEST))
    names = [proof.rule.id for proof in proofs] + [lesson.incident for lesson in lessons if not lesson.rules]
    widths = (column_width(visible(name)) for name in names)
    column = max((columns for columns in widths if columns <= screen.width // 2), default=0)
    quiet = [line for proof in proofs if proof.is_proven for line in _proven(screen, proof, column)]
    quiet += [
        screen.dim(f"· {visible(lesson.incident):<{column}}  has no rules to prove")
        for lesson in lessons
        if not lesson.rules
    ]
    loud = [list(_unproven(screen, proof)) for proof in proofs if not proof.is_proven]
    blocks = [*([quiet] if quiet else []), *loud, [_summary(screen, proofs)]]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _summary(screen: Screen, proofs: Sequence[RuleProof]) -> str:
    failed = sum(not proof.is_proven for proof in proofs)
    if not proofs:
        return screen.bold("There is nothing to prove")
    if failed:
        words = counted(failed, "rule") if failed == len(proofs) else f"{failed} of {len(proofs)} rules"
        return screen.write(f"{words} not proven", Style.BOLD, Style.RED)
    return screen.write(f"{counted(len(proofs), 'rule')} proven", Style.BOLD, Style.GREEN)


def _proven(screen: Screen, proof: RuleProof, column: int) -> Iterator[str]:
    name = visible(proof.rule.id)
    counts = [f"{_count(proof, 'bad')} bad, {_count(proof, 'good')} good"]
    at = ["proven at {} → {}".format(*_commits(proof))] if _places(proof) else []
    words = ", ".join([*counts, *at])
    yield from _headed(screen, name, words, column=column, tone=Style.GREEN)
    more = [f"fires at {where}" for where in _places(proof)] + list(proof.notes)
    for words in more:
        yield from (f"    {screen.dim(line)}" for line in wrapped(one_line(words), width=screen.width - 4))


def _headed(screen: Screen, name: str, words: str, *, column: int, tone: Style) -> Iterator[str]:
    """Write a rule and what became of it, on one line where that fits; what failed is coloured."""
    mark, style = ("✗", [tone]) if tone is Style.RED else ("✓", [])
    head = f"{screen.write(mark, tone)} {screen.bold(name)}"
    gap = " " * (max(0, column - column_width(name)) + 2)
    if 2 + column_width(name + gap + words) <= screen.width:
        yield head + gap + screen.write(words, *style)
    else:
        yield head
        yield from (f"    {screen.write(line, *style)}" for line in wrapped(words, width=screen.width - 4))


def _places(proof: RuleProof) -> list[str]:
    """Say where a rule fires at the broken commit, as one text in a list, or give an empty one."""
    firing = [trial for trial in proof.trials if trial.side == "broken" and trial.is_passed]
    spans = [f"{trial.path}:{_span(trial)}" for trial in firing]
    if not spans:
        return []
    more = f" and {counted(len(spans) - _FEW, 'more file')}" if len(spans) > _FEW else ""
    return [f"{', '.join(spans[:_FEW])}{more} before the fix"]


def _span(trial: Trial) -> str:
    return lines_words(_lines(trial)).partition(" ")[2].replace(", ", ",")


def _lines(trial: Trial) -> list[tuple[int, int]]:
    return sorted({(sighting.first_line, sighting.last_line) for sighting in trial.sightings})


def _commits(proof: RuleProof) -> tuple[str, str]:
    commits = proof.lesson.proof
    return (short(commits.broken), short(commits.fixed)) if commits else ("", "")


def _count(proof: RuleProof, side: Side) -> int:
    return len({trial.what for trial in proof.trials if trial.side == side})


def _unproven(screen: Screen, proof: RuleProof) -> Iterator[str]:
    where = f"{visible(proof.lesson.path)}:{proof.rule.line}"
    name = visible(proof.rule.id)
    yield from _headed(screen, name, _verdict(proof), column=column_width(name), tone=Style.RED)
    if not proof.refusal.startswith(proof.lesson.path):
        yield f"  {screen.dim(where)}"
    if proof.refusal:
        yield from (f"  {line}" for line in wrapped(one_line(proof.refusal), width=screen.width - 2))
    for note in proof.notes:
        yield from (f"  {screen.dim(line)}" for line in wrapped(one_line(note), width=screen.width - 2))
    stories = _stories(proof)
    pictured = [story for story in stories if _is_pictured(story)]
    others = [story for story in stories if not _is_pictured(story)]
    shown = [*pictured[:_FEW], *others[:_MOST]]
    for story in shown:
        yield ""
        yield from _told(screen, proof, story)
    if len(stories) > len(shown):
        yield ""
        yield f"  … and {len(stories) - len(shown)} more"


def _is_pictured(story: Sequence[Trial]) -> bool:
    """Tell whether something was tried and went wrong, so that there is code to show."""
    return any(not trial.problem for trial in story)


def _stories(proof: RuleProof) -> list[list[Trial]]:
    """Put together what failed of one example or one file; of the files at broken, choose one."""
    broken = [trial for trial in proof.failures if trial.side == "broken"]
    telling = max(broken, key=_telling, default=None)
    stories: dict[tuple[object, ...], list[Trial]] = {}
    for trial in proof.failures:
        if trial.side != "broken" or trial is telling:
            stories.setdefault(_subject(trial), []).append(trial)
    return list(stories.values())


def _telling(trial: Trial) -> tuple[bool, int]:
    """Rate how much a trial says: most, if many parts of the rule found something."""
    return not trial.problem, sum(bool(step.lines) for step in trial.steps)


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


def _told(screen: Screen, proof: RuleProof, story: Sequence[Trial]) -> Iterator[str]:
    """Tell what failed of one example: what happened, the code, and what the parts of the rule did."""
    where = screen.dim(f"{visible(proof.lesson.path)}:{story[0].line}")
    yield f"  {screen.bold(_name(story) + _reading(proof, story[0]))}  {where}"
    for trial in story:
        if trial.problem:
            side = f"{trial.side}: " if len(story) > 1 else ""
            yield from (
                f"    {line}"
                for line in wrapped(one_line(side + trial.problem_words), width=screen.width - 4)
            )
    failed = [trial for trial in story if not trial.problem]
    if failed:
        yield ""
        yield from picture_lines(screen, list(_panels(proof, failed)), indent=_INDENT)
    if story[0].side == "broken":
        yield from _also_silent(screen, proof, story[0])
    for trial in failed:
        if trial.steps:
            at = trial.side in _AT_COMMITS
            where = f"at {short(trial.commit)}" if at else f"on the {trial.side} code"
            yield ""
            yield f"    {screen.dim(f'The rule, part by part, {where}:')}"
            yield from step_lines(screen, trial, indent=_INDENT)
    if story[0].side not in _AT_COMMITS and (choice := _choice(proof, story)):
        yield ""
        yield from (f"    {screen.dim(line)}" for line in wrapped(choice, width=screen.width - _INDENT))


def _reading(proof: RuleProof, trial: Trial) -> str:
    """Say as which language an example was read, where it could be another one."""
    is_one = len(proof.rule.languages) == 1 or trial.side in _AT_COMMITS
    return "" if is_one else f", as {trial.language}"


def _choice(proof: RuleProof, story: Sequence[Trial]) -> str:
    """Say how to keep an example to the language in which nothing is wrong with it, if there is one."""
    failed = {trial.side for trial in story}
    passed = (each for each in proof.trials if each.line == story[0].line and each.is_passed)
    other = next((each.language for each in passed if each.side in failed), None)
    return f"If this is only meant as {other}, say so in the example: `language: {other}`" if other else ""


def _also_silent(screen: Screen, proof: RuleProof, told: Trial) -> Iterator[str]:
    """Name the other files of the broken commit in which the rule does not fire either."""
    others = [visible(each.path) for each in proof.failures if each.side == "broken" and each is not told]
    if others:
        more = f" and {counted(len(others) - _MOST, 'more file')}" if len(others) > _MOST else ""
        words = f"Silent as well on {', '.join(others[:_MOST])}{more}."
        yield ""
        yield from (" " * _INDENT + line for line in wrapped(words, width=screen.width - _INDENT))


def _name(story: Sequence[Trial]) -> str:
    """Name the example or the file; the side too if it is only one, but not the files of several."""
    names = dict.fromkeys(visible(trial.what) for trial in story)
    if len(story) > 1:
        return story[0].what.partition(",")[0] if len(names) > 1 else next(iter(names))
    is_example = story[0].side not in _AT_COMMITS
    return f"{next(iter(names))}, {story[0].side}" if is_example else next(iter(names))


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
    return f"{trial.side} {short(trial.commit)}" if trial.side in _AT_COMMITS else trial.side
