"""The follow-ups of a lesson file: those of which all is known, and the rest as comments to complete."""

from __future__ import annotations

from lessonguard.authoring.new.draft import Draft, FollowUp
from lessonguard.authoring.new.skeleton.scalars import prose_lines
from lessonguard.authoring.new.skeleton.yaml_comments import comment, verbatim
from lessonguard.lessons.model import Remediation, RemediationKind
from lessonguard.lessons.placeholder import PLACEHOLDER
from lessonguard.lessons.schema import key_fields, key_of
from lessonguard.lessons.vague import find_vague
from lessonguard.output.escape import one_line, shortened

_KINDS = ", ".join(kind.value for kind in RemediationKind)
_DAYS = frozenset({"due", "done"})
_MOST = 30  # follow-ups that anybody follows up
_LONGEST = 500  # characters of an action that are repeated
_EXAMPLE = FollowUp(action="", origin="")


def remediation_lines(draft: Draft) -> list[str]:
    """Write the follow-ups; without any, one to fill in, as a comment."""
    items, more = draft.follow_ups[:_MOST], len(draft.follow_ups[_MOST:])
    complete = [item for item in items if _is_complete(item)]
    rest = [item for item in items if not _is_complete(item)]
    parts = [] if draft.follow_ups else [_EXAMPLE]
    open_items = [line for item in [*rest, *parts] for line in _described(item)]
    return [
        *_keys(),
        *(["remediation:"] if complete else verbatim(["remediation:"])),
        *(line for item in complete for line in _described(item)),
        *verbatim(open_items),
        *(comment(f"The postmortem has {more} more.") if more else ()),
    ]


def _keys() -> list[str]:
    """Say what every key of an item is for, once for all."""
    fields = key_fields(Remediation)
    width = max(len(key_of(field)) for field in fields)
    docs = {key_of(field): field.metadata["doc"] for field in fields}
    docs["kind"] = f"{docs['kind'].rstrip('.')}: {_KINDS}."
    return [
        *comment("Every item needs all of these but `done`. Remove the hashes before those that have them."),
        *verbatim(f"  {key:<{width}}  {text}" for key, text in docs.items()),
    ]


def _described(item: FollowUp) -> list[str]:
    """Write an item below what the postmortem says of it."""
    action = shortened(one_line(item.action), _LONGEST)
    words = f"{action} ({item.origin}{', done' if item.is_done else ''})"
    return [*(comment(words, indent=2) if item.action else ()), *_item(item)]


def _item(item: FollowUp) -> list[str]:
    values = {
        "kind": item.kind,
        "failure-mode": item.failure_mode,
        "owner": item.owner,
        "due": item.due,
        "validation": item.validation,
    }
    if item.is_done:
        values["done"] = item.done_on
    lines = [line for key, text in values.items() for line in _value(key, text)]
    return [f"  - {lines[0].lstrip()}", *lines[1:]]


def _value(key: str, text: str) -> list[str]:
    bare = key in _DAYS or not text
    return [f"    {key}: {text or PLACEHOLDER}"] if bare else prose_lines(key, text, indent=4)


def _is_complete(item: FollowUp) -> bool:
    said = (item.kind, item.failure_mode, item.owner, item.due, item.validation)
    return all(said) and find_vague(item.failure_mode) is None and (bool(item.done_on) or not item.is_done)
