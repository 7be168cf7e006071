"""A postmortem in Markdown → what it says of the incident, and where it says it; nothing is made up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from lessonguard.authoring.new.answers import find_fault
from lessonguard.authoring.new.draft import Draft, Offer, Statement
from lessonguard.authoring.new.postmortem.action_items import read_follow_ups
from lessonguard.authoring.new.postmortem.moments import first_day
from lessonguard.authoring.new.postmortem.outline import Block, Heading, Line, cleaned, read_outline
from lessonguard.authoring.new.postmortem.passages import Passage, find_passages
from lessonguard.authoring.new.postmortem.timeline import read_moments
from lessonguard.authoring.new.postmortem.topics import find_topic
from lessonguard.lessons.model import IncidentId, Severity
from lessonguard.lessons.parse import read_tree
from lessonguard.lessons.yaml_tree import Entries, Scalar

_FRONT = re.compile(r"\A\s*^---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
_GUIDANCE = re.compile(
    r"\s*|.*\?|\s*(?:\[.*\]|<.*>|_.*_)[.\s]*|\W*(?:tb[dc]|todo|n/?a|none)\W*", re.IGNORECASE | re.DOTALL
)
"""What templates leave to be filled in or answered."""

_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*-\d+")
_SEVERITY = re.compile(rf"\b(?:{'|'.join(severity.value for severity in Severity)})\b", re.IGNORECASE)
_REPORT = (
    r"(?:(?:incident|outage|blameless|public|preliminary|final|draft)\s+)*"
    r"(?:post[- ]?mortem|rca|coe|retrospective|root cause analysis|correction of errors?|after[- ]action"
    r"|(?:incident|outage)\s+(?:report|review|summary|analysis))(?:\s+(?:report|review|summary|document))?"
)
_KIND = rf"(?:{_REPORT}|incident|outage)"
_PREFIX = re.compile(
    rf"\A(?:{_KIND}\s*[:\u2013\u2014|-]|{_REPORT}\s+(?:for|of|on|about)\b)\s*", re.IGNORECASE
)
_SUFFIX = re.compile(rf"\s*[:\u2013\u2014|-]?\s+{_REPORT}\Z", re.IGNORECASE)
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*(?:#|incident|\d{4})[^()\[\]]*[)\]]\s*", re.IGNORECASE)
_DAY = re.compile(r"\A\d{4}-\d\d-\d\d\b|(?:\b(?:on|of|from)\s+)?\b\d{4}-\d\d-\d\d\Z", re.IGNORECASE)
_EDGES = " \t:|,\u2013\u2014-#"

_PROSE = {"failure-mode": 1, "root-cause": 3, "mitigation": 3, "invariant": 1}
"""The keys that hold prose, and how many sentences of it."""

_LONG = 320
"""How many characters of several sentences are taken."""

_TOO_LONG = 1_000
"""How many characters of one sentence are too many."""

_OFFERED = {"failure-mode": ("summary",), "root-cause": ("trigger", "factors"), "invariant": ("lessons",)}
"""Which other topics an author may want to read for a key."""


def read_postmortem(text: str, *, incident: IncidentId, name: str) -> Draft:
    """Read what a postmortem says about an incident: under headings, behind labels, in tables.

    The words of the headings are those of common templates, see `topics`. What a lesson could not
    hold, or could be read in two ways, is offered to the author and not taken. `name` is what people
    call the file.
    """
    front, body = _split(cleaned(text))
    outline = read_outline(body)
    passages = (*front, *find_passages(outline))
    ranked = sorted(passages, key=lambda passage: passage.rank)
    day = next(_dates(ranked), None)
    parts = [
        *_titles(outline, ranked, incident),
        *_days(outline, ranked, day),
        *_singles(ranked),
        *(part for key in _PROSE for part in _prose(key, ranked)),
        *_others(ranked, incident),
        *read_moments(passages, day=day[0] if day else None),
    ]
    return Draft(
        incident=incident,
        postmortem=name,
        statements=tuple(part for part in parts if isinstance(part, Statement)),
        offers=tuple(part for part in parts if isinstance(part, Offer)),
        follow_ups=tuple(
            item for each in passages if each.topic == "actions" for item in read_follow_ups(each)
        ),
    )


def _split(text: str) -> tuple[tuple[Passage, ...], str]:
    """Read the front matter, if there is one; give the rest with as many lines as before."""
    found = _FRONT.match(text)
    root = read_tree(found[1].encode()) if found else None
    if not found or not isinstance(root, Entries):
        return (), text
    before = found[0][: found.start(1)].count("\n")
    passages = [
        Passage(
            topic=about[0],
            rank=about[1],
            title=key.text,
            line=before + key.line,
            blocks=(_block(before + key.line, value.text),),
        )
        for key, value in root.entries
        if (about := find_topic(key.text)) and about[0] and isinstance(value, Scalar) and value.text.strip()
    ]
    return tuple(passages), "\n" * found[0].count("\n") + text[found.end() :]


def _block(number: int, text: str) -> Block:
    plain = " ".join(text.split())
    return Block(kind="prose", line=number, lines=(Line(number=number, text=plain, label="", value=plain),))


def _about(passages: Sequence[Passage], *topics: str) -> Iterator[Passage]:
    return (passage for topic in topics for passage in passages if passage.topic == topic)


def _titles(
    outline: Sequence[Heading | Block], passages: Sequence[Passage], incident: IncidentId
) -> Iterator[Statement]:
    for passage in _about(passages, "title"):
        if title := _trimmed(passage.first, incident):
            yield Statement(key="title", text=title, origin=passage.origin)
    heading = next((part for part in outline if isinstance(part, Heading)), None)
    if heading and not find_topic(heading.title) and (title := _trimmed(heading.title, incident)):
        yield Statement(key="title", text=title, origin=f"the heading, line {heading.line}")


def _trimmed(title: str, incident: IncidentId) -> str:
    """Take off what a lesson says elsewhere: that it is a postmortem, of which incident and day."""
    before, title = "", title if len(title) <= _LONG and not _GUIDANCE.fullmatch(title) else ""
    while title != before:
        before = title
        title = _PREFIX.sub("", _SUFFIX.sub("", _ASIDE.sub(" ", _DAY.sub("", title)))).strip(_EDGES)
        title = re.sub(rf"\A{re.escape(incident)}\b|\b{re.escape(incident)}\Z", "", title).strip(_EDGES)
    is_nothing = re.fullmatch(_KIND, title, re.IGNORECASE) or _GUIDANCE.fullmatch(title)
    return "" if is_nothing or find_fault("title", title) else title


def _dates(passages: Sequence[Passage]) -> Iterator[tuple[date, Passage]]:
    return ((day, passage) for passage in _about(passages, "date") if (day := first_day(passage.first)))


def _days(
    outline: Sequence[Heading | Block], passages: Sequence[Passage], day: tuple[date, Passage] | None
) -> Iterator[Statement | Offer]:
    if day:
        yield Statement(key="date", text=day[0].isoformat(), origin=day[1].origin)
        return
    heading = next((part for part in outline if isinstance(part, Heading)), None)
    if heading and (named := first_day(heading.title)):
        origin = f"the heading, line {heading.line}"
        yield Statement(key="date", text=named.isoformat(), origin=origin, is_guess=True)
    for passage in _about(passages, "date"):
        if not _GUIDANCE.fullmatch(passage.first):
            why = "it is not one day that can be read in one way"
            yield Offer(key="date", text=passage.first, origin=passage.origin, why=why)


def _singles(passages: Sequence[Passage]) -> Iterator[Statement | Offer]:
    for passage in passages:
        text, origin = passage.first, passage.origin
        if passage.topic == "severity" and not _GUIDANCE.fullmatch(text):
            named = {found.upper() for found in _SEVERITY.findall(text)}
            if len(named) == 1:
                yield Statement(key="severity", text=named.pop(), origin=origin)
            else:
                yield Offer(key="severity", text=text, origin=origin, why="it is not one of P0 (worst) to P3")
        elif passage.topic == "postmortem" and (url := _URL.search(text)):
            yield Statement(key="postmortem", text=url[0].rstrip(".,;"), origin=origin)
        elif passage.topic == "failure-class" and _SLUG.fullmatch(text.strip("`")):
            yield Statement(key="failure-class", text=text.strip("`"), origin=origin)


def _prose(key: str, passages: Sequence[Passage]) -> Iterator[Statement | Offer]:
    """Take the first sentences of the best passage that says something; offer what else there is."""
    is_taken = False
    for passage in _about(passages, key, *_OFFERED.get(key, ())):
        sentences, below = (
            [sentence for sentence in part if not _GUIDANCE.fullmatch(sentence)] for part in passage.sentences
        )
        rest = [*sentences, *below]
        if sentences and not is_taken and passage.topic in {key, "summary"}:
            count = _count(sentences, most=_PROSE[key])
            text = " ".join(sentences[:count])
            if why := _objection(key, text):
                yield Offer(key=key, text=text, origin=passage.origin, why=why)
            else:
                is_taken = True
                yield Statement(key=key, text=text, origin=passage.origin, is_guess=passage.topic != key)
            rest = rest[count:]
        if rest:
            yield Offer(key=key, text=" ".join(rest), origin=passage.origin, why="")


def _count(sentences: Sequence[str], *, most: int) -> int:
    """Give how many sentences are taken: at least one, and no more than `_LONG` characters of several."""
    count = 1
    while count < min(most, len(sentences)) and len(" ".join(sentences[: count + 1])) <= _LONG:
        count += 1
    return count


def _objection(key: str, text: str) -> str:
    """Say why a text is not taken, or nothing."""
    if len(text) > _TOO_LONG:
        return "that is too long for a lesson"
    fault = find_fault(key, text)
    return fault.message.replace(f'"{key}" says', "it says") if fault else ""


def _others(passages: Sequence[Passage], incident: IncidentId) -> Iterator[Offer]:
    """Say so if the postmortem seems to be about another incident."""
    for passage in _about(passages, "incident"):
        named = _ID.findall(passage.first)
        if named and incident.casefold() not in passage.first.casefold():
            why = f"the lesson is about {incident}"
            yield Offer(key="incident", text=passage.first, origin=passage.origin, why=why)
