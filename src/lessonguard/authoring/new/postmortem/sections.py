"""The sections of a postmortem: what is under a heading or behind a label, and what it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from lessonguard.authoring.new.postmortem.outline import Block, Heading, Line
from lessonguard.record import record

# The words of headings and labels in common postmortem templates, in lower case and without punctuation: by
# topic, the most exact first. Where a postmortem has several sections on a topic, the most exact one counts.
HEADINGS = {
    "title": "title, incident title, incident name",
    "incident": "incident id, incident number, incident, id",
    "date": """
        incident date, date of incident, date of the incident, date of outage, outage date, date occurred,
        date of occurrence, occurred, occurred on, date, dates, day, date and time, date/time""",
    "severity": "severity, incident severity, severity level, sev, priority",
    "postmortem": """
        postmortem, post mortem, postmortem link, postmortem url, link to postmortem, permalink,
        canonical url, url""",
    "failure-class": "failure class",
    "failure-mode": "failure mode, fault, what broke, what failed",
    "summary": """
        what happened, summary, executive summary, incident summary, issue summary, tl dr, tldr,
        high level summary, outage description, overview, synopsis, abstract, incident description,
        description""",
    "root-cause": """
        root cause, root causes, root cause analysis, underlying cause, underlying causes, cause, causes,
        why did it happen, why did this happen, why it happened, why this happened,
        why the event happened, what caused the incident, what caused it, primary cause""",
    "trigger": "trigger, triggers, triggering event, proximate cause",
    "factors": "contributing factor, contributing factors, contributing causes, contributing conditions",
    "mitigation": """
        mitigation, what worked, mitigations, mitigation steps, resolution, fix, solution, the fix,
        how was it fixed, how we fixed it, how it was fixed, how it was resolved, how was it resolved,
        how did we fix it, recovery, restoration, workaround""",
    "invariant": "invariant, invariants, what must hold",
    "lessons": """
        lessons learned, lesson learned, lessons, what we learned, what did we learn, learnings,
        key learnings, takeaways, key takeaways, lessons learnt""",
    "timeline": """
        timeline, incident timeline, timeline of events, chronology, sequence of events, chain of events""",
    "began": """
        began, began at, incident began, outage began, impact began, start of incident, start of impact,
        start of outage, incident start, incident started, impact start, impact started, outage start,
        outage started, start time, time started, started at, started, start, start date/time""",
    "detected": """
        detected, detected at, time detected, detection time, time of detection, incident detected,
        first detected, discovered at, noticed, noticed at""",
    "stabilized": """
        stabilized, stabilised, stabilized at, stabilised at, mitigated, mitigated at, mitigation time,
        time mitigated, impact mitigated, incident mitigated, recovered, recovered at, service restored,
        restored, restored at, end of impact, end of outage, impact end, impact ended, outage end,
        outage ended, resolved, resolved at, time resolved, resolution time, end date/time,
        incident resolved, incident end, incident ended, end of incident, end time, ended, ended at, end""",
    "actions": """
        action items, action item, actions, corrective actions, corrective action,
        corrective and preventive actions, corrective and preventative measures, corrective measures,
        preventive actions, preventative actions, preventive measures, follow ups, follow up, followups,
        follow up actions, follow up items, follow up tasks, followup actions, remediation, remediations,
        remediation items, remediation actions, remediation plan, next steps, todo, to do,
        improvement items, prevention, recommendations""",
    # Known to be about something else, so that these headings end the section before them.
    "": """
        authors, author, owner, owners, status, state, impact, user impact, customer impact,
        business impact, detection, response, responders, incident commander, leadup, lead up, background,
        context, glossary, appendix, supporting information, duration, reviewers, participants, attendees,
        team, teams, services, affected services, participant, what went well, what went wrong,
        what went poorly, where we got lucky, what could be improved, external communication,
        internal communication, communication, messaging, backlog check, recurrence, related incidents,
        references, links, reading, blameless, published, tags, five whys,
        five whys root cause identification, questions, discussion, postmortem owner, how did we respond,
        how was it detected, how were customers affected, reported by, prepared by, last updated, updated,
        meeting, review date, postmortem date""",
}
_TOPICS = {
    words: (topic, rank)
    for topic, listed in HEADINGS.items()
    for rank, words in enumerate(" ".join(listed.split()).split(", "))
}

# A label in a paragraph, such as `**Root cause:** …`, is below every heading: those have levels 1 to 7.
_LABEL_LEVEL = 8

# In these topics a label, such as `Owner: …`, is about an item and begins no section.
_LISTS = frozenset({"actions", "timeline", "lessons"})

_MOMENTS = frozenset({"began", "detected", "stabilized"})
_CLOSING, _OPENING = "[)\\]\"'”\u2019]*", "[(\\[\"'“\u2018`]*"
_END = re.compile(rf"[.!?:;…。\uff01\uff1f]{_CLOSING}$")
_BOUNDARY = re.compile(rf"[.!?…]{_CLOSING}\s+(?={_OPENING}[^\Wa-z_])|[。\uff01\uff1f]\s*")
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|ca|no|fig|dr|mr|mrs|ms|st|a\.m|p\.m)|\b[a-z])\.\s*$", re.IGNORECASE
)
# Looking back further would make long texts slow, because the search runs again at every full stop; the
# longest abbreviation, `approx.`, and the space behind it have 8 characters.
_ABBREVIATION_CHARACTERS = 12


@record
class Section:
    """The text under a heading or behind a label.

    `topic` is a key of the lesson or another topic of the table; `rank` is 0 for the most exact words.
    """

    topic: str
    rank: int
    title: str
    line: int
    blocks: tuple[Block, ...]

    @property
    def origin(self) -> str:
        """Return where the section is, in words: `“Root Cause”, line 31`."""
        return f"“{self.title}”, line {self.line}"

    @property
    def first_line(self) -> str:
        """Return the first line with text, or an empty string."""
        lines = [line for block in self.blocks if block.kind != "title" for line in block.lines]
        return next((line.text for line in lines if line.text), "")

    @property
    def sentences(self) -> tuple[list[str], list[str]]:
        """Return the sentences of paragraphs and items: those above the first inner title, and the others."""
        parts: tuple[list[str], list[str]] = [], []
        is_below = False
        for block in self.blocks:
            is_below = is_below or (block.kind == "title" and bool(parts[0]))
            if block.kind in {"prose", "item"}:
                parts[is_below].extend(_split_sentences(block.text))
        return parts


@cache
def find_topic(title: str) -> tuple[str, int] | None:
    """Return what a heading or label is about, and the rank of its words in that topic, 0 the best.

    The topic is empty for headings that no lesson needs; the result is None for unknown ones. For a heading
    about several topics, such as “Mitigation and resolution”, the first one is returned.
    """
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", title.casefold())
    text = text.replace("&", " and ").replace("+", " and ")
    text = re.sub(r"\s*/\s*", "/", re.sub(r"[^\w/]+|_", " ", text)).strip()
    words = re.sub(r"^(?:\d+ )+|^the ", "", text)  # because headings are numbered: `3.2 Root cause`
    if words in _TOPICS:
        return _TOPICS[words]
    parts = [part.strip() for part in re.split(r"\b(?:and|or)\b|/", words)]
    found = [_TOPICS.get(part) for part in parts]
    return found[0] if len(found) > 1 and all(found) else None


def find_sections(outline: Sequence[Heading | Block]) -> tuple[Section, ...]:
    """List the sections about known topics, in the order of the document.

    An unknown heading below a known one belongs to the section of the known one. Labels in paragraphs, in
    items and in tables of two columns begin sections as headings do.
    """
    finder = _Finder()
    for part in outline:
        if isinstance(part, Heading):
            finder.enter(part)
        else:
            finder.add(part)
    return tuple(section.close() for section in finder.sections if section.topic)


def _split_sentences(text: str) -> list[str]:
    """Split prose into sentences, each with a punctuation mark at its end."""
    sentences, start = [], 0
    for boundary in _BOUNDARY.finditer(text):
        end = boundary.end()
        if not _ABBREVIATED.search(text[max(start, end - _ABBREVIATION_CHARACTERS) : end]):
            sentences.append(text[start:end].strip())
            start = end
    sentences += [text[start:].strip()]
    return [part if _END.search(part) else f"{part}." for part in sentences if part]


class _OpenSection:
    """A section to which blocks are still added."""

    def __init__(self, topic: str, *, rank: int, title: str, line: int) -> None:
        self.topic = topic
        self.blocks: list[Block] = []
        self._about = (rank, title, line)

    def close(self) -> Section:
        rank, title, line = self._about
        return Section(topic=self.topic, rank=rank, title=title, line=line, blocks=tuple(self.blocks))


class _Finder:
    """Adds blocks to sections, and keeps the headings above the current place."""

    def __init__(self) -> None:
        self.sections: list[_OpenSection] = []
        # The levels of the headings, from the top, and the section that each belongs to.
        self._stack: list[tuple[int, _OpenSection | None]] = [(0, None)]
        # The depth of an item with a label, such as `- Root cause:`, and its section. Items below the item
        # belong to that section.
        self._item: tuple[int, _OpenSection] | None = None

    def enter(self, heading: Heading) -> None:
        """Begin the section of a heading, or add the heading as a title if its words are unknown."""
        self._item = None
        while self._stack[-1][0] >= heading.level:
            self._stack.pop()
        found = find_topic(heading.title)
        inner = self._open(heading.title, heading.line) if found else self._stack[-1][1]
        self._stack.append((heading.level, inner))
        if not found:
            self._append(
                Block(kind="title", line=heading.line, lines=(_unlabelled(heading.line, heading.title),))
            )

    def add(self, block: Block) -> None:
        """Add a block to the section that it is in, or to the section of the label it begins with."""
        if self._item and (block.kind != "item" or block.depth <= self._item[0]):
            self._item = None
        if block.kind == "row":
            self._add_row(block)
        elif block.kind == "item":
            self._add_item(block)
        else:
            rest: list[Line] = []
            for line in block.lines:
                if self._is_label(line.label):
                    self._append(_with_lines(block, rest))
                    self.enter(Heading(title=line.label, line=line.number, level=_LABEL_LEVEL))
                    rest = [_unlabelled(line.number, line.value)]
                else:
                    rest.append(line)
            self._append(_with_lines(block, rest))

    def _add_row(self, block: Block) -> None:
        labels = [label for label in block.cells[::2] if label]
        if len(block.columns) > 1 and all(find_topic(column) for column in block.columns):
            self._add_fields(block, [] if block.cells == block.columns else block.columns, block.cells)
        elif labels and len(block.cells) % 2 == 0 and all(map(self._is_label, labels)):
            self._add_fields(block, block.cells[::2], block.cells[1::2])
        else:
            self._append(block)

    def _add_fields(self, block: Block, labels: Sequence[str], values: Sequence[str]) -> None:
        """Add a row of a table whose columns, or whose every other cell, are labels."""
        for label, value in zip(labels, values, strict=False):
            if self._is_label(label):
                self._open(label, block.line).blocks.append(
                    _with_lines(block, [_unlabelled(block.line, value)])
                )

    def _add_item(self, block: Block) -> None:
        first = block.lines[0]
        if self._item is None and self._is_label(first.label):
            opened = self._open(first.label, first.number)
            opened.blocks.append(
                _with_lines(block, [_unlabelled(first.number, first.value), *block.lines[1:]])
            )
            self._item = block.depth, opened
            if self._topic == "timeline":
                self._append(block)
        elif self._item:
            self._item[1].blocks.append(block)
        else:
            self._append(block)

    @property
    def _topic(self) -> str:
        opened = self._stack[-1][1]
        return opened.topic if opened else ""

    def _is_label(self, label: str) -> bool:
        found = find_topic(label) if label else None
        if found and self._topic in _LISTS:
            return self._topic == "timeline" and found[0] in _MOMENTS
        return found is not None

    def _append(self, block: Block) -> None:
        opened = self._stack[-1][1]
        if opened and (block.lines or block.cells):
            opened.blocks.append(block)

    def _open(self, title: str, line: int) -> _OpenSection:
        topic, rank = find_topic(title) or ("", 0)
        self.sections.append(_OpenSection(topic, rank=rank, title=title, line=line))
        return self.sections[-1]


def _unlabelled(number: int, value: str) -> Line:
    return Line(number=number, text=value, label="", value=value)


def _with_lines(block: Block, lines: Sequence[Line]) -> Block:
    written = tuple(line for line in lines if line.text)
    kind = "prose" if block.kind == "row" else block.kind
    number = written[0].number if written else block.line
    return Block(kind=kind, line=number, lines=written, depth=block.depth, is_ticked=block.is_ticked)
