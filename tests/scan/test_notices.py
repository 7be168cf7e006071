"""Citations: a line that names an incident and goes deserves a word, one that moves does not."""

from __future__ import annotations

from lessonguard.git.changes import Hunk, LineMap
from lessonguard.scan.compare import FileComparison
from lessonguard.scan.notices import CitationIndex, removed_citations
from lessonguard.scan.source import Source

INDEX = CitationIndex(["INC-1", "INC-245", "cloudflare-2019-07-regex"])


def compared(base: bytes | None, head: bytes | None) -> FileComparison:
    """Make a comparison of a file all of whose lines were replaced, or which was added or deleted."""
    one, other = (None if text is None else Source(text) for text in (base, head))
    hunks = []
    if one and other:
        hunks = [Hunk(base_start=1, base_count=one.line_count, head_start=1, head_count=other.line_count)]
    return FileComparison(path="a.py", previous_path=None, base=one, head=other, lines=LineMap(hunks))


def removed(*files: FileComparison) -> list[tuple[int, int, str]]:
    """Return the index of the file, the line in base and the incident of each removed citation."""
    return [(files.index(file), line, incident) for file, line, incident in removed_citations(files, INDEX)]


def test_incidents_are_found_as_whole_words() -> None:
    text = b"INC-2455 xINC-245 INC-245. (INC-1) INC-245-b inc-1 cloudflare-2019-07-regex"

    assert INDEX.cited(text) == {"INC-245": 1, "INC-1": 1, "cloudflare-2019-07-regex": 1}


def test_a_deleted_line_is_a_removed_citation() -> None:
    assert removed(compared(b"a\n# INC-1\nb\n", b"a\nb\n")) == [(0, 2, "INC-1")]


def test_an_edited_line_that_still_cites_is_none() -> None:
    assert removed(compared(b"# INC-1: old words\n", b"# new words, see INC-1\n")) == []


def test_a_citation_that_moved_to_a_new_file_is_none() -> None:
    new = compared(None, b"# INC-1\n")

    assert removed(compared(b"# INC-1\n", b""), new) == []


def test_of_two_citations_the_one_whose_line_is_elsewhere_now_moved() -> None:
    new = compared(None, b"# keep INC-1\n")

    found = removed(compared(b"# keep INC-1\n# guard, INC-1\n", b""), new)

    assert found == [(0, 2, "INC-1")]


def test_a_deleted_file_loses_its_citations() -> None:
    gone = compared(b"x\n# INC-245\n", None)

    assert removed(gone) == [(0, 2, "INC-245")]
