"""What Git tells a pre-push hook, line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.errors import UsageError
from lessonguard.git.changes import CommitId
from lessonguard.git.push_refs import RefUpdate, parse_push

HERE, THERE, ZEROS = "1" * 40, "2" * 40, "0" * 40
_NAMES = st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zs"]), min_size=1)
_OBJECTS = st.text("0123456789abcdef", min_size=40, max_size=40) | st.text("f", min_size=64, max_size=64)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            f"refs/heads/main {HERE} refs/heads/main {THERE}",
            ("refs/heads/main", HERE, "refs/heads/main", THERE),
        ),
        (
            f"refs/heads/main {HERE} refs/heads/other {ZEROS}",
            ("refs/heads/main", HERE, "refs/heads/other", None),
        ),
        (f"(delete) {ZEROS} refs/heads/main {THERE}", ("(delete)", None, "refs/heads/main", THERE)),
        (f"HEAD@{{1 day ago}} {HERE} refs/tags/v1 {ZEROS}", ("HEAD@{1 day ago}", HERE, "refs/tags/v1", None)),
        (f"HEAD {'3' * 64} refs/heads/x {'0' * 64}", ("HEAD", "3" * 64, "refs/heads/x", None)),
    ],
    ids=["update", "new", "deletion", "spaces", "sha256"],
)
def test_a_line_is_a_ref(line: str, expected: tuple[str, CommitId | None, str, CommitId | None]) -> None:
    [update] = parse_push(f"{line}\n")

    assert (update.local_ref, update.local, update.remote_ref, update.remote) == expected


def test_nothing_is_told_when_nothing_is_pushed() -> None:
    assert parse_push("") == ()


@given(st.lists(st.tuples(_NAMES, _OBJECTS, _NAMES, _OBJECTS)))
def test_every_line_comes_back_in_order(rows: list[tuple[str, str, str, str]]) -> None:
    updates = parse_push("".join(f"{' '.join(row)}\n" for row in rows))

    assert [_row(update, len(row[1]), len(row[3])) for update, row in zip(updates, rows, strict=True)] == rows


@pytest.mark.parametrize(
    "line",
    ["x", f"a {HERE} b", f"a {HERE} b {THERE[1:]}", f"a {HERE.upper()}g b {THERE}", f"a b {HERE} {THERE}"],
)
def test_another_line_is_refused_by_its_number(line: str) -> None:
    with pytest.raises(UsageError, match=r"^Line 3 of the standard input is not what Git writes"):
        parse_push(f"a {HERE} b {THERE}\n\n{line}\n")


def _row(update: RefUpdate, here: int, there: int) -> tuple[str, str, str, str]:
    return update.local_ref, update.local or "0" * here, update.remote_ref, update.remote or "0" * there
