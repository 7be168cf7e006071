"""What a check of lesson files found, for a person at a terminal.

A line begins as compilers begin it, `path:line:column: error: …`, so that terminals and editors make a
link of it. The last line counts everything; if all is good, it is alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from lessonguard.authoring.check.result import CheckReport
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.output.escape import one_line, visible
from lessonguard.output.phrases import counted, no_lessons
from lessonguard.output.terminal import Screen, Style, column_width, wrapped

_NARROWEST = 48
_INDENT = "    "
# Columns below which the message begins on a line of its own: a long path would leave a word a line.
_LEAST = 20

_TONES = {"error": Style.RED, "warning": Style.MAGENTA}


def render_check(report: CheckReport, *, folder: str = "lessons", width: int, colour: bool) -> str:
    """Return what was fixed, then the diagnostics file by file, for a terminal of `width` columns.

    Without `colour` there is no escape sequence in it. Paths are not broken: they may be wider.
    `folder` is where the lessons were looked for.
    """
    screen = Screen(colour=colour, width=max(width, _NARROWEST))
    blocks = [
        [
            line
            for file in report.fixed
            for line in _entry(
                screen,
                visible(file.path),
                "; ".join(map(one_line, file.changes)),
                word="fixed",
                tone=Style.GREEN,
            )
        ]
    ]
    for _, diagnostics in groupby(report.diagnostics, key=lambda diagnostic: diagnostic.path):
        blocks.append([line for diagnostic in diagnostics for line in _diagnostic(screen, diagnostic)])
    notes: list[str] = []
    for note in report.notes:
        first, *rest = wrapped(f"note: {one_line(note)}", width=screen.width - len(_INDENT))
        notes += [screen.dim(first), *(_INDENT + screen.dim(line) for line in rest)]
    blocks.append(notes)
    blocks.append(list(_summary(screen, report)) if report.lessons else [no_lessons(folder)])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _diagnostic(screen: Screen, diagnostic: Diagnostic) -> Iterator[str]:
    place = f"{visible(diagnostic.path)}:{diagnostic.line}:{diagnostic.column}"
    yield from _entry(
        screen, place, one_line(diagnostic.message), word=diagnostic.level, tone=_TONES[diagnostic.level]
    )
    hint = f"hint: {one_line(diagnostic.hint)}" if diagnostic.hint else ""
    yield from (_INDENT + screen.dim(line) for line in wrapped(hint, width=screen.width - len(_INDENT)))


def _entry(screen: Screen, place: str, text: str, *, word: str, tone: Style) -> Iterator[str]:
    """List the lines of `place: word: text`; those after the first are indented."""
    room = screen.width - column_width(f"{place}: {word}: ")
    first = next(iter(wrapped(text, width=room)), "") if room >= _LEAST else ""
    yield f"{screen.bold(place)}: {screen.write(word, Style.BOLD, tone)}: {first}".rstrip()
    rest = text.removeprefix(first)
    yield from (_INDENT + line for line in wrapped(rest, width=screen.width - len(_INDENT)))


def _summary(screen: Screen, report: CheckReport) -> Iterator[str]:
    counts = [(report.lessons, "lesson"), (report.rules, "rule"), (report.examples, "example")]
    what = ", ".join(counted(number, noun) for number, noun in counts)
    errors, warnings = report.count("error"), report.count("warning")
    found = [counted(errors, "error")] if errors else []
    found += [counted(warnings, "warning")] if warnings else []
    tone = Style.RED if errors else Style.MAGENTA if warnings else Style.GREEN
    yield f"{what}: {screen.write(', '.join(found) or 'all good', Style.BOLD, tone)}"
    if report.fixable:
        yield screen.dim(f"`lessonguard check --fix` fixes {report.fixable} of them")
