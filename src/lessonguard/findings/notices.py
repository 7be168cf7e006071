"""Notices: what deserves a word although no rule matches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lessonguard.change.model import LineMap
from lessonguard.findings.source import Source

_WORD = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A line that names an incident: index of the file, 1-based line in base, and the ID."""

    file: int
    line: int
    incident: str


class CitationIndex:
    """Finds the incidents that code names, such as `INC-245` in a comment."""

    def __init__(self, incidents: Iterable[str]) -> None:
        """Prepare to find these IDs, as whole words."""
        self._incidents = {incident.encode(): incident for incident in incidents}
        # Most texts cite nothing: looking for the few beginnings that IDs share settles that.
        self._beginnings = {re.split(rb"\d", incident)[0] or incident for incident in self._incidents}

    def cited(self, content: bytes) -> Counter[str]:
        """Count how often each incident is named."""
        if not any(beginning in content for beginning in self._beginnings):
            return Counter()
        words = (match.group().rstrip(b"._-") for match in _WORD.finditer(content))
        return Counter(self._incidents[word] for word in words if word in self._incidents)


@dataclass(frozen=True, kw_only=True)
class CitingFile:
    """A changed file that names incidents; an added one has no `base`, a deleted one no `head`."""

    base: Source | None
    head: Source | None
    lines: LineMap


def removed_citations(
    files: Sequence[CitingFile], index: CitationIndex, *, missing: Mapping[str, int]
) -> Iterator[Citation]:
    """Give the removed lines that name an incident and did not only move.

    `missing` says of how many citations of each incident the whole change is poorer; of the
    candidates, those whose line stands elsewhere in the change now are passed over first.
    """
    added = Counter(text for file in files for _, text in _added_lines(file))
    open_count = Counter(missing)
    for number, file in enumerate(files):
        for line, text in _removed_lines(file):
            for incident in index.cited(text):
                if added[text] > 0:
                    added[text] -= 1
                elif open_count[incident] > 0:
                    open_count[incident] -= 1
                    yield Citation(file=number, line=line, incident=incident)


def _removed_lines(file: CitingFile) -> Iterator[tuple[int, bytes]]:
    return _lines(file.base, None if file.head is None else [hunk.base_lines for hunk in file.lines.hunks])


def _added_lines(file: CitingFile) -> Iterator[tuple[int, bytes]]:
    return _lines(file.head, None if file.base is None else [hunk.head_lines for hunk in file.lines.hunks])


def _lines(source: Source | None, ranges: Iterable[range] | None) -> Iterator[tuple[int, bytes]]:
    """Give some lines of a source with their numbers, without outer white space; None is all."""
    if source is not None:
        for lines in [range(1, source.line_count + 1)] if ranges is None else ranges:
            for line in lines:
                yield line, source.raw_lines(range(line, line + 1)).strip()
