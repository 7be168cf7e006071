"""Read the action items of a postmortem, in a list or a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lessonguard.authoring.new.draft import FollowUp
from lessonguard.authoring.new.postmortem.outline import Block
from lessonguard.authoring.new.postmortem.sections import Section
from lessonguard.authoring.new.postmortem.timestamps import first_day
from lessonguard.lessons.model import RemediationKind

# The words of columns and labels in common templates, by field of a follow-up.
_WORDS = {
    "action": """
        action, action item, task, description, what, item, corrective action, follow up, follow-up, summary,
        title, work item, remediation, to do, todo""",
    "kind": "kind, type, category",
    "failure_mode": "failure mode, failure-mode",
    "owner": "owner, owners, assignee, assigned to, responsible, who, dri, owned by, team",
    "due": "due, due date, due by, due on, deadline, target date, target, eta, by when, when, date, by",
    "validation": "validation, validated by, verification, how to verify, success criteria",
    "done_on": "done, done on, completed, completed on, completion date, closed",
    "status": "status, state",
}
_FIELDS = {words: field for field, listed in _WORDS.items() for words in " ".join(listed.split()).split(", ")}
_KINDS = frozenset(kind.value for kind in RemediationKind)
_NOTHING = re.compile(r"(?:n/?a|none|tb[dc]|todo|unassigned|unknown|[\s?.\u2013\u2014-]*)\.?", re.IGNORECASE)
_DONE = re.compile(
    r"(?:done|complete|completed|closed|fixed|resolved|shipped|yes|x|✓|✔|✅)\b.*|[✓✔✅].*", re.IGNORECASE
)
_LABEL = re.compile(
    r"\b(?P<label>owners?|assignee|assigned to|dri|responsible|owned by|kind|type|validation|failure[ -]mode)"
    r"\s*[:=]\s*(?P<value>[^()\[\];,|]+)",
    re.IGNORECASE,
)
_DATE = (
    r"\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4}"
    r"|\d{1,2}(?:st|nd|rd|th)?\s+[a-z]{3,9}\.?,?\s+\d{4}|[a-z]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
)
_DUE = re.compile(
    rf"\b(?:due(?: date| by| on)?|deadline|eta|target(?: date)?|by)\s*[:=]?\s*(?:the\s+)?(?P<named>{_DATE})\b"
    rf"|[(,;\u2013\u2014-]\s*(?P<last>{_DATE})[\s).]*$",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?<![\w/@.])@[A-Za-z0-9][\w-]*(?:/[\w.-]+)?")

# An owner or a validation is a few words; a cell with more than 500 characters is about something else.
_MAX_FIELD_CHARACTERS = 500


def read_follow_ups(section: Section) -> list[FollowUp]:
    """Read the items under a heading such as “Action items”.

    Owner, due day and so on come from the columns of a table, or from labels, mentions and days in a list;
    items below an item that begin with such labels belong to it. Paragraphs are not items.
    """
    items: list[FollowUp] = []
    for block in section.blocks:
        origin = f"“{section.title}”, line {block.line}"
        values = {field: line.value for line in block.lines if (field := _field(line.label))}
        if block.kind == "row":
            items += _read_row(block, origin)
        elif block.kind == "item" and items and block.depth > 1 and len(values) == len(block.lines):
            items[-1] = _with_values(items[-1], values)
        elif block.kind == "item":
            items += _read_item(block, values, origin)
    return items


def _read_row(block: Block, origin: str) -> Iterator[FollowUp]:
    fields = [_field(name) for name in block.columns]
    if "action" not in fields or block.cells == block.columns:
        return
    values: dict[str, str] = {}
    for field, cell in zip(fields, block.cells, strict=False):
        values.setdefault(field, cell)
    if not _NOTHING.fullmatch(values["action"]):
        yield _with_values(FollowUp(action=values["action"], origin=origin), values)


def _read_item(block: Block, labelled: Mapping[str, str], origin: str) -> Iterator[FollowUp]:
    values = dict(labelled)
    action = " ".join(line.text for line in block.lines if _field(line.label) in {"", "action"})
    text = values.pop("action", action)
    for found in _LABEL.finditer(text):
        values.setdefault(_field(found["label"]), found["value"])
    mentions = set(_MENTION.findall(text))
    if len(mentions) == 1:
        values.setdefault("owner", mentions.pop())
    days = [found["named"] or found["last"] for found in _DUE.finditer(text)]
    # Behind an item that is done, a day may be the one when it was done.
    if len(days) == 1 and not block.is_ticked:
        values.setdefault("due", days[0])
    if not _NOTHING.fullmatch(text):
        item = _with_values(FollowUp(action=text, origin=origin), values)
        yield replace(item, is_done=block.is_ticked is True)


def _field(name: str) -> str:
    return _FIELDS.get(re.sub(r"\s*\(.*\)", "", name).strip(" :").casefold(), "")


def _with_values(item: FollowUp, values: Mapping[str, str]) -> FollowUp:
    """Return an item with those values that a lesson can hold as they are."""
    texts = {
        field: text.strip(" .,;")
        for field, text in values.items()
        if len(text) <= _MAX_FIELD_CHARACTERS and not _NOTHING.fullmatch(text.strip())
    }
    days = {
        field: day.isoformat() for field in ("due", "done_on") if (day := first_day(texts.get(field, "")))
    }
    plain = {field: texts[field] for field in ("failure_mode", "owner", "validation") if field in texts}
    kind = texts.get("kind", "").casefold()
    kinds = {"kind": kind} if kind in _KINDS else {}
    is_done = any(_DONE.fullmatch(texts.get(key, "")) for key in ("status", "done_on")) or "done_on" in days
    return replace(item, **plain, **days, **kinds, is_done=item.is_done or is_done)
