"""Notices: what deserves a word although no rule matches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from lessonguard.lessons.model import IncidentId, Library
from lessonguard.record import record
from lessonguard.scan.citations import CitationIndex
from lessonguard.scan.compared import ComparedFile
from lessonguard.scan.finding import Notice
from lessonguard.scan.report import JudgedFile, notice_order
from lessonguard.scan.source import Source


@record
class Citation:
    """A line that names an incident: index of the file, 1-based line in base, and the ID."""

    file: int
    line: int
    incident: str


def removed_citations(files: Sequence[ComparedFile], index: CitationIndex) -> Iterator[Citation]:
    """Give the removed lines that name an incident and did not only move.

    There are as many as the whole change has fewer citations than before; lines that stand
    elsewhere in the change now are passed over first.
    """
    missing = _missing(files, index)
    if not missing:
        return
    added = Counter(text for file in files for _, text in _added_lines(file))
    for number, file in enumerate(files):
        for line, text in _removed_lines(file):
            for incident in index.cited(text):
                if added[text] > 0:
                    added[text] -= 1
                elif missing[incident] > 0:
                    missing[incident] -= 1
                    yield Citation(file=number, line=line, incident=incident)


def _missing(files: Iterable[ComparedFile], index: CitationIndex) -> Counter[str]:
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for file in files:
        before.update(index.cited(file.base.source.content) if file.base else {})
        after.update(index.cited(file.head.source.content) if file.head else {})
    return before - after


def make_notices(files: Sequence[JudgedFile], library: Library, index: CitationIndex) -> tuple[Notice, ...]:
    """Give the notices about the files of a change, sorted; ask after all findings were made."""
    found = [
        *(notice for file in files for notice in _watched(file)),
        *_citations(files, library, index),
        *(notice for file in files for notice in _accepts(file, library)),
    ]
    return tuple(sorted(found, key=notice_order))


def _watched(file: JudgedFile) -> Iterator[Notice]:
    head, hunks = file.compared.head, file.compared.lines.hunks
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


def _citations(files: Sequence[JudgedFile], library: Library, index: CitationIndex) -> Iterator[Notice]:
    compared = [file.compared for file in files]
    for citation in removed_citations(compared, index):
        base = compared[citation.file].base
        yield Notice(
            incident=citation.incident,
            lesson=library.by_incident[IncidentId(citation.incident)],
            kind="citation-removed",
            path=files[citation.file].base_path,
            line=citation.line,
            side="base",
            text=base.source.line(citation.line).text if base else "",
        )


def _accepts(file: JudgedFile, library: Library) -> Iterator[Notice]:
    head = file.compared.head
    for kind, comment in file.acceptances.remarks(library.by_incident) if head else ():
        if kind == "accept-unknown" and library.faults:
            continue  # its lesson may be one of those that cannot be read
        yield Notice(
            incident=comment.incident,
            lesson=library.by_incident.get(IncidentId(comment.incident)),
            kind=kind,
            path=file.path,
            line=comment.line,
            side="head",
            text=head.source.line(comment.line).text if head else "",
        )


def _removed_lines(file: ComparedFile) -> Iterator[tuple[int, bytes]]:
    ranges = [hunk.base_lines for hunk in file.lines.hunks] if file.head else None
    return _lines(file.base.source if file.base else None, ranges)


def _added_lines(file: ComparedFile) -> Iterator[tuple[int, bytes]]:
    ranges = [hunk.head_lines for hunk in file.lines.hunks] if file.base else None
    return _lines(file.head.source if file.head else None, ranges)


def _lines(source: Source | None, ranges: Iterable[range] | None) -> Iterator[tuple[int, bytes]]:
    """Give some lines of a source with their numbers, without outer white space; None is all."""
    if source is not None:
        for lines in [range(1, source.line_count + 1)] if ranges is None else ranges:
            for line in lines:
                yield line, source.raw_lines(range(line, line + 1)).strip()
