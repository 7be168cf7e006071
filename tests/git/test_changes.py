"""The types of a change."""

from __future__ import annotations

from lessonguard.git.changes import short


def test_a_commit_is_shown_with_ten_digits_everywhere() -> None:
    assert short("0123456789abcdef0123456789abcdef01234567") == "0123456789"
