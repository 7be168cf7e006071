"""The comment on a line of a pull request: which incident this looks like, why here, and what worked.

It takes ten seconds to read. Text from the change is in code spans and fences, or escaped.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from lessonguard.git.changes import short
from lessonguard.lessons.model import Lesson, Mode
from lessonguard.output.escape import (
    code_span,
    fence,
    link,
    markdown_name,
    markdown_prose,
    markdown_text,
    shortened,
)
from lessonguard.output.excerpt import excerpt
from lessonguard.output.phrases import (
    accept_comment,
    gist,
    own_message,
    state_words,
    what_happened,
)
from lessonguard.output.syntax import commented, language
from lessonguard.review.links import Links
from lessonguard.review.suggestion import suggestion
from lessonguard.scan.finding import Finding, SourceLine, State

_COLUMNS = 100  # of an excerpt
_LONGEST_SNIPPET = 60  # characters of what is named in a sentence
_LONGEST_PROSE = 240  # characters: nobody reads more beside a line of code
_LONGEST_PATH = 300  # characters
_LONGEST_FIX = 4_000  # characters

_LONGEST_BODY = 65_000  # characters, of 65,536 that GitHub accepts
_FOLD = "<details>\n<summary>What this said</summary>\n\n"
_RESOLVED = re.compile(f"✓ [^\n]*(?:\n\n{_FOLD}(?P<before>.*)\n\n</details>)?", re.DOTALL)
_SUGGESTION, _PLAIN = re.compile("^(`{3,})suggestion$", re.MULTILINE), r"\1"

How = Literal["fixed", "accepted", "carried"]


def render_comment(
    finding: Finding,
    *,
    links: Links,
    is_exact: bool,
    fails_from: Mode | None = Mode.BLOCK,
    limit: int = 65_000,
) -> str:
    """Write the comment for an introduced finding, of at most `limit` characters.

    `is_exact` is true if it is posted on the very lines that matched: only then it may offer
    to replace them, and need not name them. `fails_from` is the mildest mode that fails
    the check. What does not fit is left out, the least important first.
    """
    lesson = finding.lesson
    facts = f"{lesson.date.isoformat()}, {lesson.severity.value}"
    paragraphs = [
        (0, f"**This looks like the code behind {markdown_name(lesson.incident)}** ({facts})"),
        (2, _prose(what_happened(lesson))),
        (1, _reason(finding, links=links, is_exact=is_exact)),
        (6, _code(finding, is_exact=is_exact)),
        (7, markdown_prose(own_message(finding))),
        (3, f"**What worked:** {_prose(lesson.mitigation)}"),
        (5, _proposal(finding, is_exact=is_exact)),
        (8, _accepting(finding)),
        (4, _footer(lesson, links, fails=lesson.mode.reaches(fails_from))),
    ]
    return _fitted([(rank, text) for rank, text in paragraphs if text], limit)


def render_resolved(body: str, *, how: How, finding: Finding | None, links: Links) -> str:
    """Write that a comment of ours no longer holds, above its folded text.

    `body` is its text without its marker. If it was resolved before, only its first
    text is kept: nothing nests. `finding` is None if it is gone.
    """
    before: str | None = body.replace("\r\n", "\n").strip()
    while before and (found := _RESOLVED.fullmatch(before)):
        before = found["before"]
    news = f"✓ {_resolution(how, finding, links)}"
    folded = f"{news}\n\n{_FOLD}{_SUGGESTION.sub(_PLAIN, before or '')}\n\n</details>"
    return folded if before and len(folded) <= _LONGEST_BODY else news


def _resolution(how: How, finding: Finding | None, links: Links) -> str:
    commit = link(code_span(short(links.head)), links.commit())
    if how == "fixed" or finding is None:
        return f"**Fixed** in {commit}"
    if how == "carried":
        return f"**No longer new** as of {commit}: {_escaped(state_words(finding))}"
    acceptance = finding.accepted
    until = f" (until {acceptance.until.isoformat()})" if acceptance and acceptance.until else ""
    return (
        f"**Accepted:** {_escaped(acceptance.reason)}{until}" if acceptance else f"**Accepted** in {commit}"
    )


def _reason(finding: Finding, *, links: Links, is_exact: bool) -> str:
    """Write what the change did to this code."""
    where = "**Here:**" if is_exact else f"In {_place(finding, links)}:"
    return f"{where} {_cause(finding)}"


def _place(finding: Finding, links: Links) -> str:
    """Write a place as a link, if it is still there."""
    name = code_span(f"{shortened(finding.path, _LONGEST_PATH)}:{finding.start.line}")
    address = links.place(finding)
    return link(name, address) if address else name


def _cause(finding: Finding) -> str:
    code = _named(finding)
    if finding.state is State.ADDED:
        return f"this change adds {code}."
    if finding.state is not State.EXPOSED:
        return f"{code}: {markdown_text(state_words(finding))}."
    if not finding.removed:
        return f"this change exposes {code}, which was there before."
    side = "below" if finding.is_removed_below else "above"
    return f"this change removes the protection of {code}, {side} it:"


def _named(finding: Finding) -> str:
    """Write the beginning of the matched code."""
    first, *more = finding.snippet.strip().split("\n")
    name = shortened(first.strip(), _LONGEST_SNIPPET)
    return code_span(f"{name} …" if more else name) if name else "this line"


def _code(finding: Finding, *, is_exact: bool) -> str:
    """Show what was removed, and the code itself if the comment does not stand on it."""
    shown = replace(finding, removed=_protection(finding))
    rows = [row for row in excerpt(shown, width=_COLUMNS) if row.removed or not is_exact]
    indents = [len(row.text) - len(row.text.lstrip()) for row in rows if row.number and row.text.strip()]
    shared = min(indents, default=0)
    lines = [(row.removed, row.text[shared:] if row.number else row.text) for row in rows]
    if finding.removed:
        return fence([f"{'-' if removed else ' '} {text}" for removed, text in lines], language="diff")
    return fence([text for _, text in lines], language=language(finding)) if lines else ""


def _protection(finding: Finding) -> tuple[SourceLine, ...]:
    """Return the removed lines without those that are still there, indented otherwise."""
    kept = {line.text.strip() for line in finding.lines}
    return tuple(line for line in finding.removed if line.text.strip() not in kept) or finding.removed


def _proposal(finding: Finding, *, is_exact: bool) -> str:
    lines = suggestion(finding) if is_exact else None
    if lines is not None:
        return fence(lines, language="suggestion")
    if not (finding.fix or "").strip() or len(finding.fix or "") > _LONGEST_FIX:
        return ""
    return "Proposed instead:\n\n" + fence((finding.fix or "").split("\n"), language=language(finding))


def _accepting(finding: Finding) -> str:
    text = accept_comment(finding.lesson)
    comment = commented(text, finding)
    this = "this comment" if comment != text else "this in a comment"
    words = (
        f"Put {this} above the line, or at its end. Reviewers see it in the diff. "
        "Add `until=YYYY-MM-DD` to accept it for a limited time."
    )
    comment = fence([comment], language=language(finding))
    title = "How to accept this (code stays as it is)"
    return f"<details>\n<summary>{title}</summary>\n\n{words}\n\n{comment}\n\n</details>"


def _footer(lesson: Lesson, links: Links, *, fails: bool) -> str:
    address = links.lesson(lesson)
    parts = [
        link("Postmortem", lesson.postmortem) if lesson.postmortem else "",
        link("Lesson", address) if address else f"Lesson {code_span(lesson.path)}",
        "**The check fails until this is fixed or accepted.**" if fails else "",
    ]
    return " · ".join(part for part in parts if part)


def _fitted(paragraphs: list[tuple[int, str]], limit: int) -> str:
    """Join paragraphs; while they are too long, leave out the one of the highest rank."""
    kept = paragraphs
    while len(kept) > 1 and sum(len(text) + 2 for _, text in kept) - 2 > limit:
        highest = max(rank for rank, _ in kept)
        kept = [(rank, text) for rank, text in kept if rank != highest]
    return "\n\n".join(text for _, text in kept)


def _prose(text: str) -> str:
    return markdown_prose(gist(text, _LONGEST_PROSE))


def _escaped(text: str) -> str:
    return markdown_text(gist(text, _LONGEST_PROSE))
