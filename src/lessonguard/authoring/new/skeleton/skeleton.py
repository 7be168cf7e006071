"""Write the text of a new lesson file: what is known of the lesson, and `TODO` for what is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lessonguard.authoring.new.answers import questions
from lessonguard.authoring.new.draft import Draft, FollowUp
from lessonguard.authoring.new.skeleton.rules_and_examples import (
    example_lines,
    proof_lines,
    rule_lines,
    watch_lines,
)
from lessonguard.authoring.new.skeleton.yaml_text import comment, commented_out, list_item, prose_lines
from lessonguard.lessons.header import schema_header
from lessonguard.lessons.model import Mode, Remediation, RemediationKind, Timeline
from lessonguard.lessons.schema import KEY_ORDER, key_fields, key_of
from lessonguard.lessons.wording import PLACEHOLDER, find_vague
from lessonguard.output.escape import one_line, shortened

# Keys that may be missing stand in comments, with a value that shows what they look like.
_OPTIONAL = {"postmortem": questions()["postmortem"].example, "sources": "[https://example.com/report]"}
_MOMENT = "2026-05-14T09:12:00Z"

# What a postmortem says beyond the values is copied into comments, but a postmortem of many pages must not
# make a lesson that nobody reads, or one above the 1 MiB that a lesson may have.
_MAX_OFFERS = 5
_MAX_OFFER_CHARACTERS = 800
_MAX_FOLLOW_UPS = 30
_MAX_ACTION_CHARACTERS = 500

# Days are written without quotes, as in the documentation of the lesson file.
_DAYS = frozenset({"due", "done"})


def write_skeleton(draft: Draft, *, schema: str) -> str:
    """Return the text of a lesson file; `schema` is the URL or path in its first line.

    Comments say what each key is for, where its value comes from and what else was said about it. Optional
    keys without a value are comments. The result is valid YAML, whatever the texts of the draft hold.
    """
    origins = f" Headings and line numbers are those of {draft.postmortem}." if draft.postmortem else ""
    head = [
        schema_header(schema),
        *comment(f"Replace every {PLACEHOLDER}.{origins} Then run:"),
        *commented_out(["  lessonguard check", f"  lessonguard prove {draft.incident}"]),
    ]
    blocks = [head, *(_block(draft, key) for key in KEY_ORDER)]
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _block(draft: Draft, key: str) -> list[str]:
    """Return a key with its comments and its value."""
    question, statement = questions()[key], draft.get(key)
    is_to_do = key not in _PARTS and key not in _OPTIONAL and not draft.text(key)
    example = f" For instance: {question.example}" if is_to_do and question.example else ""
    origin = []
    if statement and statement.origin:
        origin = comment(f"From {statement.origin}{': a guess, please check it' * statement.is_guess}.")
    text = draft.text(key)
    if part := _PARTS.get(key):
        value = part(draft)
    elif not text and key in _OPTIONAL:
        value = commented_out([f"{key}: {_OPTIONAL[key]}"])
    elif key == "date" or not text:
        value = [f"{key}: {text or PLACEHOLDER}"]
    else:
        value = prose_lines(key, text, indent=0)
    return [
        *comment(question.text + example),
        *origin,
        *_offer_comments(draft, key),
        *value,
    ]


def _offer_comments(draft: Draft, key: str) -> list[str]:
    """Return what else was said about a key, as far as people will read it."""
    offers = [offer for offer in draft.offers if offer.key == key]
    statement = draft.get(key)
    lines = []
    for offer in offers[:_MAX_OFFERS]:
        text = shortened(" ".join(offer.text.split()), _MAX_OFFER_CHARACTERS)
        verb = "continues" if statement and statement.origin == offer.origin else "says"
        refused = f"Not taken from {offer.origin}: “{text}”; {offer.why}."
        lines += comment(refused if offer.why else f"{offer.origin} {verb}: {text}")
    more = len(offers) - _MAX_OFFERS
    return [*lines, *(comment(f"{more} more passages are about this.") if more > 0 else ())]


def _timeline_lines(draft: Draft) -> list[str]:
    """Return the timeline; moments that are not known are comments, and so is all of it without any."""
    lines, is_known = [], False
    for field in key_fields(Timeline):
        key, doc = key_of(field), field.metadata["doc"]
        statement = draft.get(key)
        if statement:
            is_known = True
            origin = f" From {statement.origin}." if statement.origin else ""
            lines += [*comment(doc + origin, indent=2), f"  {key}: {statement.text}"]
        else:
            lines += commented_out([f"  {key}: {_MOMENT}  # {doc}"])
    offers = [line for field in key_fields(Timeline) for line in _offer_comments(draft, key_of(field))]
    return [*offers, *(["timeline:"] if is_known else commented_out(["timeline:"])), *lines]


def _remediation_lines(draft: Draft) -> list[str]:
    """Return the follow-ups that have all keys, and the others as comments; without any, one to fill in."""
    items, more = draft.follow_ups[:_MAX_FOLLOW_UPS], len(draft.follow_ups[_MAX_FOLLOW_UPS:])
    complete = [item for item in items if _is_complete(item)]
    incomplete = [item for item in items if not _is_complete(item)] or (
        [] if items else [FollowUp(action="", origin="")]
    )
    fields = key_fields(Remediation)
    width = max(len(key_of(field)) for field in fields)
    docs = {key_of(field): field.metadata["doc"] for field in fields}
    docs["kind"] = f"{docs['kind'].rstrip('.')}: {', '.join(kind.value for kind in RemediationKind)}."
    return [
        *comment("Every item needs all of these keys but `done`. Remove the `#` in front of complete items."),
        *commented_out(f"  {key:<{width}}  {text}" for key, text in docs.items()),
        *(["remediation:"] if complete else commented_out(["remediation:"])),
        *(line for item in complete for line in _follow_up_lines(item)),
        *commented_out(line for item in incomplete for line in _follow_up_lines(item)),
        *(comment(f"The postmortem has {more} more action items.") if more else ()),
    ]


def _is_complete(item: FollowUp) -> bool:
    has_all = all((item.kind, item.failure_mode, item.owner, item.due, item.validation))
    return has_all and find_vague(item.failure_mode) is None and (bool(item.done_on) or not item.is_done)


def _follow_up_lines(item: FollowUp) -> list[str]:
    """Return an item of the remediation below a comment with what the postmortem says about it."""
    values = {
        "kind": item.kind,
        "failure-mode": item.failure_mode,
        "owner": item.owner,
        "due": item.due,
        "validation": item.validation,
    }
    if item.is_done:
        values["done"] = item.done_on
    lines: list[str] = []
    for key, text in values.items():
        is_bare = key in _DAYS or not text
        lines += [f"    {key}: {text or PLACEHOLDER}"] if is_bare else prose_lines(key, text, indent=4)
    action = shortened(one_line(item.action), _MAX_ACTION_CHARACTERS)
    words = f"{action} ({item.origin}{', done' if item.is_done else ''})"
    return [*(comment(words, indent=2) if item.action else ()), *list_item(lines)]


_PARTS: Mapping[str, Callable[[Draft], list[str]]] = {
    "incident": lambda draft: prose_lines("incident", draft.incident, indent=0),
    "mode": lambda draft: [f"mode: {draft.text('mode') or Mode.COMMENT.value}"],
    "timeline": _timeline_lines,
    "rules": rule_lines,
    "examples": example_lines,
    "proof": proof_lines,
    "watch": watch_lines,
    "remediation": _remediation_lines,
}
