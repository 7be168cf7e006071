"""Render what `lessonguard init` did for a person at a terminal: file by file, and what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from lessonguard.authoring.init.result import InitResult, SetUpFile
from lessonguard.output.escape import visible
from lessonguard.output.phrases import counted
from lessonguard.output.terminal import Screen, Style, clipped, column_width, titled_table, wrapped

# Lines of more than 100 columns are hard to read, however wide the terminal is.
_MAX_WIDTH = 100
_MAX_LANGUAGES = 6

# A path is never cut, but it may not push what the files are about to fewer than 20 columns.
_MIN_ABOUT_WIDTH = 20

# Twice as many as `backtest` takes by default, because on the first day all lessons are new.
_BACKTEST_CHANGES = 200


def render_init(result: InitResult, *, width: int, colour: bool) -> str:
    """Return what was set up, what existed before, and what to do next.

    Without `colour` there is no escape sequence in the text. It ends in a line feed, or is empty if there is
    nothing but a failure.
    """
    if not result.files:
        return ""
    screen = Screen(colour=colour, width=min(max(width, 48), _MAX_WIDTH))
    new = [file for file in result.files if file.is_new]
    old = [file for file in result.files if not file.is_new]
    nothing = screen.write("Nothing to do: everything is already here.", Style.BOLD)
    blocks = [
        _file_lines(screen, "Wrote", new) or [nothing] * (not result.failure),
        _file_lines(screen, "Already here, not changed", old),
        *(wrapped(note, width=screen.width) for note in _notes(result)),
        titled_table(screen, "Next", list(_next_steps(result)), least=40),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def language_counts(languages: Mapping[str, int]) -> str:
    """Return in words how many files there are in each language, of at most six languages."""
    names = [f"{name} ({counted(number, 'file')})" for name, number in languages.items()]
    return ", ".join([*names[:_MAX_LANGUAGES], *(["…"] if len(names) > _MAX_LANGUAGES else [])])


def _file_lines(screen: Screen, title: str, files: Sequence[SetUpFile]) -> list[str]:
    """Return a line for each file, with as much of what it is about as there is room for."""
    paths = [visible(file.path) for file in files]
    most = screen.width - _MIN_ABOUT_WIDTH
    column = max((size for path in paths if (size := column_width(path)) <= most), default=0)
    lines = []
    for path, file in zip(paths, files, strict=True):
        start = f"  {path}{' ' * (column - column_width(path))}"
        room = max(0, screen.width - column_width(start) - 2)
        lines.append(f"{start}  {clipped(visible(file.about), width=room)}" if room else start)
    return [screen.bold(f"{title}:"), *lines] if files else []


def _notes(result: InitResult) -> Iterator[str]:
    if result.no_starter_fits and not result.languages:
        yield (
            "There is no code here yet, so no lesson was copied. "
            f"`lessonguard init --language python{result.options}` copies all Python lessons."
        )
    elif result.no_starter_fits:
        yield (
            "No lesson was copied: none of those that you asked for fits the code here, "
            f"{language_counts(result.languages)}. `lessonguard list --lessons builtin` lists them all."
        )
    if result.workflow_to_edit:
        path = visible(result.workflow_to_edit)
        yield f"In {path}, replace OWNER with the GitHub account that publishes the action."


def _next_steps(result: InitResult) -> Iterator[tuple[str, str]]:
    """Yield the commands to run next, and what each of them does."""
    options, remaining = result.options, result.remaining
    if result.to_commit:
        git = ["git", *(["-C", result.directory] if result.directory else []), "add", *result.to_commit]
        yield shlex.join(git), "and commit: lessons take effect once they are merged"
    if result.lessons:
        yield f"lessonguard check{options}", "runs every rule on its examples"
    if result.lessons and result.has_history:
        command = f"lessonguard backtest --last {_BACKTEST_CHANGES}{options}"
        yield command, "shows which past changes would have got a comment, and what matches today"
    offers = {}
    if remaining.starters:
        more = "more lesson" if result.lessons else "lesson"
        offers["--starter"] = f"copies {counted(remaining.starters, more)} of public incidents"
    if remaining.workflow:
        offers["--workflow"] = "reviews pull requests on GitHub"
    if remaining.hook:
        offers["--hook"] = "checks each push before it leaves"
    if offers:
        yield f"lessonguard init {' '.join(offers)}{options}", ", ".join(offers.values())
    words = "after the next postmortem" if result.lessons else "writes your first lesson"
    yield f"lessonguard new INC-245{options}", words
