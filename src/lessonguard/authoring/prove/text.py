"""Proofs of rules for a terminal: a line for each rule that is proven, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lessonguard.authoring.prove.code_view import Panel, panel_lines, step_lines
from lessonguard.authoring.prove.result import RuleProof, SampleResult, Side
from lessonguard.git.changes import short
from lessonguard.lessons.model import Lesson
from lessonguard.output.escape import one_line, visible
from lessonguard.output.phrases import counted, no_lessons
from lessonguard.output.terminal import Screen, Style, column_width, wrapped

_MAX_WIDTH = 120
_MAX_PANELS = 3  # failures of a rule that are shown with code, and places of a rule that is proven
_MAX_LISTED = 10  # failures of a rule that take a line
_INDENT = 4

_MUST_MATCH: tuple[Side, ...] = ("bad", "broken")
_AT_COMMITS: tuple[Side, ...] = ("broken", "fixed")


def render_proofs(
    proofs: Sequence[RuleProof],
    lessons: Sequence[Lesson],
    *,
    folder: str = "lessons",
    width: int,
    colour: bool,
) -> str:
    """Return the proofs of all rules of these lessons: first what is proven, then what is not.

    Without `colour` there is no escape sequence in it. It ends in a line feed. `folder` is where the lessons
    were looked for.
    """
    screen = Screen(colour=colour, width=min(max(width, 48), _MAX_WIDTH))
    if not lessons:
        return no_lessons(folder) + "\n"
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
        return screen.bold("There are no rules to prove")
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
    more = [f"matches {where}" for where in _places(proof)] + list(proof.notes)
    for words in more:
        yield from (f"    {screen.dim(line)}" for line in wrapped(one_line(words), width=screen.width - 4))


def _headed(screen: Screen, name: str, words: str, *, column: int, tone: Style) -> Iterator[str]:
    """Return a rule and its result, on one line where that fits; what failed is coloured."""
    mark, style = ("✗", [tone]) if tone is Style.RED else ("✓", [])
    head = f"{screen.write(mark, tone)} {screen.bold(name)}"
    gap = " " * (max(0, column - column_width(name)) + 2)
    if 2 + column_width(name + gap + words) <= screen.width:
        yield head + gap + screen.write(words, *style)
    else:
        yield head
        yield from (f"    {screen.write(line, *style)}" for line in wrapped(words, width=screen.width - 4))


def _places(proof: RuleProof) -> list[str]:
    """Return where a rule matches at the broken commit, as one text in a list, or an empty list."""

    def line_numbers(result: SampleResult) -> str:
        spans = dict.fromkeys((lines.start, lines.stop - 1) for lines, _ in result.matched_code)
        return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)

    matching = [result for result in proof.results if result.side == "broken" and result.is_passed]
    spans = [f"{result.path}:{line_numbers(result)}" for result in matching]
    if not spans:
        return []
    more = f" and {counted(len(spans) - _MAX_PANELS, 'more file')}" if len(spans) > _MAX_PANELS else ""
    return [f"{', '.join(spans[:_MAX_PANELS])}{more} before the fix"]


def _commits(proof: RuleProof) -> tuple[str, str]:
    commits = proof.lesson.proof
    return (short(commits.broken), short(commits.fixed)) if commits else ("", "")


def _count(proof: RuleProof, side: Side) -> int:
    return len({result.what for result in proof.results if result.side == side})


def _unproven(screen: Screen, proof: RuleProof) -> Iterator[str]:
    where = f"{visible(proof.lesson.path)}:{proof.rule.line}"
    name = visible(proof.rule.id)
    yield from _headed(screen, name, _verdict(proof), column=column_width(name), tone=Style.RED)
    if not proof.explanation:
        yield f"  {screen.dim(where)}"
    if proof.refusal:
        text = proof.explanation.text if proof.explanation else proof.refusal
        yield from (f"  {line}" for line in wrapped(one_line(text), width=screen.width - 2))
    for note in proof.notes:
        yield from (f"  {screen.dim(line)}" for line in wrapped(one_line(note), width=screen.width - 2))
    groups = _failures_by_sample(proof)
    with_code = [group for group in groups if any(not result.problem for result in group)]
    without = [group for group in groups if all(result.problem for result in group)]
    shown = [*with_code[:_MAX_PANELS], *without[:_MAX_LISTED]]
    for group in shown:
        yield ""
        yield from _failure(screen, proof, group)
    if len(groups) > len(shown):
        yield ""
        yield f"  … and {len(groups) - len(shown)} more"


def _failures_by_sample(proof: RuleProof) -> list[list[SampleResult]]:
    """List what failed, in groups for one example or one file; of the files at broken, only one.

    That is the one in which most parts of the rule found something: there the rule came nearest.
    """
    broken = [result for result in proof.failures if result.side == "broken"]
    nearest = max(
        broken,
        key=lambda result: (not result.problem, sum(bool(step.lines) for step in result.steps)),
        default=None,
    )
    groups: dict[tuple[object, ...], list[SampleResult]] = {}
    for result in proof.failures:
        if result.side != "broken" or result is nearest:
            groups.setdefault(_pair_key(result), []).append(result)
    return list(groups.values())


def _pair_key(result: SampleResult) -> tuple[object, ...]:
    """Return what a result has in common with its counterpart: the example, or the file."""
    return ("file", result.path) if result.side in _AT_COMMITS else (result.line, result.language)


def _verdict(proof: RuleProof) -> str:
    """Return in a few words what is wrong."""
    if proof.refusal:
        return "Semgrep refuses the rule"
    failed = [result for result in proof.failures if not result.problem]
    missed, matched = (len({each.what for each in failed if each.side == side}) for side in ("bad", "good"))
    parts = [f"no match in {missed} of {_count(proof, 'bad')} bad"] if missed else []
    parts += [f"matches {matched} of {_count(proof, 'good')} good"] if matched else []
    sides = {each.side for each in failed}
    parts += [f"no match at {_commits(proof)[0]}"] if "broken" in sides else []
    parts += [f"still matches at {_commits(proof)[1]}"] if "fixed" in sides else []
    problems = [result for result in proof.failures if result.problem]
    parts += [f"{len(problems)} could not be tried"] if problems else []
    return ", ".join(parts)


def _failure(screen: Screen, proof: RuleProof, group: Sequence[SampleResult]) -> Iterator[str]:
    """Return what failed of one example or file: the problem, or the code and the parts of the rule."""
    where = screen.dim(f"{visible(proof.lesson.path)}:{group[0].line}")
    yield f"  {screen.bold(_name(proof, group))}  {where}"
    for result in group:
        if result.problem:
            side = f"{result.side}: " if len(group) > 1 else ""
            yield from (
                f"    {line}"
                for line in wrapped(one_line(side + result.problem_words), width=screen.width - 4)
            )
    failed = [result for result in group if not result.problem]
    if failed:
        yield ""
        yield from panel_lines(screen, list(_panels(proof, failed)), indent=_INDENT)
    if group[0].side == "broken":
        yield from _other_files(screen, proof, group[0])
    for result in failed:
        if result.steps:
            at = result.side in _AT_COMMITS
            where = f"at {short(result.commit)}" if at else f"on the {result.side} code"
            yield ""
            yield f"    {screen.dim(f'The rule, part by part, {where}:')}"
            yield from step_lines(screen, result, indent=_INDENT)
    if group[0].side not in _AT_COMMITS and (choice := _choice(proof, group)):
        yield ""
        yield from (f"    {screen.dim(line)}" for line in wrapped(choice, width=screen.width - _INDENT))


def _choice(proof: RuleProof, group: Sequence[SampleResult]) -> str:
    """Return how to limit an example to the language in which nothing is wrong with it, if there is one."""
    failed = {result.side for result in group}
    passed = (each for each in proof.results if each.line == group[0].line and each.is_passed)
    other = next((each.language for each in passed if each.side in failed), None)
    return f"If this is only meant as {other}, add to the example: `language: {other}`" if other else ""


def _other_files(screen: Screen, proof: RuleProof, shown: SampleResult) -> Iterator[str]:
    """Return the other files of the broken commit in which the rule matches nothing either."""
    others = [visible(each.path) for each in proof.failures if each.side == "broken" and each is not shown]
    if others:
        more = f" and {counted(len(others) - _MAX_LISTED, 'more file')}" if len(others) > _MAX_LISTED else ""
        words = f"No match either in {', '.join(others[:_MAX_LISTED])}{more}."
        yield ""
        yield from (" " * _INDENT + line for line in wrapped(words, width=screen.width - _INDENT))


def _name(proof: RuleProof, group: Sequence[SampleResult]) -> str:
    """Return the name of the example or the file, with the side if only one side failed.

    An example also has the language that it was read as, if the rule has several.
    """
    names = dict.fromkeys(visible(result.what) for result in group)
    name = group[0].what.partition(",")[0] if len(names) > 1 else next(iter(names))
    if group[0].side in _AT_COMMITS:
        return name
    side = f", {group[0].side}" if len(group) == 1 else ""
    language = f", as {group[0].language}" if len(proof.rule.languages) > 1 else ""
    return name + side + language


def _panels(proof: RuleProof, failed: Sequence[SampleResult]) -> Iterator[Panel]:
    """Return what failed and its counterpart, with the code that must match on the left."""
    key = _pair_key(failed[0])
    pair = {each.side: each for each in proof.results if _pair_key(each) == key and not each.problem}
    for each in sorted(pair.values(), key=lambda each: each.side not in _MUST_MATCH):
        did = "matches" if each.matches else "no match"
        must = "match" if each.side in _MUST_MATCH else "not match"
        verdict = did if each.is_passed else f"{did}, must {must}"
        tone = Style.GREEN if each.is_passed else Style.RED
        title = f"{each.side} {short(each.commit)}" if each.side in _AT_COMMITS else each.side
        yield Panel(title=title, verdict=verdict, result=each, tone=tone)
