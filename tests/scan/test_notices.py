"""Notices: watched paths, accept comments without effect, and removed lines that cite an incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from lessonguard.git.changes import Hunk, LineMap
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Lesson, Library, Mode, Rule, RuleId, Watch
from lessonguard.output.phrases import notice_words
from lessonguard.scan.compare import FileComparison
from lessonguard.scan.notices import CitationIndex, lesson_notices, make_notices, removed_citations
from lessonguard.scan.source import Source
from lessonguard.scan.suppressions import Acceptances, AcceptComment
from tests.support.report import CACHE, TIMEOUT

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


# Lessons of the change ---------------------------------------------------------------------------


def about_lessons(
    before: tuple[Lesson, ...],
    after: tuple[Lesson, ...],
    *,
    library: tuple[Lesson, ...] = (),
    faults: tuple[Diagnostic, ...] = (),
) -> list[tuple[str, str, str, str]]:
    """Return kind, path, side and detail of the notices about lessons; one more lesson is not edited."""
    found = lesson_notices(
        Library(lessons=library or (*before, CACHE), folder="lessons"),
        before=Library(lessons=before, folder="lessons"),
        after=Library(lessons=after, folder="lessons", faults=faults),
    )
    return [(notice.kind, notice.path, notice.side, notice.detail) for notice in found]


def with_rules(*paths: Mapping[str, Sequence[str]]) -> Lesson:
    """Make a lesson with a rule for each of these `paths`."""
    rules = tuple(
        Rule(id=RuleId(f"r{number}"), languages=("python",), document={"paths": each}, line=1)
        for number, each in enumerate(paths)
    )
    return replace(TIMEOUT, rules=rules)


def test_a_deleted_lesson_is_removed() -> None:
    assert about_lessons((TIMEOUT,), ()) == [("lesson-removed", TIMEOUT.path, "base", "")]


def test_with_the_last_lesson_nothing_is_checked_any_more() -> None:
    [(kind, _, _, detail)] = about_lessons((TIMEOUT,), (), library=(TIMEOUT,))

    assert (kind, detail) == ("lesson-removed", "no lesson is left, so nothing will be checked")


def test_a_lesson_that_becomes_invalid_is_removed() -> None:
    fault = Diagnostic(path=TIMEOUT.path, message="no", code="schema")

    [(kind, _, _, detail)] = about_lessons((TIMEOUT,), (), faults=(fault,))

    assert (kind, detail) == ("lesson-removed", "its file is no valid lesson any more")


def test_a_lesson_in_another_file_is_neither_removed_nor_weakened() -> None:
    assert about_lessons((TIMEOUT,), (replace(TIMEOUT, path="lessons/pay/a.yaml", line=9),)) == []


def test_a_lesson_that_the_base_branch_has_no_longer_is_not_removed_by_the_change() -> None:
    assert about_lessons((TIMEOUT,), (), library=(CACHE,)) == []


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        (replace(TIMEOUT, mode=Mode.BLOCK), replace(TIMEOUT, mode=Mode.MONITOR), "block → monitor"),
        (replace(TIMEOUT, mode=Mode.COMMENT), replace(TIMEOUT, mode=Mode.MONITOR), "comment → monitor"),
        (with_rules({}, {}), with_rules({}), "2 → 1 rules"),
        (with_rules({}), with_rules({"exclude": ["."]}), "its rules look at fewer paths"),
        (with_rules({}), with_rules({"include": ["no"]}), "its rules look at fewer paths"),
        (
            with_rules({"include": ["a", "b"]}),
            with_rules({"include": ["b"]}),
            "its rules look at fewer paths",
        ),
        (
            replace(TIMEOUT, watch=Watch(paths=("a", "b"))),
            replace(TIMEOUT, watch=None),
            "watches 2 paths less",
        ),
    ],
)
def test_a_lesson_that_reports_less_is_weakened(old: Lesson, new: Lesson, detail: str) -> None:
    assert about_lessons((old,), (new,)) == [("lesson-weakened", TIMEOUT.path, "head", detail)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TIMEOUT, replace(TIMEOUT, title="Other words")),
        (replace(TIMEOUT, mode=Mode.COMMENT), replace(TIMEOUT, mode=Mode.BLOCK)),
        (with_rules({}), with_rules({}, {})),
        (with_rules({"exclude": ["a"], "include": ["b"]}), with_rules({"include": ["b", "c"]})),
        (with_rules({"include": ["b"]}), with_rules({})),
    ],
)
def test_a_lesson_that_reports_as_much_or_more_is_not_weakened(old: Lesson, new: Lesson) -> None:
    assert about_lessons((old,), (new,)) == []


# Notices -----------------------------------------------------------------------------------------


def notices(file: FileComparison, *, faults: tuple[Diagnostic, ...] = ()) -> list[tuple[str, str, int, str]]:
    """Return kind, path, line and side of each notice about a file."""
    library = Library(lessons=(TIMEOUT,), folder="lessons", faults=faults)
    accepting = {file: Acceptances(file.accept_comments, path=file.path, today=date(2026, 6, 1))}
    found = make_notices(accepting, library, CitationIndex(["INC-245"]))
    return [(notice.kind, notice.path, notice.line, notice.side) for notice in found]


def test_a_watched_path_is_noticed_once_at_the_first_changed_line() -> None:
    changed = replace(compared(b"a\n", b"b\n"), watched_by=(TIMEOUT,))
    deleted = replace(compared(b"a\n", None), watched_by=(TIMEOUT,))

    assert notices(changed) == [("watched-path", "a.py", 1, "head")]
    assert notices(deleted) == [("watched-path", "a.py", 1, "base")]


def test_a_removed_citation_is_noticed_under_the_path_that_base_had() -> None:
    moved = replace(compared(b"x\n# INC-245\n", b"x\n"), previous_path="old.py")

    assert notices(moved) == [("citation-removed", "old.py", 2, "base")]


def test_a_comment_that_accepts_an_unknown_incident_is_noticed_if_all_lessons_could_be_read() -> None:
    comment = AcceptComment(incident="INC-9", line=1, applies_to=2, reason="read-only", until=None)
    file = replace(compared(None, b"# comment\nx\n"), accept_comments=[comment])
    fault = Diagnostic(path="lessons/INC-9.yaml", line=1, code="yaml", message="this is not YAML")

    assert notices(file) == [("accept-unknown", "a.py", 1, "head")]
    assert notices(file, faults=(fault,)) == []


def test_an_expired_comment_is_noticed_with_its_last_day_and_what_to_do() -> None:
    comment = AcceptComment(
        incident="INC-245", line=1, applies_to=2, reason="read-only", until=date(2026, 5, 31)
    )
    file = replace(compared(None, b"# comment\nx\n"), accept_comments=[comment])
    accepting = {file: Acceptances(file.accept_comments, path=file.path, today=date(2026, 6, 1))}

    [notice] = make_notices(
        accepting, Library(lessons=(TIMEOUT,), folder="lessons"), CitationIndex(["INC-245"])
    )

    assert notice_words(notice) == (
        "the accept comment for INC-245 has expired: it counted until 2026-05-31; "
        "fix the code, or set a later date if it is still safe"
    )
