"""What came of beginning with lessonguard, for a person at a terminal: file by file, and what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from lessonguard.authoring.init.result import Made, Started
from lessonguard.output.escape import visible
from lessonguard.output.phrases import counted
from lessonguard.output.terminal import Screen, Style, clipped, column_width, titled_table, wrapped

_NOTHING = "Nothing to do: it is all here."
_WIDEST = 100
_MOST_LANGUAGES = 6
_ABOUT = 20
"""How much room there is at least beside the name of a file, in columns."""

_REPLAYED = 200
"""How many changes are worth replaying on the first day."""


def render_started(started: Started, *, width: int, colour: bool) -> str:
    """Say what was made, what was there before, and what to do next.

    Without `colour` there is no escape sequence in it. It ends in a line feed, or is empty if nothing could
    be made and nothing was there.
    """
    if not started.made:
        return ""
    screen = Screen(colour=colour, width=min(max(width, 48), _WIDEST))
    new = [each for each in started.made if each.is_new]
    old = [each for each in started.made if not each.is_new]
    blocks = [
        _files(screen, "Wrote", new) or [screen.write(_NOTHING, Style.BOLD)] * (not started.failure),
        _files(screen, "There before, and left alone", old),
        _paragraph(screen, _unmet(started)),
        _paragraph(screen, _to_fill_in(started)),
        titled_table(screen, "Next", list(_next(started)), least=40),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def languages_words(languages: Mapping[str, int]) -> str:
    """Name the languages that are here, and how many files each has."""
    names = [f"{name} ({counted(number, 'file')})" for name, number in languages.items()]
    return ", ".join([*names[:_MOST_LANGUAGES], *(["…"] if len(names) > _MOST_LANGUAGES else [])])


def _files(screen: Screen, title: str, made: Sequence[Made]) -> list[str]:
    """Name each file on a line of its own, and beside it, as far as there is room, what it is about."""
    paths = [visible(each.path) for each in made]
    column = max((size for path in paths if (size := column_width(path)) <= screen.width - _ABOUT), default=0)
    starts = [f"  {path}{' ' * (column - column_width(path))}" for path in paths]
    lines = [
        f"{start}  {clipped(visible(each.about), width=room)}" if (room := _room(screen, start)) else start
        for start, each in zip(starts, made, strict=True)
    ]
    return [screen.bold(f"{title}:"), *lines] if made else []


def _room(screen: Screen, start: str) -> int:
    return max(0, screen.width - column_width(start) - 2)


def _unmet(started: Started) -> str:
    if not started.is_unmet:
        return ""
    if not started.languages:
        return (
            "There is no code here yet, so no lesson was chosen. "
            f"`lessonguard init --language python{started.options}` takes those for a language."
        )
    return (
        "No lesson that comes with lessonguard was chosen: none that was asked for looks at what is here, "
        f"{languages_words(started.languages)}. `lessonguard list --lessons builtin` names them all."
    )


def _to_fill_in(started: Started) -> str:
    if not started.to_fill_in:
        return ""
    return f"In {visible(started.to_fill_in)}, put for OWNER whoever publishes the action that you use."


def _offers(started: Started) -> Mapping[str, str]:
    """Give what could still be added: what each option adds."""
    left, offers = started.left, {}
    if left.starters:
        more = "more lesson" if started.lessons else "lesson"
        offers["--starter"] = f"{counted(left.starters, more)} of public incidents"
    if left.workflow:
        offers["--workflow"] = "reviews on GitHub"
    if left.hook:
        offers["--hook"] = "a look at each push before it happens"
    return offers


def _next(started: Started) -> Iterator[tuple[str, str]]:
    options = started.options
    if started.to_commit:
        git = ["git", *(["-C", started.directory] if started.directory else []), "add", *started.to_commit]
        yield shlex.join(git), "and commit: lessons judge once they are on the default branch"
    if started.lessons:
        yield f"lessonguard check{options}", "tries every rule on its examples"
    if started.lessons and started.has_history:
        command = f"lessonguard backtest --last {_REPLAYED}{options}"
        yield command, "says where the lessons would have spoken, and what they match today"
    if offers := _offers(started):
        yield f"lessonguard init {' '.join(offers)}{options}", f"adds {', '.join(offers.values())}"
    words = "after the next postmortem" if started.lessons else "writes the first lesson of your own"
    yield f"lessonguard new INC-245{options}", words


def _paragraph(screen: Screen, text: str) -> list[str]:
    return wrapped(text, width=screen.width)
