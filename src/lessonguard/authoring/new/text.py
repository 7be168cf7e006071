"""What became of a new lesson, for a person at a terminal: what was found where, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lessonguard.authoring.new.draft import Draft, FollowUp, Offer, Statement, Written
from lessonguard.lessons.placeholder import PLACEHOLDER
from lessonguard.output.escape import one_line, shortened, visible
from lessonguard.output.phrases import counted
from lessonguard.output.terminal import Screen, Style, titled_table

_WIDEST = 100
_SHORT = 12
_QUOTED = 60
"""How many characters of what was not taken are repeated."""


def render_written(written: Written, *, width: int, colour: bool) -> str:
    """Say what was written, what it was taken from, what is still missing, and what to do next.

    Without `colour` there is no escape sequence in it. It ends in a line feed.
    """
    screen = Screen(colour=colour, width=min(max(width, 48), _WIDEST))
    draft, path = written.draft, visible(written.path)
    taken = [(item.key, f"from {item.origin}{', a guess' * item.is_guess}") for item in _taken(draft)]
    blocks = [
        [screen.write(f"Wrote {path}", Style.BOLD)],
        titled_table(screen, "Taken", [*taken, *_fix(draft), *_follow_ups(draft.follow_ups)]),
        titled_table(
            screen, "Not taken", [(offer.key, _refused(offer)) for offer in draft.offers if offer.why]
        ),
        _missing(screen, draft),
        _next(screen, written),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _taken(draft: Draft) -> Iterator[Statement]:
    keys = dict.fromkeys(statement.key for statement in draft.statements)
    return (statement for key in keys if (statement := draft.get(key)) and statement.origin)


def _fix(draft: Draft) -> Iterator[tuple[str, str]]:
    fix = draft.fix
    if fix is None:
        return
    if fix.broken:
        yield "proof", f"broken {fix.broken[:_SHORT]}, fixed {fix.fixed[:_SHORT]}"
    for pair in fix.pairs:
        yield "example", f"from {pair.place}{', as whole files' if pair.files else ''}"
    if fix.left_out:
        yield "left out", f"{counted(len(fix.left_out), 'thing')} in the fix; the lesson file says which"


def _follow_ups(items: Sequence[FollowUp]) -> Iterator[tuple[str, str]]:
    if items:
        words = counted(len(items), "follow-up")
        yield "remediation", f"{words}, the first from {items[0].origin}; the file says what each lacks"


def _refused(offer: Offer) -> str:
    text = shortened(one_line(offer.text), _QUOTED)
    return f"“{text}” ({offer.origin}): {offer.why}"


def _missing(screen: Screen, draft: Draft) -> list[str]:
    """Name what the author has still to write; the rule always is."""
    parts = [*draft.missing, "the rule"]
    if not (draft.fix and draft.fix.pairs):
        parts.append("its examples")
    return titled_table(screen, "Still to write", [("", f"{', '.join(parts)}")])


def _next(screen: Screen, written: Written) -> list[str]:
    path, incident = visible(written.path), written.draft.incident
    rows = [
        (f"edit {path}", f"where it says {PLACEHOLDER}"),
        (f"lessonguard check {path}", "says what is wrong with it"),
        (f"lessonguard prove {incident}", "tries the rule on the examples"),
        (f"lessonguard backtest {incident}", "says where it would have spoken"),
    ]
    return titled_table(screen, "Next", rows)
