"""What fails a check, and how invalid lessons are reported."""

from __future__ import annotations

import pytest

from lessonguard.cli.scan_options import exit_code, limit
from lessonguard.errors import LessonError
from lessonguard.lessons.model import Mode
from tests.support.report import CACHE, FAULT, make_exposed, make_finding, make_report


@pytest.mark.parametrize(
    ("fail_on", "codes"),
    [("never", [0, 0, 0]), ("block", [1, 0, 0]), ("comment", [1, 1, 0]), ("monitor", [1, 1, 1])],
)
def test_a_check_fails_from_a_mode_on(fail_on: str, codes: list[int]) -> None:
    findings = [make_finding(), make_exposed(), make_finding(lesson=CACHE)]

    assert [exit_code(make_report(finding), fail_on=fail_on, is_shown=True) for finding in findings] == codes


def test_never_is_no_mode() -> None:
    assert (limit("never"), limit("comment")) == (None, Mode.COMMENT)


@pytest.mark.parametrize("is_shown", [True, False])
def test_invalid_lessons_are_an_error_that_names_them_once(is_shown: bool) -> None:
    with pytest.raises(LessonError) as raised:
        exit_code(make_report(faults=(FAULT,)), fail_on="block", is_shown=is_shown)

    assert (FAULT.text in raised.value.message) is not is_shown
