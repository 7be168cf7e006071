"""The words for states, modes, notices and counts: the same in every output.

All that is returned here is plain text on one line; an output escapes it as its format demands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lessonguard.git.changes import short
from lessonguard.lessons.model import Lesson, Mode
from lessonguard.output.escape import one_line, shortened, visible
from lessonguard.output.story import accepted, carried, introduced
from lessonguard.scan.finding import Finding, Notice, NoticeKind, ScanReport, State
from lessonguard.scan.suppressions import write_accept
from lessonguard.semgrep.interface import Unchecked

_LONGEST_MESSAGE = 500  # characters; a metavariable in a message may hold a whole file
_NEWS = 0.3  # the part of the words of a title that must be new, or what broke is shown without it
_WORD = re.compile(r"\w{4,}")  # shorter ones are mostly articles and prepositions

_STATES: Mapping[State, str] = {
    State.ADDED: "this change adds it",
    State.EXPOSED: "this change removes the protection of this line",
    State.TOUCHED: "edited, still matches",
    State.MOVED: "moved",
    State.INHERITED: "was there before",
    State.FIXED: "fixed",
}

_MODES: Mapping[Mode, str] = {
    Mode.BLOCK: "blocks",
    Mode.COMMENT: "warning only",
    Mode.MONITOR: "monitor only",
}

BEGIN = "copy some with `lessonguard init --starter`, or write one with `lessonguard new INCIDENT`"

_NOTICES: Mapping[NoticeKind, str] = {
    "watched-path": "{incident} watches this path",
    "citation-removed": "this change deletes a line that cites {incident}",
    "lesson-removed": "this change removes the lesson of {incident}, mode {mode}",
    "lesson-weakened": "this change weakens the lesson of {incident}",
    "accept-without-reason": "accepts {incident} without a reason, so it does not count",
    "accept-invalid": "this accept comment does not count",
    "accept-expired": "the accept comment for {incident} has expired",
    "accept-unknown": "accepts {incident}, but there is no lesson about it",
    "accept-unused": "accepts {incident}, but there is no finding here, so delete this comment",
}


def state_words(finding: Finding) -> str:
    """Return what the change did to the code."""
    if finding.state is State.MOVED and finding.previous_path:
        return f"moved from {visible(finding.previous_path)}"
    if finding.state is State.EXPOSED and not finding.removed:
        return "old code that this change exposes"
    return _STATES[finding.state]


def mode_words(lesson: Lesson) -> str:
    """Return what a new finding of this lesson does to the check."""
    return _MODES[lesson.mode]


def verdict_words(finding: Finding, *, fails_from: Mode | None) -> str:
    """Return what the change did to the code, and whether that blocks it.

    `fails_from` is the mildest mode that fails the check, None if nothing does.
    """
    mode, is_added = finding.lesson.mode, finding.state is State.ADDED
    cause = f"this change adds code like {finding.lesson.incident}" if is_added else state_words(finding)
    if mode.reaches(fails_from):
        return f"blocked: {cause}"
    return f"{cause} · {_MODES[Mode.COMMENT if mode is Mode.BLOCK else mode]}"


def place(finding: Finding) -> str:
    """Return `path:line:column`, 1-based, which terminals and editors turn into a link."""
    return f"{visible(finding.path)}:{finding.start.line}:{finding.start.column}"


def incident_words(lesson: Lesson) -> str:
    """Return the incident with its date and severity."""
    return f"{lesson.incident} ({lesson.date.isoformat()}, {lesson.severity.value})"


def reminder(finding: Finding) -> str:
    """Return one sentence: which incident the code looks like, and what broke."""
    lesson = finding.lesson
    return f"This looks like the code behind {incident_words(lesson)}: {one_line(lesson.failure_mode)}"


def what_happened(lesson: Lesson) -> str:
    """Return the title and what broke as sentences; the title only if it adds something."""
    title, failure = one_line(lesson.title), one_line(lesson.failure_mode)
    words, known = set(_WORD.findall(title.lower())), set(_WORD.findall(failure.lower()))
    if len(words - known) <= _NEWS * len(words):
        return failure
    return f"{title} {failure}" if title.endswith((".", "!", "?")) else f"{title}. {failure}"


def gist(text: str, limit: int) -> str:
    """Return prose on one line of at most `limit` characters, cut after a sentence or a word."""
    line = one_line(text)
    if len(line) <= limit:
        return line
    cut = line[: limit - 2]
    sentence, word = cut.rfind(". ") + 1, cut.rfind(" ")
    return cut[:sentence] + " …" if sentence > limit // 2 else (cut[:word] if word > 0 else cut) + "…"


def own_message(finding: Finding) -> str:
    """Return the message of the rule where it adds something to its lesson, otherwise nothing."""
    message, lesson = shortened(one_line(finding.message), _LONGEST_MESSAGE), finding.lesson
    texts = (lesson.title, lesson.failure_mode, lesson.mitigation, lesson.invariant)
    return "" if any(one_line(text) in message or message in one_line(text) for text in texts) else message


def whole_message(finding: Finding) -> list[str]:
    """Return the lesson in a few sentences, one an item, for places with little room."""
    sentences = [
        reminder(finding),
        own_message(finding),
        f"What worked: {one_line(finding.lesson.mitigation)}",
        state_words(finding)[0].upper() + state_words(finding)[1:] + ".",
    ]
    return [sentence for sentence in sentences if sentence]


def story_parts(lesson: Lesson) -> list[tuple[str, str]]:
    """Return what happened, why, and what worked: a label and plain text each."""
    parts = [
        ("What happened", lesson.failure_mode),
        ("Why", lesson.root_cause),
        ("What worked", lesson.mitigation),
    ]
    return [(label, one_line(text)) for label, text in parts if text.strip()]


def accept_comment(lesson: Lesson) -> str:
    """Return what to write in a comment, on the line or above it, to accept a finding."""
    return write_accept(lesson.incident)


def status_words(finding: Finding) -> str:
    """Return that a finding is accepted, until when and why; otherwise what the change did."""
    acceptance = finding.accepted
    if acceptance is None:
        return state_words(finding)
    until = f" until {acceptance.until.isoformat()}" if acceptance.until else ""
    return f"accepted{until}: {one_line(acceptance.reason)}"


def notice_words(notice: Notice) -> str:
    """Return what a notice is about, with the title of its lesson, or what is wrong with a comment."""
    mode = notice.lesson.mode.value if notice.lesson else ""
    words = _NOTICES[notice.kind].format(incident=visible(notice.incident), mode=mode)
    if notice.detail:
        return f"{words}: {one_line(notice.detail)}"
    # In brackets: after a colon, the title of an old incident reads like a consequence of this change.
    return f"{words} ({one_line(notice.lesson.title)})" if notice.lesson else words


def unchecked_words(unchecked: tuple[Unchecked, ...]) -> list[tuple[str, str]]:
    """List each path with each reason once, with the incidents whose lessons could not check it."""
    incidents: dict[tuple[str, str], list[str]] = {}
    for item in unchecked:
        meant = incidents.setdefault((visible(item.path), one_line(item.explanation)), [])
        meant.extend([visible(item.incident)] if item.incident else [])
    return [
        (path, f"{reason} (for {', '.join(meant)})" if meant else reason)
        for (path, reason), meant in incidents.items()
    ]


def no_lessons(folder: str) -> str:
    """Return a sentence: there are no lessons in this folder, and how to begin."""
    return f"There are no lessons in {visible(folder).rstrip('/')}/. {BEGIN[0].upper()}{BEGIN[1:]}."


def counted(number: int, noun: str) -> str:
    """Return a number and a noun whose plural ends in `s`: `no lessons`, `1 lesson`, `2 lessons`."""
    return f"{number or 'no'} {noun}" if number == 1 else f"{number or 'no'} {noun}s"


def outcome(report: ScanReport, *, against: str = "", fails_from: Mode | None = Mode.BLOCK) -> str:
    """Return how many findings are new and how many of them block, or why nothing was checked.

    `against` names what the change is compared with, by default its base commit. `fails_from` is the
    mildest mode that blocks, None if none does.
    """
    findings = introduced(report)
    if not report.files:
        return f"Nothing to check: no changes against {against or short(report.base)}"
    if not findings and not report.lessons:
        return f"Nothing checked: no {'valid ' if report.faults else ''}lessons"
    if not findings:
        return "No new findings in the files that were checked" if report.unchecked else "No new findings"
    blocking = report.blocks(fails_from)
    monitored = [item for item in findings if item.lesson.mode is Mode.MONITOR and item not in blocking]
    counts = [(len(blocking), "blocking"), (len(monitored), "monitor only")]
    detail = ", ".join(f"{count} {word}" for count, word in counts if count)
    return counted(len(findings), "new finding") + (f" ({detail})" if detail else "")


def tallies(report: ScanReport) -> list[str]:
    """List the counts of what is not new, of what was not checked, and last of what was checked."""
    states = [finding.state for finding in carried(report)]
    unchecked = {item.path for item in report.unchecked if item.incident is None}
    partly = {item.path for item in report.unchecked} - unchecked
    counts = [
        (len(accepted(report)), "accepted"),
        (states.count(State.TOUCHED), "edited"),
        (states.count(State.MOVED), "moved"),
        (len(report.fixed), "fixed"),
    ]
    parts = [f"{count} {word}" for count, word in counts if count]
    parts += [counted(len(report.notices), "notice")] if report.notices else []
    parts += [f"{counted(len(unchecked), 'file')} not checked"] if unchecked else []
    parts += [f"{counted(len(partly), 'file')} partly checked"] if partly else []
    parts += [f"{counted(len(report.faults), 'error')} in lessons"] if report.faults else []
    if not report.files:
        return parts
    if not report.lessons:
        return [*parts, counted(report.files, "changed file")]
    checked = counted(max(0, report.files - len(unchecked)), "file")
    return [*parts, f"{checked} checked by {counted(report.lessons, 'lesson')}"]
