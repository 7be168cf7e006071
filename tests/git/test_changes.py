"""The types of a change: paths of files, lines of hunks, and the map between two versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.git.changes import (
    BlobId,
    ChangedFile,
    CommitId,
    FileVersion,
    Hunk,
    LineMap,
    empty_tree,
    short,
)


def _hunk(base_start: int, base_count: int, head_start: int, head_count: int) -> Hunk:
    return Hunk(base_start=base_start, base_count=base_count, head_start=head_start, head_count=head_count)


def _version(path: str) -> FileVersion:
    return FileVersion(path=path, blob=BlobId("1" * 40), executable=False)


def test_a_commit_is_shown_with_ten_digits_everywhere() -> None:
    assert short("0123456789abcdef0123456789abcdef01234567") == "0123456789"


@pytest.mark.parametrize(("digits", "start"), [(40, "4b825dc6"), (64, "6ef19b41")])
def test_the_empty_tree_has_a_name_for_each_kind_of_hash(digits: int, start: str) -> None:
    name = empty_tree(CommitId("1" * digits))

    assert len(name) == digits
    assert name.startswith(start)


@pytest.mark.parametrize(
    ("base", "head", "path", "previous"),
    [
        (None, "a.py", "a.py", None),
        ("a.py", None, "a.py", None),
        ("a.py", "a.py", "a.py", None),
        ("old.py", "new.py", "new.py", "old.py"),
    ],
)
def test_a_changed_file_has_the_path_of_head_and_the_previous_one_if_it_was_renamed(
    base: str | None, head: str | None, path: str, previous: str | None
) -> None:
    file = ChangedFile(base=_version(base) if base else None, head=_version(head) if head else None)

    assert (file.path, file.previous_path) == (path, previous)


def test_a_hunk_without_lines_on_one_side_is_empty_there_and_after_the_line_that_git_names() -> None:
    added = _hunk(3, 0, 4, 2)
    deleted_at_the_top = _hunk(1, 2, 0, 0)

    assert (added.base_lines, added.head_lines) == (range(4, 4), range(4, 6))
    assert (deleted_at_the_top.base_lines, deleted_at_the_top.head_lines) == (range(1, 3), range(1, 1))


# Base has the lines 1 to 10; line 2 was edited, two lines added behind line 5, lines 8 and 9 deleted.
_LINES = LineMap([_hunk(2, 1, 2, 1), _hunk(5, 0, 6, 2), _hunk(8, 2, 9, 0)])


@pytest.mark.parametrize(
    ("line", "expected"),
    [(1, 1), (2, None), (3, 3), (5, 5), (6, None), (7, None), (8, 6), (9, 7), (10, 10), (99, 99)],
)
def test_a_line_outside_of_the_hunks_has_a_line_in_base(line: int, expected: int | None) -> None:
    assert _LINES.to_base(line) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (1, 1, range(1, 2)),
        (1, 3, range(1, 4)),
        (2, 2, range(2, 3)),
        (6, 7, range(6, 6)),  # only added
        (5, 8, range(5, 7)),
        (9, 10, range(7, 11)),  # with what was deleted between the two
    ],
)
def test_a_region_has_the_base_lines_of_all_hunks_that_it_touches(
    first: int, last: int, expected: range
) -> None:
    assert _LINES.region(first, last) == expected


def test_without_hunks_every_line_is_itself() -> None:
    assert [LineMap([]).to_base(line) for line in (1, 7)] == [1, 7]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3), st.integers(0, 3)), max_size=5))
def test_the_inverse_map_leads_back(shape: list[tuple[int, int, int]]) -> None:
    hunks, base, head = [], 1, 1
    for kept, deleted, added in shape:
        base, head = base + kept, head + kept
        hunks.append(_hunk(base - (not deleted), deleted, head - (not added), added))
        base, head = base + deleted, head + added
    lines = LineMap(hunks)
    back = lines.inverse()

    for line in range(1, head + 3):
        origin = lines.to_base(line)
        assert origin is None or back.to_base(origin) == line
