"""Past changes: what counts as one, and how a commit reads. All of it pure."""

from __future__ import annotations

from datetime import date

import pytest

from lessonguard.git.changes import CommitId
from lessonguard.git.past_changes import choose_landed, parse_commit, window


@pytest.mark.parametrize("total", [1, 40, 1000])
def test_the_window_holds_as_many_changes_as_are_wanted(total: int) -> None:
    """Whatever there is more of: at the fewest merges that count, and at the most that do not."""
    size = window(total)
    for merges in (-(-size // 2), -(-size // 2) - 1):
        rows = [["m", "p", "q"]] * merges + [["c", "p"]] * (size - merges)

        assert len(choose_landed(rows)[1]) >= total


def read(message: str, *, heading: str = "committer A <a@example.com> 1767225600 +0000") -> tuple[str, str]:
    content = f"tree {'0' * 40}\n{heading}\n\n{message}".encode()
    change = parse_commit(content, commit=CommitId("c"), base=CommitId("b"))
    return change.subject, change.title


@pytest.mark.parametrize(
    ("message", "subject", "title"),
    [
        ("Fix\n", "Fix", "Fix"),
        ("Fix\nthis  now\n\nBecause.\n", "Fix this now", "Fix this now"),
        ("\n\nFix\n \nBecause.", "Fix", "Fix"),
        ("Fix\r\n\r\nBecause.\r\n", "Fix", "Fix"),
        ("", "", ""),
        (
            "Merge pull request #812 from acme/retry\n\nRetry payments\n\nTwice.\n",
            "Merge pull request #812 from acme/retry",
            "Retry payments (#812)",
        ),
        ("Merge pull request #812 from acme/retry\n", *["Merge pull request #812 from acme/retry"] * 2),
        (
            "Merge branch 'retry' into 'main'\n\nRetry payments\n\nSee merge request acme/shop!12\n",
            "Merge branch 'retry' into 'main'",
            "Retry payments",
        ),
        ("Merge branch 'retry'\n\n* retry:\n  Retry\n", "Merge branch 'retry'", "Merge branch 'retry'"),
    ],
)
def test_a_change_is_called_what_its_pull_request_was(message: str, subject: str, title: str) -> None:
    assert read(message) == (subject, title)


@pytest.mark.parametrize(
    ("heading", "day"),
    [
        ("committer A <a@example.com> 1767225599 +0000", date(2025, 12, 31)),
        ("committer A <a@example.com> 1767225599 +0100", date(2026, 1, 1)),
        ("committer A <a@example.com> 1767225600 -0030", date(2025, 12, 31)),
        ("committer <x> > 1767225600 +0000", date(2026, 1, 1)),
        ("committer A <a@example.com> -86400 +0000", date(1969, 12, 31)),
        ("committer A <a@example.com> 99999999999999999999 +0000", date(1970, 1, 1)),
        ("committer A <a@example.com> soon", date(1970, 1, 1)),
        ("author A <a@example.com> 1767225600 +0000", date(1970, 1, 1)),
    ],
)
def test_the_day_is_that_of_the_committer(heading: str, day: date) -> None:
    content = f"tree {'0' * 40}\n{heading}\n\nFix\n".encode()

    assert parse_commit(content, commit=CommitId("c"), base=CommitId("b")).date == day


@pytest.mark.parametrize(
    ("encoding", "message", "subject"),
    [
        ("ISO-8859-1", b"Caf\xe9\n", "Café"),
        ("UTF-8", b"Caf\xc3\xa9\n", "Café"),
        ("UTF-8", b"Caf\xe9\n", "Caf\N{REPLACEMENT CHARACTER}"),
        ("klingon", b"Caf\xc3\xa9\n", "Café"),
    ],
)
def test_messages_are_read_in_their_encoding(encoding: str, message: bytes, subject: str) -> None:
    content = f"committer A <a> 0 +0000\nencoding {encoding}\n\n".encode() + message

    assert parse_commit(content, commit=CommitId("c"), base=CommitId("b")).subject == subject
