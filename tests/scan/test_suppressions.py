"""Accept comments: which findings they accept, and which comments have no effect."""

from __future__ import annotations

from datetime import date

import pytest

from lessonguard.scan.comments import find_accept_comments
from lessonguard.scan.source import Source
from lessonguard.scan.suppressions import Acceptances, AcceptComment

TODAY = date(2026, 6, 1)
OK = 'lessonguard: accept INC-1 reason="read-only"'


def find(text: str) -> list[AcceptComment]:
    return find_accept_comments(Source(text.encode()), file_name="app.py")


@pytest.mark.parametrize(
    ("comment", "kind"),
    [
        ("lessonguard: accept INC-1", "accept-without-reason"),
        ('lessonguard: accept INC-1 reason="  "', "accept-without-reason"),
        ('lessonguard: accept INC-1 reason="…"', "accept-without-reason"),
        ('lessonguard: accept INC-1 reason="why it is safe"', "accept-without-reason"),
        ('lessonguard: accept INC-1 reason="TODO"', "accept-without-reason"),
        ("lessonguard: accept", "accept-invalid"),
        ("lessonguard: accept INC-1 until=tomorrow reason=x", "accept-invalid"),
        ("lessonguard: accept INC-1 until=2026-13-01 reason=x", "accept-invalid"),
        ("lessonguard: accept INC-1 untill=2026-01-01 reason=x", "accept-invalid"),
        ("lessonguard: accept INC-1 until=2026-05-31 reason=x", "accept-expired"),
        ("lessonguard: accept INC-9 reason=x", "accept-unknown"),
        ("lessonguard: accept INC-1 until=2026-06-01 reason=x", "accept-unused"),
    ],
)
def test_a_comment_that_does_nothing_is_named(comment: str, kind: str) -> None:
    acceptances = Acceptances(find(f"# {comment}\nx\n"), path="app.py", today=TODAY)

    if kind not in {"accept-unused", "accept-unknown"}:
        assert acceptances.accept("INC-1", range(2, 3)) is None
    assert [found for found, _ in acceptances.without_effect({"INC-1"})] == [kind]


def test_an_accepted_finding_names_reason_end_and_place() -> None:
    acceptances = Acceptances(find(f"x\n# {OK} until=2026-06-01\ny\n"), path="app.py", today=TODAY)

    acceptance = acceptances.accept("INC-1", range(3, 4))

    assert acceptance
    assert (acceptance.reason, acceptance.until, acceptance.where) == ("read-only", TODAY, "app.py:2")
    assert list(acceptances.without_effect({"INC-1"})) == []


@pytest.mark.parametrize(
    ("lines", "is_accepted"), [(range(2, 5), True), (range(1, 3), True), (range(1, 4), False)]
)
def test_a_match_of_several_lines_is_accepted_on_its_first_or_last(
    lines: range, *, is_accepted: bool
) -> None:
    acceptances = Acceptances(find(f"a\nb  # {OK}\nc\n"), path="app.py", today=TODAY)

    assert bool(acceptances.accept("INC-1", lines)) is is_accepted


def test_another_incident_is_not_accepted() -> None:
    acceptances = Acceptances(find(f"x  # {OK}\n"), path="app.py", today=TODAY)

    assert acceptances.accept("INC-10", range(1, 2)) is None
