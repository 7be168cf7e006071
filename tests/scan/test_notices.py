"""Citations: a line that names an incident and goes deserves a word, one that moves does not."""

from __future__ import annotations

from lessonguard.git.changes import Hunk, LineMap
from lessonguard.scan.citations import CitationIndex
from lessonguard.scan.compared import ComparedFile, Version
from lessonguard.scan.notices import Citation, removed_citations
from lessonguard.scan.source import Source

INDEX = CitationIndex(["INC-1", "INC-245", "cloudflare-2019-07-regex"])


def replaced(base: bytes, head: bytes) -> ComparedFile:
    """Make a file all of whose lines were replaced."""
    one, other = Source(base), Source(head)
    hunk = Hunk(base_start=1, base_count=one.line_count, head_start=1, head_count=other.line_count)
    return ComparedFile(base=Version(source=one), head=Version(source=other), lines=LineMap([hunk]))


def removed(*files: ComparedFile) -> list[Citation]:
    return list(removed_citations(files, INDEX))


def test_incidents_are_found_as_whole_words() -> None:
    text = b"INC-2455 xINC-245 INC-245. (INC-1) INC-245-b inc-1 cloudflare-2019-07-regex"

    assert INDEX.cited(text) == {"INC-245": 1, "INC-1": 1, "cloudflare-2019-07-regex": 1}


def test_a_deleted_line_is_a_removed_citation() -> None:
    assert removed(replaced(b"a\n# INC-1\nb\n", b"a\nb\n")) == [Citation(file=0, line=2, incident="INC-1")]


def test_an_edited_line_that_still_cites_is_none() -> None:
    assert removed(replaced(b"# INC-1: old words\n", b"# new words, see INC-1\n")) == []


def test_a_citation_that_moved_to_a_new_file_is_none() -> None:
    new = ComparedFile(base=None, head=Version(source=Source(b"# INC-1\n")), lines=LineMap([]))

    assert removed(replaced(b"# INC-1\n", b""), new) == []


def test_of_two_citations_the_one_whose_line_stands_elsewhere_moved() -> None:
    new = ComparedFile(base=None, head=Version(source=Source(b"# keep INC-1\n")), lines=LineMap([]))

    found = removed(replaced(b"# keep INC-1\n# guard, INC-1\n", b""), new)

    assert found == [Citation(file=0, line=2, incident="INC-1")]


def test_a_deleted_file_loses_its_citations() -> None:
    gone = ComparedFile(base=Version(source=Source(b"x\n# INC-245\n")), head=None, lines=LineMap([]))

    assert removed(gone) == [Citation(file=0, line=2, incident="INC-245")]
