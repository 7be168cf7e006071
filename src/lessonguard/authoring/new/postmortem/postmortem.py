"""Read from a postmortem in Markdown what it says about the incident, and where it says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from lessonguard.authoring.new.answers import find_error
from lessonguard.authoring.new.draft import Draft, Offer, Statement
from lessonguard.authoring.new.postmortem.action_items import read_follow_ups
from lessonguard.authoring.new.postmortem.outline import Block, Heading, Line, cleaned, read_outline
from lessonguard.authoring.new.postmortem.sections import Section, find_sections, find_topic
from lessonguard.authoring.new.postmortem.timeline import read_moments
from lessonguard.authoring.new.postmortem.timestamps import first_day
from lessonguard.lessons.model import IncidentId, Severity
from lessonguard.lessons.parse import read_tree
from lessonguard.lessons.yaml_tree import Entries, Scalar

_FRONT_MATTER = re.compile(r"\A\s*^---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)

# What templates leave to be filled in or answered: `[Describe the cause.]`, `What led to it?`, `TBD`.
_UNFILLED = re.compile(
    r"\s*|.*\?|\s*(?:\[.*\]|<.*>|_.*_)[.\s]*|\W*(?:tb[dc]|todo|n/?a|none)\W*", re.IGNORECASE | re.DOTALL
)
_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*-\d+")
_SEVERITY = re.compile(rf"\b(?:{'|'.join(severity.value for severity in Severity)})\b", re.IGNORECASE)

# The parts of a title that say no more than that it is a postmortem, of which incident and day.
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
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*(?:#|incident|\d{4})[^()\[\]]*[)\]]\s*", re.IGNORECASE)
_DAY = re.compile(r"\A\d{4}-\d\d-\d\d\b|(?:\b(?:on|of|from)\s+)?\b\d{4}-\d\d-\d\d\Z", re.IGNORECASE)
_EDGES = " \t:|,\u2013\u2014-#"

# The keys with prose, and how many sentences the value has at most: a comment on a pull request shows it.
_PROSE = {"failure-mode": 1, "root-cause": 3, "mitigation": 3, "invariant": 1}

# Several sentences are taken up to 320 characters together, so that the comment stays short.
_MAX_CHARACTERS = 320

# A single sentence may be longer, but beyond 1,000 characters it is no sentence, rather a text without stops.
_MAX_SENTENCE_CHARACTERS = 1_000

# Other topics that an author may want to read before writing the value of a key.
_RELATED = {"failure-mode": ("summary",), "root-cause": ("trigger", "factors"), "invariant": ("lessons",)}


def read_postmortem(text: str, *, incident: IncidentId, name: str) -> Draft:
    """Read what a postmortem says about an incident: under headings, behind labels, in tables.

    Headings are recognised by the words of common templates, see `sections`. What a lesson could not hold,
    or what could be read in two ways, becomes an offer to the author. `name` is the file's, for people.
    """
    front, body = _split_front_matter(cleaned(text))
    outline = read_outline(body)
    sections = (*front, *find_sections(outline))
    ranked = sorted(sections, key=lambda section: section.rank)
    day = next(
        ((day, section) for section in _about(ranked, "date") if (day := first_day(section.first_line))), None
    )
    parts = [
        *_titles(outline, ranked, incident),
        *_days(outline, ranked, day),
        *_single_values(ranked, incident),
        *(part for key in _PROSE for part in _prose(key, ranked)),
        *read_moments(sections, day=day[0] if day else None),
    ]
    return Draft(
        incident=incident,
        postmortem=name,
        statements=tuple(part for part in parts if isinstance(part, Statement)),
        offers=tuple(part for part in parts if isinstance(part, Offer)),
        follow_ups=tuple(
            item for section in sections if section.topic == "actions" for item in read_follow_ups(section)
        ),
    )


def _split_front_matter(text: str) -> tuple[tuple[Section, ...], str]:
    """Read the front matter, if there is one; return it, and the rest with the same line numbers."""
    found = _FRONT_MATTER.match(text)
    root = read_tree(found[1].encode()) if found else None
    if not found or not isinstance(root, Entries):
        return (), text
    before = found[0][: found.start(1)].count("\n")
    sections = []
    for key, value in root.entries:
        topic = find_topic(key.text)
        if topic and topic[0] and isinstance(value, Scalar) and (plain := " ".join(value.text.split())):
            number = before + key.line
            line = Line(number=number, text=plain, label="", value=plain)
            blocks = (Block(kind="prose", line=number, lines=(line,)),)
            sections.append(
                Section(topic=topic[0], rank=topic[1], title=key.text, line=number, blocks=blocks)
            )
    return tuple(sections), "\n" * found[0].count("\n") + text[found.end() :]


def _about(sections: Sequence[Section], *topics: str) -> Iterator[Section]:
    return (section for topic in topics for section in sections if section.topic == topic)


def _titles(
    outline: Sequence[Heading | Block], sections: Sequence[Section], incident: IncidentId
) -> Iterator[Statement]:
    for section in _about(sections, "title"):
        if title := _stripped_title(section.first_line, incident):
            yield Statement(key="title", text=title, origin=section.origin)
    heading = _first_heading(outline)
    if heading and not find_topic(heading.title) and (title := _stripped_title(heading.title, incident)):
        yield Statement(key="title", text=title, origin=f"the heading, line {heading.line}")


def _first_heading(outline: Sequence[Heading | Block]) -> Heading | None:
    return next((part for part in outline if isinstance(part, Heading)), None)


def _stripped_title(title: str, incident: IncidentId) -> str:
    """Return a title without what a lesson says elsewhere: the word postmortem, the incident and the day."""
    before, title = "", title if len(title) <= _MAX_CHARACTERS and not _UNFILLED.fullmatch(title) else ""
    while title != before:
        before = title
        title = _PREFIX.sub("", _SUFFIX.sub("", _BRACKETS.sub(" ", _DAY.sub("", title)))).strip(_EDGES)
        title = re.sub(rf"\A{re.escape(incident)}\b|\b{re.escape(incident)}\Z", "", title).strip(_EDGES)
    is_nothing = re.fullmatch(_KIND, title, re.IGNORECASE) or _UNFILLED.fullmatch(title)
    return "" if is_nothing or find_error("title", title) else title


def _days(
    outline: Sequence[Heading | Block], sections: Sequence[Section], day: tuple[date, Section] | None
) -> Iterator[Statement | Offer]:
    if day:
        yield Statement(key="date", text=day[0].isoformat(), origin=day[1].origin)
        return
    heading = _first_heading(outline)
    if heading and (named := first_day(heading.title)):
        origin = f"the heading, line {heading.line}"
        yield Statement(key="date", text=named.isoformat(), origin=origin, is_guess=True)
    for section in _about(sections, "date"):
        if not _UNFILLED.fullmatch(section.first_line):
            why = "it is not one day that can be read in only one way"
            yield Offer(key="date", text=section.first_line, origin=section.origin, why=why)


def _single_values(sections: Sequence[Section], incident: IncidentId) -> Iterator[Statement | Offer]:
    """Read the keys whose value is a word or a URL, and offer another incident."""
    for section in sections:
        text, origin = section.first_line, section.origin
        if section.topic == "severity" and not _UNFILLED.fullmatch(text):
            named = {found.upper() for found in _SEVERITY.findall(text)}
            if len(named) == 1:
                yield Statement(key="severity", text=named.pop(), origin=origin)
            else:
                yield Offer(key="severity", text=text, origin=origin, why="it is not one of P0 (worst) to P3")
        elif section.topic == "postmortem" and (url := _URL.search(text)):
            yield Statement(key="postmortem", text=url[0].rstrip(".,;"), origin=origin)
        elif section.topic == "failure-class" and _SLUG.fullmatch(text.strip("`")):
            yield Statement(key="failure-class", text=text.strip("`"), origin=origin)
        elif section.topic == "incident" and _ID.search(text) and incident.casefold() not in text.casefold():
            yield Offer(key="incident", text=text, origin=origin, why=f"the lesson is about {incident}")


def _prose(key: str, sections: Sequence[Section]) -> Iterator[Statement | Offer]:
    """Take the first sentences of the best section with some; everything else about the key is an offer."""
    is_taken = False
    for section in _about(sections, key, *_RELATED.get(key, ())):
        sentences, below = (
            [sentence for sentence in part if not _UNFILLED.fullmatch(sentence)] for part in section.sentences
        )
        rest = [*sentences, *below]
        if sentences and not is_taken and section.topic in {key, "summary"}:
            count = 1
            while count < min(_PROSE[key], len(sentences)) and (
                len(" ".join(sentences[: count + 1])) <= _MAX_CHARACTERS
            ):
                count += 1
            text = " ".join(sentences[:count])
            error = find_error(key, text)
            why = error.message if error else ""
            if len(text) > _MAX_SENTENCE_CHARACTERS:
                why = "it is too long for a lesson"
            if why:
                yield Offer(key=key, text=text, origin=section.origin, why=why)
            else:
                is_taken = True
                yield Statement(key=key, text=text, origin=section.origin, is_guess=section.topic != key)
            rest = rest[count:]
        if rest:
            yield Offer(key=key, text=" ".join(rest), origin=section.origin, why="")
