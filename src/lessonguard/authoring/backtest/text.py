"""A backtest for a person at a terminal: where each lesson would have spoken, and how often.

What decides comes last, where the eye is when the command ends: the verdict on one lesson, or a
table of several.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lessonguard.authoring.backtest.phrases import (
    advice,
    cause_words,
    gaps,
    replayed_words,
    stop_words,
    unseen_words,
    verdict,
    watch_words,
)
from lessonguard.authoring.backtest.result import BacktestReport, LessonBacktest, Noise, Place, Spoken
from lessonguard.output.escape import one_line, visible
from lessonguard.output.phrases import counted, mode_words
from lessonguard.output.terminal import Screen, Style, clipped, column_width, title_lines, wrapped
from lessonguard.record import record

_NARROWEST = 60
_PROSE = 100  # columns beyond which the eye loses the line
_CELLS = 24  # of the strip that shows when a lesson spoke
_LEAST_CODE = 16  # columns below which a line of code says nothing
_ABBREVIATED = 8  # digits of a commit's name

_TONES = {
    Noise.SILENT: Style.DIM,
    Noise.QUIET: Style.GREEN,
    Noise.BUSY: Style.MAGENTA,
    Noise.NOISY: Style.RED,
}


@record
class _Room:
    """How much is told of each lesson: changes, places of a change, places of today, and advice."""

    changes: int
    places: int
    today: int
    with_advice: bool


_ONE = _Room(changes=10, places=3, today=10, with_advice=True)
_MANY = _Room(changes=3, places=2, today=0, with_advice=False)


def render_backtest(report: BacktestReport, *, width: int, colour: bool) -> str:
    """Write the report for a terminal of `width` columns (60 at least), ending in a line feed.

    About several lessons, it goes into those that would have spoken. Paths are not broken, so that
    they can be clicked: they may be wider.
    """
    screen = Screen(colour=colour, width=max(width, _NARROWEST))
    is_one = len(report.lessons) == 1
    blocks = [_lesson(screen, each, report=report, room=_ONE if is_one else _MANY) for each in _told(report)]
    if report.faults:
        faults = [
            line for fault in report.faults for line in wrapped(one_line(fault.text), width=screen.width - 2)
        ]
        blocks.append([screen.bold("Lesson faults"), *(f"  {line}" for line in faults)])
    end = _verdict(screen, report.lessons[0], report=report, room=_ONE) if is_one else _table(screen, report)
    blocks.append([*_head(screen, report), *end, *_stop(screen, report)])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _told(report: BacktestReport) -> Sequence[LessonBacktest]:
    """Give the lessons that there is more to say about than a row of the table has."""
    if len(report.lessons) == 1:
        return report.lessons
    return [each for each in report.lessons if each.spoken or each.watched]


def _head(screen: Screen, report: BacktestReport) -> list[str]:
    lines = [screen.dim(line) for line in wrapped(f"Replayed {replayed_words(report)}", width=screen.width)]
    return lines + [line for gap in gaps(report) for line in _prose(screen, gap)]


def _stop(screen: Screen, report: BacktestReport) -> list[str]:
    if not report.stopped:
        return []
    words = f"{stop_words(report)}. The next run goes on from there."
    return ["", *(screen.write(line, Style.BOLD, Style.RED) for line in wrapped(words, width=screen.width))]


# All lessons ----------------------------------------------------------------------------------


def _table(screen: Screen, report: BacktestReport) -> list[str]:
    """Give each lesson a row: how often it would have spoken and when, and what it matches today."""
    if not report.lessons:
        return ["There are no lessons."]
    head = ("", "spoke", "then → now", "today", "")
    rows = [
        (
            each.lesson.incident,
            str(len(each.spoken)) if each.lesson.rules else "",
            "",
            str(len(each.standing)) if report.knows_today and each.lesson.rules else "",
            each.noise.value,
        )
        for each in report.lessons
    ]
    widths = [max(map(column_width, column)) for column in zip(head, *rows, strict=True)]
    widths[2] = max(widths[2], _cells(report))
    lines = [screen.dim(_row(head, widths))]
    for each, row in zip(report.lessons, rows, strict=True):
        first, spoke, _, today, _ = _padded(row, widths)
        strip = _strip(screen, each, report=report) + " " * (widths[2] - _cells(report))
        styled = screen.write(each.noise.value, _TONES[each.noise])
        lines.append(f"  {screen.bold(first)}  {spoke}  {strip}  {today}  {styled}".rstrip())
    unseen = _prose(screen, unseen_words(*report.lessons))
    hint = "`lessonguard backtest INCIDENT` tells more about one lesson."
    return ["", *lines, "", *unseen, *([""] if unseen else []), screen.dim(hint)]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return f"  {'  '.join(_padded(cells, widths))}".rstrip()


def _padded(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Fill up with blanks: on the left of numbers, which are in the second and the fourth column."""
    blanks = [" " * (width - column_width(cell)) for cell, width in zip(cells, widths, strict=True)]
    return [
        blank + cell if index in {1, 3} else cell + blank
        for index, (cell, blank) in enumerate(zip(cells, blanks, strict=True))
    ]


def _cells(report: BacktestReport) -> int:
    return min(_CELLS, report.reached)


def _strip(screen: Screen, backtest: LessonBacktest, *, report: BacktestReport) -> str:
    """Draw when a lesson spoke, the oldest change first; the one that caused the incident is a diamond."""
    cells = _cells(report)
    replayed = report.past.changes[: report.reached]
    place = {
        change.commit: cells - 1 - index * cells // len(replayed) for index, change in enumerate(replayed)
    }
    strip = [screen.dim("·")] * cells
    for spoken in backtest.spoken:
        strip[place[spoken.change.commit]] = screen.write("●", _TONES[backtest.noise])
    if backtest.caused_by:
        strip[place[backtest.caused_by.commit]] = screen.write("◆", Style.BOLD, Style.GREEN)
    return "".join(strip)


# One lesson -----------------------------------------------------------------------------------


def _lesson(screen: Screen, backtest: LessonBacktest, *, report: BacktestReport, room: _Room) -> list[str]:
    """Tell where it spoke; and of one among several, its verdict."""
    lines = title_lines(screen, backtest.lesson, mode_words(backtest.lesson))
    lines += _changes(screen, backtest, report=report, room=room)
    if room.today:
        lines += _today(screen, backtest, report=report, limit=room.today)
    else:
        lines += ["", *(f"  {line}" for line in _verdict(screen, backtest, report=report, room=room))]
    return lines


def _verdict(screen: Screen, backtest: LessonBacktest, *, report: BacktestReport, room: _Room) -> list[str]:
    """Write the verdict, and what is to be known and done about it."""
    further = [cause_words(backtest, report.past), watch_words(backtest, report)]
    further += [unseen_words(backtest)] if len(report.lessons) == 1 else []
    if room.with_advice or backtest.noise in {Noise.BUSY, Noise.NOISY}:
        further.append(advice(backtest, report))
    lines = [screen.bold(line) for line in _prose(screen, verdict(backtest, report))]
    return lines + [line for text in further for line in _prose(screen, text)]


def _prose(screen: Screen, text: str) -> list[str]:
    return wrapped(text, width=min(screen.width, _PROSE) - 2)


def _changes(
    screen: Screen, backtest: LessonBacktest, *, report: BacktestReport, room: _Room
) -> Iterator[str]:
    """List the newest changes, and the one that caused the incident wherever it is."""
    shown = [
        spoken
        for index, spoken in enumerate(backtest.spoken)
        if index < room.changes or spoken.change == backtest.caused_by
    ]
    if shown:
        yield ""
        strip = "" if len(report.lessons) > 1 else f"   then {_strip(screen, backtest, report=report)} now"
        yield f"  {screen.dim('Would have spoken on')}{strip}"
    for spoken in shown:
        yield _change(screen, spoken, backtest=backtest)
        yield from _places(screen, spoken.places, limit=room.places, indent=6)
    if hidden := len(backtest.spoken) - len(shown):
        yield "    " + screen.dim(f"… and {hidden} more; --format json has all")


def _change(screen: Screen, spoken: Spoken, *, backtest: LessonBacktest) -> str:
    change = spoken.change
    head = f"{change.date.isoformat()}  {change.commit[:_ABBREVIATED]}  "
    is_cause = change == backtest.caused_by
    mark = f"  ◆ caused {visible(backtest.lesson.incident)}" if is_cause else ""
    title = clipped(one_line(change.title), width=screen.width - 4 - len(head) - column_width(mark))
    return f"    {screen.dim(head)}{title}{screen.write(mark, Style.BOLD, Style.GREEN)}"


def _today(screen: Screen, backtest: LessonBacktest, *, report: BacktestReport, limit: int) -> Iterator[str]:
    if backtest.standing and report.head:
        yield ""
        at = f"at {report.head[:_ABBREVIATED]}"
        yield "  " + screen.dim(f"Matches today, {at}: left alone until somebody edits it")
        yield from _places(screen, backtest.standing, limit=limit, indent=4, with_state=False)


def _places(
    screen: Screen, places: Sequence[Place], *, limit: int, indent: int, with_state: bool = True
) -> Iterator[str]:
    """List places in columns: where, what the change did, the code if it fits."""
    shown = places[:limit]
    names = [f"{visible(place.path)}:{place.line}:{place.column}" for place in shown]
    widest = max(map(column_width, names))
    states = max(len(place.state.value) for place in shown) + 2 if with_state else 0
    room = screen.width - indent - widest - 2 - states
    for name, place in zip(names, shown, strict=True):
        state = f"{place.state.value:<{states}}" if with_state else ""
        code = clipped(visible(place.text), width=room) if room >= _LEAST_CODE else ""
        blanks = " " * (widest - column_width(name) + 2)
        yield f"{' ' * indent}{name}{blanks}{state}{screen.dim(code)}".rstrip()
    if len(places) > limit:
        yield " " * indent + screen.dim(f"… and {counted(len(places) - limit, 'more place')}")
