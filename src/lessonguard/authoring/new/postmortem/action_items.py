"""The action items of a postmortem, in a list or a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lessonguard.authoring.new.draft import FollowUp
from lessonguard.authoring.new.postmortem.moments import first_day
from lessonguard.authoring.new.postmortem.outline import Block, Line
from lessonguard.authoring.new.postmortem.passages import Passage
from lessonguard.lessons.model import RemediationKind

_COLUMNS = {
    "action": (
        *("action", "action item", "task", "description", "what", "item", "corrective action", "follow up"),
        *("follow-up", "summary", "title", "work item", "remediation", "to do", "todo"),
    ),
    "kind": ("kind", "type", "category"),
    "failure_mode": ("failure mode", "failure-mode"),
    "owner": ("owner", "owners", "assignee", "assigned to", "responsible", "who", "dri", "owned by", "team"),
    "due": (
        *(
            "due",
            "due date",
            "due by",
            "due on",
            "deadline",
            "target date",
            "target",
            "eta",
            "by when",
            "when",
        ),
        *("date", "by"),
    ),
    "validation": ("validation", "validated by", "verification", "how to verify", "success criteria"),
    "done_on": ("done", "done on", "completed", "completed on", "completion date", "closed"),
    "status": ("status", "state"),
}
_MEANINGS = {words: key for key, known in _COLUMNS.items() for words in known}
_KINDS = frozenset(kind.value for kind in RemediationKind)
_NOTHING = re.compile(r"(?:n/?a|none|tb[dc]|todo|unassigned|unknown|[\s?.\u2013\u2014-]*)\.?", re.IGNORECASE)
_DONE = re.compile(
    r"(?:done|complete|completed|closed|fixed|resolved|shipped|yes|x|✓|✔|✅)\b.*|[✓✔✅].*", re.IGNORECASE
)
_NAMED = re.compile(
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
_LONG = 500
"""How many characters say who, when or how; more are something else."""

_MENTION = re.compile(r"(?<![\w/@.])@[A-Za-z0-9][\w-]*(?:/[\w.-]+)?")


def read_follow_ups(passage: Passage) -> list[FollowUp]:
    """Read the items that stand under a heading such as “Action items”.

    What is said of who, when and how comes from the columns of a table, and from labels, mentions and days
    in a list; items below an item that begin with such labels belong to it. Paragraphs are no items.
    """
    items: list[FollowUp] = []
    for block in passage.blocks:
        origin = f"“{passage.title}”, line {block.line}"
        detail = _labelled(block.lines)
        if block.kind == "row":
            items += _of_row(block, origin)
        elif block.kind == "item" and items and block.depth > 1 and len(detail) == len(block.lines):
            items[-1] = _filled(items[-1], detail)
        elif block.kind == "item":
            items += _of_item(block, origin)
    return items


def _of_row(block: Block, origin: str) -> Iterator[FollowUp]:
    keys = [_meaning(name) for name in block.columns]
    if "action" not in keys or block.cells == block.columns:
        return
    said: dict[str, str] = {}
    for key, cell in zip(keys, block.cells, strict=False):
        said.setdefault(key, cell)
    if not _NOTHING.fullmatch(said["action"]):
        yield _filled(FollowUp(action=said["action"], origin=origin), said)


def _of_item(block: Block, origin: str) -> Iterator[FollowUp]:
    action = " ".join(line.text for line in block.lines if _meaning(line.label) in {"", "action"})
    said = _labelled(block.lines)
    text = said.pop("action", action)
    for found in _NAMED.finditer(text):
        said.setdefault(_meaning(found["label"]), found["value"])
    mentions = set(_MENTION.findall(text))
    if len(mentions) == 1:
        said.setdefault("owner", mentions.pop())
    due = [found["named"] or found["last"] for found in _DUE.finditer(text)]
    if len(due) == 1 and not block.is_ticked:
        said.setdefault("due", due[0])
    if not _NOTHING.fullmatch(text):
        yield replace(_filled(FollowUp(action=text, origin=origin), said), is_done=block.is_ticked is True)


def _labelled(lines: Sequence[Line]) -> dict[str, str]:
    """Give what lines such as `Owner: …` say, by field."""
    return {key: line.value for line in lines if (key := _meaning(line.label))}


def _meaning(name: str) -> str:
    return _MEANINGS.get(re.sub(r"\s*\(.*\)", "", name).strip(" :").casefold(), "")


def _filled(item: FollowUp, said: Mapping[str, str]) -> FollowUp:
    """Add what is said and can be taken as it is."""
    texts = {
        key: text.strip(" .,;")
        for key, text in said.items()
        if len(text) <= _LONG and not _NOTHING.fullmatch(text.strip())
    }
    days = {key: day.isoformat() for key in ("due", "done_on") if (day := first_day(texts.get(key, "")))}
    plain = {key: texts[key] for key in ("failure_mode", "owner", "validation") if key in texts}
    kind = texts.get("kind", "").casefold()
    kinds = {"kind": kind} if kind in _KINDS else {}
    is_done = any(_DONE.fullmatch(texts.get(key, "")) for key in ("status", "done_on")) or "done_on" in days
    return replace(item, **plain, **days, **kinds, is_done=item.is_done or is_done)
