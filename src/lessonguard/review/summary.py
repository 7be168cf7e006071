"""The summary of a review: one text on the pull request, edited in place as the change goes on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TypeVar

from lessonguard.git.changes import short
from lessonguard.lessons.model import Mode
from lessonguard.output.escape import code_span, link, markdown_name, markdown_prose, markdown_text, shortened
from lessonguard.output.phrases import (
    counted,
    gist,
    notice_words,
    state_words,
    status_words,
    unchecked_words,
)
from lessonguard.output.story import Story, accepted, for_pull_request, introduced, stories
from lessonguard.review.links import Links
from lessonguard.scan.finding import Finding, Fingerprint, Notice, ScanReport, State

_PLACES = 5  # of one lesson, before the rest is folded
_ENTRIES = 10  # of a list below
_LONGEST_PATH = 300  # characters
_LONGEST_PROSE = 240  # characters
_LONGEST_NOTICE = 600  # characters: more than an accept comment that is proposed, with its reason
_RESERVE = 300  # characters for what holds the pieces together

_Item = TypeVar("_Item")


def render_review(
    report: ScanReport,
    *,
    commented: Collection[Fingerprint],
    links: Links,
    branch: str = "the base branch",
    fails_from: Mode | None = Mode.BLOCK,
    limit: int = 65_000,
) -> str:
    """Write the summary in at most `limit` characters; lessons in monitor mode are never in it.

    `commented` are the findings that have a comment beside the code; the others are listed here.
    `branch` is where the lessons come from. `fails_from` is the mildest mode that fails the check,
    None if nothing does. What does not fit is left out by whole places, the least important first,
    and counted.
    """
    shown = for_pull_request(report)
    findings = introduced(shown)
    before = [_headline(findings, shown, branch), *_consequences(findings, commented, fails_from)]
    after = [*_lists(shown, links, room=limit // 10), *_checked(report, links)]
    room = limit - sum(len(text) + 2 for text in (*before, *after)) - _RESERVE
    return "\n\n".join([*before, *_stories(findings, commented, links=links, room=room), *after])


def render_further(number: int, *, url: str) -> str:
    """Write the body of a review of `number` more comments beside the code; the summary is at `url`."""
    return f"{counted(number, 'more place')} {_looks(number)}. {link('Summary', url)}"


def _headline(findings: Sequence[Finding], report: ScanReport, branch: str) -> str:
    if not report.lessons:
        why = "the lessons of {} are invalid" if report.faults else "{} has no lessons yet"
        return f"**Not checked: {why.format(markdown_text(branch))}**"
    if not findings and report.unchecked:
        return "✓ **No new findings in the files that were checked.**"
    if not findings:
        is_accepted = bool(accepted(report))
        return f"✓ **{'All findings are accepted, with reasons.' if is_accepted else 'No new findings.'}**"
    incidents = {finding.lesson.incident for finding in findings}
    behind = markdown_text(min(incidents), names=incidents) if len(incidents) == 1 else "past incidents"
    return f"### {counted(len(findings), 'place')} {_looks(len(findings), behind)}"


def _looks(number: int, behind: str = "past incidents") -> str:
    return f"{'looks' if number == 1 else 'look'} like the code behind {behind}"


def _consequences(
    findings: Sequence[Finding], commented: Collection[Fingerprint], fails_from: Mode | None
) -> Iterator[str]:
    """Write what fails the check, and where to read the rest."""
    failing = sum(finding.lesson.mode.reaches(fails_from) for finding in findings)
    silent = sum(finding.fingerprint not in commented for finding in findings)
    if failing:
        which = "" if failing == len(findings) else f" for {failing} of them"
        are = "it is" if failing == 1 else "they are"
        yield f"**The check fails{which}** until {are} fixed or accepted."
    if 0 < silent < len(findings):
        are = "is" if silent == 1 else "are"
        yield f"{silent} of them {are} only listed here, without a comment beside the code."


def _stories(
    findings: Sequence[Finding], commented: Collection[Fingerprint], *, links: Links, room: int
) -> Iterator[str]:
    left_out = 0
    for story in stories(findings):
        head = _story_head(story, commented, links)
        entries = _fitting((_entry(item, commented, links) for item in story.findings), room - len(head))
        left_out += len(story.findings) - len(entries)
        if entries:
            text = f"{head}\n\n{_folded(entries)}"
            room -= len(text) + 2
            yield text
    if left_out:
        yield f"{counted(left_out, 'more place')} left out, because GitHub limits the length of this text."


def _story_head(story: Story, commented: Collection[Fingerprint], links: Links) -> str:
    """Write the name of the lesson, and what worked if no comment beside the code does."""
    lesson = story.lesson
    address = links.lesson(lesson)
    incident = markdown_name(lesson.incident)
    named = link(incident, lesson.postmortem) if lesson.postmortem else incident
    parts = [
        f"**{named}** {_prose(lesson.title)}",
        f"{lesson.date.isoformat()}, {lesson.severity.value}",
        link("Lesson", address) if address else "",
    ]
    head = " · ".join(part for part in parts if part)
    if any(finding.fingerprint in commented for finding in story.findings):
        return head
    return f"{head}\n\n**What worked:** {_prose(lesson.mitigation)}"


def _entry(finding: Finding, commented: Collection[Fingerprint], links: Links) -> str:
    is_short = finding.fingerprint in commented or finding.state is State.ADDED
    return f"- {_place(finding, links)}" + ("" if is_short else f": {state_words(finding)}")


def _folded(entries: Sequence[str]) -> str:
    """List the first places, and the others where a reader may unfold them."""
    first, more = entries[:_PLACES], entries[_PLACES:]
    if len(more) <= 1:
        return "\n".join(entries)
    listed = "\n".join(more)
    fold = f"<details>\n<summary>and {len(more)} more</summary>\n\n{listed}\n\n</details>"
    return "\n".join(first) + f"\n\n{fold}"


def _lists(report: ScanReport, links: Links, *, room: int) -> Iterator[str]:
    unchecked, kept = unchecked_words(report.unchecked), accepted(report)
    names = {item.incident for item in report.unchecked if item.incident}
    yield from _list(
        "Not checked", unchecked, lambda item: f"{_name(item[0])} {_text(item[1], names)}", room=room
    )
    yield from _list("Invalid lessons", report.faults, lambda item: _text(item.text), room=room)
    yield from _list("Accepted", kept, lambda item: _about(item, _text(status_words(item)), links), room=room)
    yield from _list("Notices", report.notices, _notice, room=room)
    yield from _list(
        "Fixed", report.fixed, lambda item: _about(item, _prose(item.lesson.title), links), room=room
    )


def _list(title: str, items: Sequence[_Item], write: Callable[[_Item], str], *, room: int) -> Iterator[str]:
    entries = _fitting((f"- {write(item)}" for item in items[:_ENTRIES]), room - len(title))
    rest = len(items) - len(entries)
    more = [f"- … and {rest} more"] if rest else []
    if items:
        yield "\n".join([f"**{title}**", "", *entries, *more])


def _about(finding: Finding, words: str, links: Links) -> str:
    return f"{_place(finding, links)} {markdown_name(finding.lesson.incident)} {words}"


def _place(finding: Finding, links: Links) -> str:
    name = code_span(f"{shortened(finding.path, _LONGEST_PATH)}:{finding.start.line}")
    address = links.place(finding)
    return link(name, address) if address else name


def _notice(notice: Notice) -> str:
    names = [notice.lesson.incident] if notice.lesson else []
    words = markdown_text(gist(notice_words(notice), _LONGEST_NOTICE), names=names)
    return f"{_name(f'{shortened(notice.path, _LONGEST_PATH)}:{notice.line}')} {words}"


def _checked(report: ScanReport, links: Links) -> Iterator[str]:
    if report.lessons:
        commit = link(code_span(short(links.head)), links.commit())
        yield f"<sub>Checked at {commit} by {counted(report.lessons, 'lesson')}</sub>"


def _fitting(entries: Iterable[str], room: int) -> list[str]:
    """Return the longest beginning of a list that takes at most `room` characters."""
    kept: list[str] = []
    for entry in entries:
        room -= len(entry) + 1
        if room < 0:
            break
        kept.append(entry)
    return kept


def _name(path: str) -> str:
    return code_span(shortened(path, _LONGEST_PATH))


def _text(text: str, names: Collection[str] = ()) -> str:
    return markdown_text(gist(text, _LONGEST_PROSE), names=names)


def _prose(text: str) -> str:
    return markdown_prose(gist(text, _LONGEST_PROSE))
