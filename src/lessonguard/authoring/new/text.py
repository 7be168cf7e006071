"""Render a new lesson for a person at a terminal: what was found where, what is missing, what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from lessonguard.authoring.new.draft import Draft
from lessonguard.git.changes import short
from lessonguard.lessons.wording import PLACEHOLDER
from lessonguard.output.escape import one_line, shortened, visible
from lessonguard.output.phrases import counted
from lessonguard.output.terminal import Screen, Style, titled_table

# Lines of more than 100 columns are hard to read, however wide the terminal is.
_MAX_WIDTH = 100
_MAX_QUOTED = 60  # characters, so that the reason after them is still in sight


def render_new_lesson(draft: Draft, *, path: str, width: int, colour: bool) -> str:
    """Return what was written, where the values come from, what is missing, and what to do next.

    `path` is that of the file, as people would type it. Without `colour` there is no escape sequence in the
    text. It ends in a line feed.
    """
    screen = Screen(colour=colour, width=min(max(width, 48), _MAX_WIDTH))
    shown = visible(path)
    missing = [*draft.missing, "the rule", *([] if draft.fix and draft.fix.pairs else ["its examples"])]
    next_steps = [
        (f"edit {shown}", f"replace every {PLACEHOLDER}"),
        (f"lessonguard check {shown}", "lists what is wrong with it"),
        (f"lessonguard prove {draft.incident}", "runs the rule on the examples"),
        (f"lessonguard backtest {draft.incident}", "shows where it would have commented"),
    ]
    refused = [
        (offer.key, f"“{shortened(one_line(offer.text), _MAX_QUOTED)}” ({offer.origin}): {offer.why}")
        for offer in draft.offers
        if offer.why
    ]
    blocks = [
        [screen.write(f"Wrote {shown}", Style.BOLD)],
        titled_table(screen, "Filled in", list(_filled_in(draft))),
        titled_table(screen, "Not filled in", refused),
        titled_table(screen, "Still to write", [("", ", ".join(missing))]),
        titled_table(screen, "Next", next_steps),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _filled_in(draft: Draft) -> Iterator[tuple[str, str]]:
    for key in dict.fromkeys(statement.key for statement in draft.statements):
        if (statement := draft.get(key)) and statement.origin:
            yield key, f"from {statement.origin}{', a guess' * statement.is_guess}"
    if fix := draft.fix:
        if fix.broken:
            yield "proof", f"broken {short(fix.broken)}, fixed {short(fix.fixed)}"
        for pair in fix.pairs:
            yield "example", f"from {pair.place}{', as whole files' if pair.files else ''}"
        if fix.left_out:
            yield "left out", f"{counted(len(fix.left_out), 'part')} of the fix, listed in the lesson file"
    if draft.follow_ups:
        words = f"{counted(len(draft.follow_ups), 'follow-up')}, the first from {draft.follow_ups[0].origin}"
        yield "remediation", f"{words}; the lesson file shows what each of them lacks"
