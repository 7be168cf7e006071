"""A backtest for a person at a terminal: on which changes each lesson would have commented.

What decides comes last, where the eye is when the command ends: the verdict on one lesson, or a
table of several.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lessonguard.authoring.backtest.phrases import (
    advice,
    cause_words,
    first_line,
    gaps,
    no_past_words,
    replayed_words,
    stop_words,
    unchecked_words,
    verdict,
    watch_words,
)
from lessonguard.authoring.backtest.result import BacktestReport, LessonBacktest, Noise
from lessonguard.git.changes import short
from lessonguard.output.escape import one_line, visible
from lessonguard.output.phrases import counted, mode_words, no_lessons
from lessonguard.output.terminal import Screen, Style, clipped, column_width, title_lines, wrapped
from lessonguard.record import record
from lessonguard.scan.finding import Finding

_MIN_WIDTH = 60
_MAX_PROSE = 100  # columns; longer lines of text are hard to read
_MAX_CELLS = 24  # of the strip: with a name of 25 columns, a row of the table fits into 80
_MIN_CODE = 16  # columns; less of a line of code is not worth showing

_COLOURS = {
    Noise.SILENT: Style.DIM,
    Noise.QUIET: Style.GREEN,
    Noise.BUSY: Style.MAGENTA,
    Noise.NOISY: Style.RED,
}


@record
class _Detail:
    """How much is shown of each lesson: changes, places of a change, places of today, and advice."""

    changes: int
    places: int
    today: int
    with_advice: bool


_ONE = _Detail(changes=10, places=3, today=10, with_advice=True)
_MANY = _Detail(changes=3, places=2, today=0, with_advice=False)


def render_backtest(report: BacktestReport, *, folder: str = "lessons", width: int, colour: bool) -> str:
    """Return the report for a terminal of `width` columns (60 at least), ending in a line feed.

    Of several lessons, it shows those that would have commented. Paths are not broken, so that
    they can be clicked: they may be wider. `folder` is where the lessons were looked for.
    """
    if not report.lessons and not report.faults:
        return no_lessons(folder) + "\n"
    screen = Screen(colour=colour, width=max(width, _MIN_WIDTH))
    is_one = len(report.lessons) == 1
    detail = _ONE if is_one else _MANY
    blocks = [
        _lesson(screen, each, report=report, detail=detail)
        for each in report.lessons
        if is_one or each.commented or each.watched
    ]
    if report.faults:
        faults = [
            line for fault in report.faults for line in wrapped(one_line(fault.text), width=screen.width - 2)
        ]
        blocks.append([screen.bold("Invalid lessons"), *(f"  {line}" for line in faults)])
    replayed = wrapped(f"Replayed {replayed_words(report)}", width=screen.width)
    last = [screen.dim(line) for line in replayed]
    last += [] if is_one or report.past.changes else [f"{no_past_words(report.past)}."]
    last += [line for gap in gaps(report) for line in _prose(screen, gap)]
    if is_one:
        last += _verdict(screen, report.lessons[0], report=report, detail=detail)
    else:
        last += _table(screen, report)
    if report.stopped:
        stop = wrapped(f"{stop_words(report)}. The next run continues there.", width=screen.width)
        last += ["", *(screen.write(line, Style.BOLD, Style.RED) for line in stop)]
    return "\n\n".join("\n".join(block) for block in [*blocks, last]) + "\n"


# All lessons ----------------------------------------------------------------------------------


def _table(screen: Screen, report: BacktestReport) -> list[str]:
    """Return a row for each lesson: how often it would have commented and when, and what it matches today."""
    head = ("", "comments", "then → now", "today", "")
    rows = [
        (
            each.lesson.incident,
            str(len(each.commented)) if each.lesson.rules else "",
            "",
            str(len(each.open_today)) if report.knows_today and each.lesson.rules else "",
            each.noise.value if report.replayed else "",
        )
        for each in report.lessons
    ]
    widths = [max(map(column_width, column)) for column in zip(head, *rows, strict=True)]
    widths[2] = max(widths[2], _cells(report))
    lines = [screen.dim(f"  {'  '.join(_padded(head, widths))}".rstrip())]
    for each, row in zip(report.lessons, rows, strict=True):
        first, comments, _, today, _ = _padded(row, widths)
        strip = _strip(screen, each, report=report) + " " * (widths[2] - _cells(report))
        styled = screen.write(row[-1], _COLOURS[each.noise])
        lines.append(f"  {screen.bold(first)}  {comments}  {strip}  {today}  {styled}".rstrip())
    unchecked = _prose(screen, unchecked_words(*report.lessons))
    hint = "`lessonguard backtest INCIDENT` shows more about one lesson."
    return ["", *lines, "", *unchecked, *([""] if unchecked else []), screen.dim(hint)]


def _padded(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Pad with blanks: on the left of numbers, which are in the second and the fourth column."""
    blanks = [" " * (width - column_width(cell)) for cell, width in zip(cells, widths, strict=True)]
    return [
        blank + cell if index in {1, 3} else cell + blank
        for index, (cell, blank) in enumerate(zip(cells, blanks, strict=True))
    ]


def _cells(report: BacktestReport) -> int:
    return min(_MAX_CELLS, report.reached)


def _strip(screen: Screen, backtest: LessonBacktest, *, report: BacktestReport) -> str:
    """Draw when a lesson would have commented, the oldest change first; a diamond for the cause."""
    cells = _cells(report)
    replayed = report.past.changes[: report.reached]
    place = {
        change.commit: cells - 1 - index * cells // len(replayed) for index, change in enumerate(replayed)
    }
    strip = [screen.dim("·")] * cells
    for commented in backtest.commented:
        strip[place[commented.change.commit]] = screen.write("●", _COLOURS[backtest.noise])
    if backtest.caused_by:
        strip[place[backtest.caused_by.commit]] = screen.write("◆", Style.BOLD, Style.GREEN)
    return "".join(strip)


# One lesson -----------------------------------------------------------------------------------


def _lesson(
    screen: Screen, backtest: LessonBacktest, *, report: BacktestReport, detail: _Detail
) -> list[str]:
    """Return where it would have commented; and for one among several, its verdict."""
    lines = title_lines(screen, backtest.lesson, mode_words(backtest.lesson))
    lines += _changes(screen, backtest, report=report, detail=detail)
    if not detail.today:
        return [
            *lines,
            "",
            *(f"  {line}" for line in _verdict(screen, backtest, report=report, detail=detail)),
        ]
    if backtest.open_today and report.head:
        at = f"at {short(report.head)}"
        lines += ["", "  " + screen.dim(f"Matches today, {at}: not reported until somebody edits it")]
        lines += _places(screen, backtest.open_today, limit=detail.today, indent=4, with_state=False)
    return lines


def _verdict(
    screen: Screen, backtest: LessonBacktest, *, report: BacktestReport, detail: _Detail
) -> list[str]:
    """Return the verdict, and what to know and do about it."""
    further = [cause_words(backtest, report.past), watch_words(backtest, report)]
    further += [unchecked_words(backtest)] if len(report.lessons) == 1 else []
    if detail.with_advice or backtest.noise in {Noise.BUSY, Noise.NOISY}:
        further.append(advice(backtest, report))
    lines = [screen.bold(line) for line in _prose(screen, verdict(backtest, report))]
    return lines + [line for text in further for line in _prose(screen, text)]


def _prose(screen: Screen, text: str) -> list[str]:
    return wrapped(text, width=min(screen.width, _MAX_PROSE) - 2)


def _changes(
    screen: Screen, backtest: LessonBacktest, *, report: BacktestReport, detail: _Detail
) -> Iterator[str]:
    """List the newest changes, and the one that caused the incident wherever it is."""
    shown = [
        commented
        for index, commented in enumerate(backtest.commented)
        if index < detail.changes or commented.change == backtest.caused_by
    ]
    if shown:
        yield ""
        strip = "" if len(report.lessons) > 1 else f"   then {_strip(screen, backtest, report=report)} now"
        yield f"  {screen.dim('Would have commented on')}{strip}"
    for commented in shown:
        change = commented.change
        head = f"{change.date.isoformat()}  {short(change.commit)}  "
        is_cause = change == backtest.caused_by
        mark = f"  ◆ caused {visible(backtest.lesson.incident)}" if is_cause else ""
        title = clipped(one_line(change.title), width=screen.width - 4 - len(head) - column_width(mark))
        yield f"    {screen.dim(head)}{title}{screen.write(mark, Style.BOLD, Style.GREEN)}"
        yield from _places(screen, commented.findings, limit=detail.places, indent=6)
    if hidden := len(backtest.commented) - len(shown):
        yield "    " + screen.dim(f"… and {hidden} more; --format json has all")


def _places(
    screen: Screen, findings: Sequence[Finding], *, limit: int, indent: int, with_state: bool = True
) -> Iterator[str]:
    """List places in columns: where, what the change did, the code if it fits."""
    shown = findings[:limit]
    names = [f"{visible(each.path)}:{each.start.line}:{each.start.column}" for each in shown]
    widest = max(map(column_width, names))
    states = max(len(each.state.value) for each in shown) + 2 if with_state else 0
    room = screen.width - indent - widest - 2 - states
    for name, finding in zip(names, shown, strict=True):
        state = f"{finding.state.value:<{states}}" if with_state else ""
        code = clipped(visible(first_line(finding)), width=room) if room >= _MIN_CODE else ""
        blanks = " " * (widest - column_width(name) + 2)
        yield f"{' ' * indent}{name}{blanks}{state}{screen.dim(code)}".rstrip()
    if len(findings) > limit:
        yield " " * indent + screen.dim(f"… and {counted(len(findings) - limit, 'more place')}")
