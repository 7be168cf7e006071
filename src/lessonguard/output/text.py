"""The report for a person at a terminal: the code first, then the incident that it looks like.

A lesson is shown once, at its first finding. What the change did not introduce takes a line
each. The last line counts everything; a clean report is that line alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from lessonguard.lessons.model import Mode
from lessonguard.output.escape import one_line, visible
from lessonguard.output.excerpt import Row, excerpt
from lessonguard.output.phrases import (
    accept_comment,
    notice_words,
    outcome,
    own_message,
    place,
    status_words,
    story_parts,
    tallies,
    unchecked_words,
    verdict_words,
)
from lessonguard.output.story import Story, accepted, carried, introduced, stories
from lessonguard.output.syntax import commented
from lessonguard.output.terminal import (
    LABEL_WIDTH,
    Screen,
    Style,
    clipped,
    column_width,
    fact_lines,
    label,
    title_lines,
    wrapped,
)
from lessonguard.scan.finding import Finding, ScanReport, State

_NARROWEST = 48
_LONG_CAUSE = 300  # characters; a longer root cause is left to the lesson file
_LEAST_CODE = 16  # columns; less of a line of code helps nobody
_FIX_LINES = 8

_TONES = {Mode.BLOCK: Style.RED, Mode.COMMENT: Style.MAGENTA, Mode.MONITOR: Style.DIM}


def render_text(
    report: ScanReport,
    *,
    width: int,
    colour: bool,
    against: str = "",
    fails_from: Mode | None = Mode.BLOCK,
) -> str:
    """Write the report for a terminal of `width` columns (48 at least), ending in a line feed.

    Without `colour` there is no escape sequence in it; never is there one from the change.
    Paths and web addresses are not broken, so that they can be clicked: they may be wider.
    `against` names what the change is compared with, by default its base commit. `fails_from` is
    the mildest mode that blocks, None if none does.
    """
    screen = Screen(colour=colour, width=max(width, _NARROWEST))
    blocks = [_story(screen, story, fails_from=fails_from) for story in stories(introduced(report))]
    blocks += _quiet_sections(screen, report)
    first = outcome(report, against=visible(against), fails_from=fails_from)
    blocks.append(_summary(screen, report, first=first, tone=_outcome_tone(report, fails_from)))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _summary(screen: Screen, report: ScanReport, *, first: str, tone: list[Style]) -> list[str]:
    """Count everything, on one line where that fits, which begins with the outcome."""
    lines = [first]
    for part in tallies(report):
        longer = f"{lines[-1]} · {part}"
        if column_width(longer) <= screen.width:
            lines[-1] = longer
        else:
            lines.append(part)
    return [screen.write(first, Style.BOLD, *tone) + lines[0].removeprefix(first), *lines[1:]]


def _outcome_tone(report: ScanReport, fails_from: Mode | None) -> list[Style]:
    """Choose the colour of the outcome; green is only for what was checked completely."""
    if report.blocks(fails_from):
        return [Style.RED]
    if report.blocks(Mode.COMMENT):
        return [Style.MAGENTA]
    is_complete = report.files and report.lessons and not (report.unchecked or report.faults)
    return [Style.GREEN] if is_complete else []


def _story(screen: Screen, story: Story, *, fails_from: Mode | None) -> list[str]:
    first, *others = story.findings
    return [
        *_heading(screen, first, fails_from),
        "",
        *_excerpt(screen, first),
        "",
        *title_lines(screen, story.lesson),
        "",
        *_facts(screen, first, fails_from),
        *_elsewhere(screen, others),
    ]


def _heading(screen: Screen, finding: Finding, fails_from: Mode | None) -> list[str]:
    """Write where it is and what the change did to it, on one line where that fits."""
    where = place(finding)
    words = verdict_words(finding, fails_from=fails_from)
    tone = _TONES[finding.lesson.mode]
    if column_width(where) + 2 + column_width(words) <= screen.width:
        return [f"{screen.bold(where)}  {screen.write(words, tone)}"]
    return [
        screen.bold(where),
        *(f"  {screen.write(line, tone)}" for line in wrapped(words, width=screen.width - 2)),
    ]


def _excerpt(screen: Screen, finding: Finding) -> list[str]:
    numbers = [line.number for line in (*finding.removed, *finding.lines)]
    digits = max(4, *(len(str(number)) for number in numbers)) if numbers else 4
    gutter = digits + len("   │ ") + (2 if finding.removed or len(finding.lines) > 1 else 0)
    rows = excerpt(finding, width=screen.width - gutter)
    tone = _TONES[finding.lesson.mode]
    signed = bool(finding.removed)
    return [line for row in rows for line in _row(screen, row, digits=digits, signed=signed, tone=tone)]


def _row(screen: Screen, row: Row, *, digits: int, signed: bool, tone: Style) -> list[str]:
    number = "" if row.number is None else str(row.number)
    edge = screen.dim(f"  {number:>{digits}} │ ")
    if row.removed:
        return [(edge + screen.write(f"- {row.text}".rstrip(), Style.RED)).rstrip()]
    if row.mark is None:
        return [(edge + screen.write("┃ ", tone) + row.text).rstrip()]
    offset, length = row.mark
    sign = "  " if signed else ""
    blank = screen.dim(f"  {'':>{digits}} │ ")
    mark = screen.write("^" * length, Style.BOLD, tone)
    return [(edge + sign + row.text).rstrip(), blank + sign + " " * offset + mark]


def _facts(screen: Screen, finding: Finding, fails_from: Mode | None) -> list[str]:
    lesson = finding.lesson
    parts = [part for part in story_parts(lesson) if part[0] != "Why" or len(part[1]) <= _LONG_CAUSE]
    parts += [("Here", own_message(finding))] if own_message(finding) else []
    lines = [line for part in parts for line in fact_lines(screen, *part)]
    lines += _fix(screen, finding)
    if lesson.mode.reaches(fails_from):
        lines += _accepting(screen, finding)
    lines += fact_lines(screen, "Postmortem", visible(lesson.postmortem)) if lesson.postmortem else []
    return [*lines, label(screen, "Lesson") + visible(lesson.path)]


def _accepting(screen: Screen, finding: Finding) -> list[str]:
    """Write the comment that accepts a finding; it is never broken, so that it can be copied."""
    text = accept_comment(finding.lesson)
    comment = commented(text, finding)
    lead = f"If this is intended, put above the line{'' if comment != text else ', in a comment'}:"
    if 4 + column_width(lead) + column_width(comment) <= screen.width:
        return [f"  {screen.dim(lead)}  {comment}"]
    return [f"  {screen.dim(lead)}", f"    {comment}"]


def _fix(screen: Screen, finding: Finding) -> list[str]:
    if finding.fix is None:
        return []
    room = screen.width - 2 - LABEL_WIDTH
    code = (finding.fix.rstrip() or "(remove it)").split("\n")
    lines = code if len(code) <= _FIX_LINES else [*code[:_FIX_LINES], "…"]
    shown = [screen.write(clipped(visible(line.expandtabs(4)), width=room), Style.GREEN) for line in lines]
    return [label(screen, "Fix") + shown[0], *(" " * (2 + LABEL_WIDTH) + line for line in shown[1:])]


def _elsewhere(screen: Screen, findings: list[Finding]) -> list[str]:
    """List the other places of a lesson in columns: where, what happened, the code if it fits."""
    if not findings:
        return []
    widest = max(column_width(place(finding)) for finding in findings)
    words = max(len(finding.state.value) for finding in findings)
    room = screen.width - 4 - widest - 2 - words - 2
    lines = ["", f"  {screen.bold('Also here')}"]
    for finding in findings:
        where = place(finding) + " " * (widest - column_width(place(finding)))
        first_line = finding.lines[0].text.strip() if finding.lines else one_line(finding.snippet)
        code = clipped(visible(first_line), width=room) if room >= _LEAST_CODE else ""
        lines.append(f"    {where}  {finding.state.value:<{words}}  {screen.dim(code)}".rstrip())
    return lines


def _quiet_sections(screen: Screen, report: ScanReport) -> list[list[str]]:
    """Write what is not new, notices and what was not checked: a line each."""
    sections = [
        ("Accepted", [(place(item), _named(item, status_words(item))) for item in accepted(report)]),
        ("Not new", [(place(item), _named(item, status_words(item))) for item in carried(report)]),
        ("Fixed", [(place(item), _named(item, one_line(item.lesson.title))) for item in report.fixed]),
        ("Notices", [(f"{visible(item.path)}:{item.line}", notice_words(item)) for item in report.notices]),
        ("Not checked", unchecked_words(report.unchecked)),
    ]
    blocks = [_section(screen, title, entries=entries) for title, entries in sections if entries]
    if report.faults:
        faults = [wrapped(one_line(fault.text), width=screen.width - 2) for fault in report.faults]
        blocks.append([screen.bold("Invalid lessons"), *(f"  {line}" for lines in faults for line in lines)])
    return blocks


def _named(finding: Finding, words: str) -> str:
    return f"{finding.lesson.incident} {words}"


def _section(screen: Screen, title: str, *, entries: Iterable[tuple[str, str]]) -> list[str]:
    """Write a heading and one entry a place; words that do not fit beside it go below it."""
    tone = (Style.GREEN,) if title == State.FIXED.value.capitalize() else ()
    lines = [screen.write(title, Style.BOLD, *tone)]
    for where, words in entries:
        if 2 + column_width(where) + 2 + column_width(words) <= screen.width:
            lines.append(f"  {where}  {screen.dim(words)}")
        else:
            below = wrapped(words, width=screen.width - 4)
            lines += [f"  {where}", *(f"    {screen.dim(line)}" for line in below)]
    return lines
