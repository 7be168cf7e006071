"""A diagnostic as one line."""

from __future__ import annotations

from lessonguard.lessons.diagnostic import Diagnostic


def test_a_fault_reads_as_file_line_column_message_and_remedy() -> None:
    fault = Diagnostic(
        path="lessons/INC-245.yaml",
        line=12,
        column=3,
        code="schema",
        message="unknown key",
        hint="remove it",
    )
    assert fault.text == "lessons/INC-245.yaml:12:3: unknown key; remove it"
