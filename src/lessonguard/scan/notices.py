"""Notices: what is worth saying although no rule matches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from lessonguard.lessons.model import IncidentId, Lesson, Library, Rule
from lessonguard.scan.finding import Notice

if TYPE_CHECKING:  # most changes need none of these, and yet `CitationIndex`
    from lessonguard.scan.compare import FileComparison
    from lessonguard.scan.source import Source
    from lessonguard.scan.suppressions import Acceptances, AcceptComment

# What notices are sorted by, so that the same change gives the same bytes.
NOTICE_ORDER = attrgetter("path", "line", "incident", "kind", "side")

_WORD = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]*")


class CitationIndex:
    """Finds the incidents that code cites, such as `INC-245` in a comment."""

    def __init__(self, incidents: Iterable[str]) -> None:
        """Index these IDs, which are found as whole words."""
        self._incidents = {incident.encode(): incident for incident in incidents}
        # Most texts cite nothing: looking for the few beginnings that IDs share, such as `INC-`, tells so.
        self._beginnings = {re.split(rb"\d", incident)[0] or incident for incident in self._incidents}

    def cited(self, content: bytes) -> Counter[str]:
        """Count how often each incident is cited."""
        if not any(beginning in content for beginning in self._beginnings):
            return Counter()
        words = (match.group().rstrip(b"._-") for match in _WORD.finditer(content))
        return Counter(self._incidents[word] for word in words if word in self._incidents)


def make_notices(
    files: Mapping[FileComparison, Acceptances], library: Library, index: CitationIndex
) -> tuple[Notice, ...]:
    """List the notices about the files of a change, sorted by `NOTICE_ORDER`.

    Their accept comments must have been asked about all findings before.
    """
    found = [
        *(notice for file in files for notice in _watched(file)),
        *_citation_notices(list(files), library, index),
        *(notice for file, comments in files.items() for notice in _accepts(file, comments, library)),
    ]
    return tuple(sorted(found, key=NOTICE_ORDER))


def lesson_notices(library: Library, *, before: Library, after: Library) -> Iterator[Notice]:
    """List the lessons of a library that a change removes, or makes milder.

    `before` and `after` are the lesson files that differ, at the base and at the head of the change: the
    library is that of the tip of the base branch, and may know more. A lesson in another file is the same.
    """
    edited = [lesson for lesson in before.lessons if lesson.incident in library.by_incident]
    gone = {lesson.incident for lesson in edited} - after.by_incident.keys()
    is_last = library.by_incident.keys() <= gone and not after.lessons
    invalid = {fault.path for fault in after.faults}
    for old in edited:
        new = after.by_incident.get(old.incident)
        if new is None:
            detail = "its file is no valid lesson any more" if old.path in invalid else ""
            detail = "no lesson is left, so nothing will be checked" if is_last else detail
        else:
            detail = ", ".join(_weaknesses(old, new))
        if new is None or detail:
            yield Notice(
                incident=old.incident,
                lesson=library.by_incident[old.incident],
                kind="lesson-weakened" if new else "lesson-removed",
                path=new.path if new else old.path,
                line=(new or old).line,
                side="head" if new else "base",
                text="",
                detail=detail,
            )


def _weaknesses(old: Lesson, new: Lesson) -> Iterator[str]:
    """List in words what makes a lesson report less than before; whether a rule finds less is not known."""
    if not new.mode.reaches(old.mode):
        yield f"{old.mode.value} → {new.mode.value}"
    if len(new.rules) < len(old.rules):
        yield f"{len(old.rules)} → {len(new.rules)} rules"
    rules = {rule.id: rule for rule in new.rules}
    if any(rule.id in rules and _has_fewer_paths(rule, rules[rule.id]) for rule in old.rules):
        yield "its rules look at fewer paths"
    watched = set(old.watch.paths if old.watch else ()) - set(new.watch.paths if new.watch else ())
    if watched:
        yield f"watches {len(watched)} path{'s' * (len(watched) > 1)} less"


def _has_fewer_paths(old: Rule, new: Rule) -> bool:
    """Return whether the `paths` of a rule leave out, or no longer include, what they did not before."""
    was, now = (rule.document.get("paths", {}) for rule in (old, new))
    included = set(was.get("include", ()))
    is_limited = bool(now.get("include"))
    return bool(set(now.get("exclude", ())) - set(was.get("exclude", ()))) or (
        is_limited and (not included or bool(included - set(now["include"])))
    )


def _watched(file: FileComparison) -> Iterator[Notice]:
    head, hunks = file.head, file.lines.hunks
    first = hunks[0] if hunks else None
    line = (first.head_start if head else first.base_start) if first else 1
    for lesson in file.watched_by:
        yield Notice(
            incident=lesson.incident,
            lesson=lesson,
            kind="watched-path",
            path=file.path,
            line=max(1, line),
            side="head" if head else "base",
            text="",
        )


def removed_citations(
    files: Sequence[FileComparison], index: CitationIndex
) -> Iterator[tuple[FileComparison, int, str]]:
    """List the removed lines that name an incident and did not only move: file, line in base, incident.

    There are as many as the whole change has fewer citations than before; lines that stand
    elsewhere in the change now are passed over first.
    """
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for file in files:
        before.update(index.cited(file.base.content) if file.base else {})
        after.update(index.cited(file.head.content) if file.head else {})
    missing = before - after
    if not missing:
        return
    added = Counter(text for file in files for _, text in _added_lines(file))
    for file in files:
        for line, text in _removed_lines(file):
            for incident in index.cited(text):
                if added[text] > 0:
                    added[text] -= 1
                elif missing[incident] > 0:
                    missing[incident] -= 1
                    yield file, line, incident


def _citation_notices(
    files: Sequence[FileComparison], library: Library, index: CitationIndex
) -> Iterator[Notice]:
    for file, line, incident in removed_citations(files, index):
        yield Notice(
            incident=incident,
            lesson=library.by_incident[IncidentId(incident)],
            kind="citation-removed",
            path=file.base_path,
            line=line,
            side="base",
            text=file.base.line(line).text if file.base else "",
        )


def _accepts(file: FileComparison, comments: Acceptances, library: Library) -> Iterator[Notice]:
    for kind, comment in comments.without_effect(library.by_incident):
        if kind == "accept-unknown" and library.faults:
            continue  # because its lesson may be one of those that cannot be read
        yield Notice(
            incident=comment.incident,
            lesson=library.by_incident.get(IncidentId(comment.incident)),
            kind=kind,
            path=file.path,
            line=comment.line,
            side="head",
            text=file.head.line(comment.line).text if file.head else "",
            detail=comment.fault or (_expired(comment) if kind == "accept-expired" else ""),
        )


def _expired(comment: AcceptComment) -> str:
    return f"it counted until {comment.until}; fix the code, or set a later date if it is still safe"


def _removed_lines(file: FileComparison) -> Iterator[tuple[int, bytes]]:
    ranges = [hunk.base_lines for hunk in file.lines.hunks] if file.head else None
    return _lines(file.base, ranges)


def _added_lines(file: FileComparison) -> Iterator[tuple[int, bytes]]:
    ranges = [hunk.head_lines for hunk in file.lines.hunks] if file.base else None
    return _lines(file.head, ranges)


def _lines(source: Source | None, ranges: Iterable[range] | None) -> Iterator[tuple[int, bytes]]:
    """List some lines of a source with their numbers, without outer white space; None is all."""
    if source is not None:
        for lines in [range(1, source.line_count + 1)] if ranges is None else ranges:
            for line in lines:
                yield line, source.raw_lines(range(line, line + 1)).strip()
