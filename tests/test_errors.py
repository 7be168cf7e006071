"""Errors: the exit code of each, and a message and a hint that outputs can style."""

from __future__ import annotations

import pytest

from lessonguard.errors import EngineError, GitError, LessonError, LessonguardError, UsageError


@pytest.mark.parametrize(
    ("kind", "code"), [(UsageError, 2), (LessonError, 2), (GitError, 3), (EngineError, 3)]
)
def test_an_error_of_the_user_is_exit_2_and_any_other_exit_3(kind: type[LessonguardError], code: int) -> None:
    error = kind("Cannot do it.", hint="Try this.")

    assert error.exit_code == code
    assert (error.message, error.hint, str(error)) == ("Cannot do it.", "Try this.", "Cannot do it.")
    assert kind("Cannot do it.").hint == ""
