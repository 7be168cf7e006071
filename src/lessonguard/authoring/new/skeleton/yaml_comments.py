"""Comments of a lesson file: what a key is for, where its value comes from, and what else was said."""

from __future__ import annotations

from collections.abc import Iterable

from lessonguard.authoring.new.draft import Draft, Offer, Statement
from lessonguard.authoring.new.skeleton.scalars import WIDTH
from lessonguard.output.escape import one_line, shortened
from lessonguard.output.terminal import wrapped

_MOST = 5
"""How many passages are repeated about one key."""

_LONGEST = 800
"""How many characters of what a postmortem goes on to say are put into comments."""


def comment(text: str, *, indent: int = 0) -> list[str]:
    """Write text as a comment, on as many lines as it takes."""
    margin = f"{' ' * indent}# "
    return [f"{margin}{line}".rstrip() for line in wrapped(one_line(text), width=WIDTH - len(margin))]


def verbatim(lines: Iterable[str], *, indent: int = 0) -> list[str]:
    """Write lines as a comment, as they are; they must be printable."""
    return [f"{' ' * indent}# {line}".rstrip() for line in lines]


def origin_comment(statement: Statement | None) -> list[str]:
    """Say where a value comes from, and that somebody should look at it if it is a guess."""
    if statement is None or not statement.origin:
        return []
    advice = ": a guess, so look at it" if statement.is_guess else ""
    return comment(f"From {statement.origin}{advice}.")


def offer_comments(draft: Draft, key: str) -> list[str]:
    """Write what else was said about a key, as far as people will read it."""
    offers = [offer for offer in draft.offers if offer.key == key]
    lines = [line for offer in offers[:_MOST] for line in comment(_words(draft, offer))]
    return [
        *lines,
        *(comment(f"{len(offers) - _MOST} more passages are about it.") if offers[_MOST:] else ()),
    ]


def _words(draft: Draft, offer: Offer) -> str:
    text = shortened(" ".join(offer.text.split()), _LONGEST)
    if offer.why:
        return f"Not taken from {offer.origin}: “{text}”; {offer.why}."
    statement = draft.get(offer.key)
    goes_on = statement is not None and statement.origin == offer.origin
    return f"{offer.origin} {'goes on' if goes_on else 'says'}: {text}"
