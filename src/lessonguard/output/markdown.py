"""A summary in GitHub-flavoured Markdown: for the job's summary and the pull request.

Code and names from the change stand in code spans and fences, where GitHub reads neither markup
nor mentions; all else is written as plain text. See `escape` for how.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from lessonguard.lessons.model import Mode
from lessonguard.output.escape import (
    code_span,
    fence,
    html_text,
    link,
    markdown_name,
    markdown_text,
    shortened,
)
from lessonguard.output.excerpt import excerpt
from lessonguard.output.phrases import (
    accept_comment,
    counted,
    mode_words,
    notice_words,
    outcome,
    own_message,
    state_words,
    status_words,
    story_parts,
    tallies,
    unchecked_words,
)
from lessonguard.output.story import (
    Story,
    accepted,
    by_importance,
    carried,
    for_pull_request,
    introduced,
    stories,
)
from lessonguard.output.syntax import commented
from lessonguard.scan.finding import Finding, ScanReport

_COLUMNS = 100  # of an excerpt
_PLACES = 100  # in a table or a list
_EXCERPTS = 5  # of one lesson
_LONGEST_PATH = 300  # characters
_LONGEST_TEXT = 2_000  # characters of each part of a story
_RESERVE = 200  # bytes for saying what was left out


def render_markdown(report: ScanReport, *, limit: int = 1_000_000) -> str:
    """Write the report as Markdown of at most `limit` bytes, ending in a line feed.

    The default stays below the mebibyte that GitHub allows for the summary of a step. Sections
    that do not fit are left out and counted. Findings in monitor mode are never shown.
    """
    kept: list[str] = []
    size, left_out = 0, 0
    for section in _sections(for_pull_request(report)):
        needed = len(section.encode("utf-8")) + len("\n\n")
        if size + needed > limit - _RESERVE:
            left_out += 1
        else:
            size += needed
            kept.append(section)
    if left_out:
        sections = counted(left_out, "section")
        kept.append(f"{sections} left out, because GitHub limits the length of this text.")
    return "\n\n".join(kept) + "\n"


def _sections(report: ScanReport) -> Iterator[str]:
    words = outcome(report)
    yield f"### lessonguard: {words[0].lower()}{words[1:]}"
    if parts := tallies(report):
        yield " · ".join(parts)
    findings = introduced(report)
    if findings:
        yield _table(by_importance(findings))
    for story in stories(findings):
        yield _story(story)
    yield from _lists(report)


def _table(findings: Sequence[Finding]) -> str:
    rows = [
        f"| {_place(finding.path, finding.start.line)} | {state_words(finding)} "
        f"| **{markdown_name(finding.lesson.incident)}** {_text(finding.lesson.title)} "
        f"| {mode_words(finding.lesson)} |"
        for finding in findings[:_PLACES]
    ]
    head = ["| Where | Change | Incident | Check |", "|---|---|---|---|"]
    return "\n".join([*head, *rows]) + _more(findings, shown=_PLACES)


def _story(story: Story) -> str:
    """Write a lesson as a section that unfolds; one that blocks is open already."""
    lesson = story.lesson
    incident = html_text(lesson.incident, names=[lesson.incident])
    summary = f"<b>{incident}</b> · {lesson.date.isoformat()} · {lesson.severity.value}"
    paragraphs = [
        "<details open>" if lesson.mode is Mode.BLOCK else "<details>",
        f"<summary>{summary} · {html_text(shortened(lesson.title, _LONGEST_TEXT))}</summary>",
        "",
        "\n\n".join([*_facts(story), *_excerpts(story)]),
        "",
        "</details>",
    ]
    return "\n".join(paragraphs)


def _facts(story: Story) -> list[str]:
    lesson = story.lesson
    parts = [f"**{label}.** {_text(text)}" for label, text in story_parts(lesson)]
    postmortem = [link("Postmortem", lesson.postmortem)] if lesson.postmortem else []
    if lesson.mode is Mode.BLOCK:
        comment = code_span(commented(accept_comment(lesson), story.findings[0]))
        parts.append(f"**If this is intended**, put above the line: {comment}")
    return [*parts, " · ".join([*postmortem, f"Lesson {code_span(lesson.path)}"])]


def _excerpts(story: Story) -> list[str]:
    shown = story.findings[:_EXCERPTS]
    paragraphs = [paragraph for finding in shown for paragraph in _excerpt(finding)]
    more = _more(story.findings, shown=_EXCERPTS).strip()
    return [*paragraphs, more] if more else paragraphs


def _excerpt(finding: Finding) -> list[str]:
    place = f"{_place(finding.path, finding.start.line)}: {state_words(finding)}"
    message = [_text(own_message(finding))] if own_message(finding) else []
    rows = excerpt(finding, width=_COLUMNS)
    if finding.removed:
        code = fence([f"{'-' if row.removed else ' '} {row.text}" for row in rows], language="diff")
    else:
        # The language is that of the rule, which the team wrote: never the file's extension.
        rules = [rule for rule in finding.lesson.rules if rule.id == finding.rule]
        code = fence([row.text for row in rows], language=rules[0].languages[0] if rules else "")
    fix = ["Proposed instead:", fence(finding.fix.split("\n"))] if finding.fix else []
    return [place, *message, code, *fix]


def _lists(report: ScanReport) -> Iterator[str]:
    for title, items in [("Accepted", accepted(report)), ("Not new", carried(report))]:
        yield from _list(title, [_entry(item, status_words(item)) for item in items])
    yield from _list("Fixed", [_entry(item, item.lesson.title) for item in report.fixed])
    notices = [
        f"{_place(item.path, item.line)} "
        f"{_text(notice_words(item), [item.lesson.incident] if item.lesson else [])}"
        for item in report.notices
    ]
    yield from _list("Notices", notices)
    names = {item.incident for item in report.unchecked if item.incident}
    unchecked = [
        f"{code_span(shortened(path, _LONGEST_PATH))} {_text(reason, names)}"
        for path, reason in unchecked_words(report.unchecked)
    ]
    yield from _list("Not checked", unchecked)
    yield from _list("Invalid lessons", [_text(fault.text) for fault in report.faults])


def _entry(finding: Finding, words: str) -> str:
    return (
        f"{_place(finding.path, finding.start.line)} {markdown_name(finding.lesson.incident)} {_text(words)}"
    )


def _list(title: str, entries: list[str]) -> Iterator[str]:
    if entries:
        items = [f"- {entry}" for entry in entries[:_PLACES]]
        yield f"**{title}**\n\n" + "\n".join(items) + _more(entries, shown=_PLACES)


def _more(items: Sequence[object], *, shown: int) -> str:
    return f"\n\n… and {len(items) - shown} more." if len(items) > shown else ""


def _place(path: str, line: int) -> str:
    return code_span(f"{shortened(path, _LONGEST_PATH)}:{line}")


def _text(text: str, names: Collection[str] = ()) -> str:
    return markdown_text(shortened(text, _LONGEST_TEXT), names=names)
