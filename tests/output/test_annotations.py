"""Workflow annotations, read as GitHub's runner reads them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given

from lessonguard.output.annotations import render_workflow
from lessonguard.scan.finding import ScanReport, State
from tests.support.report import (
    CACHE,
    FAULT,
    LOCK,
    expected,
    hostile_report,
    make_finding,
    make_full_report,
    make_notice,
    make_report,
)

COMMAND = re.compile(r"::(error|warning|notice) ([^\x00-\x1f\x7f-\x9f\u2028\u2029]*?)::(.*)")


def kinds(report: ScanReport) -> list[str]:
    return [line.split(" ")[0].strip(":") for line in render_workflow(report).splitlines()]


def test_a_full_report_reads_as_approved() -> None:
    assert render_workflow(make_full_report()) == expected("full.workflow.txt")


def test_a_clean_report_annotates_nothing() -> None:
    assert render_workflow(make_report()) == ""


def test_a_report_without_lessons_warns_that_nothing_was_looked_for() -> None:
    report = replace(make_report(), lessons=0)

    assert render_workflow(report) == (
        "::warning title=No lessons::There are no lessons, so nothing was checked.\n"
    )


@pytest.mark.parametrize("state", [State.TOUCHED, State.MOVED])
def test_what_is_not_new_is_not_annotated(state: State) -> None:
    assert render_workflow(make_report(make_finding(state=state))) == ""


def test_a_lesson_in_monitor_mode_is_never_shown() -> None:
    report = make_report(
        make_finding(lesson=CACHE), notices=(make_notice("watched-path", path="a", line=1, lesson=CACHE),)
    )

    assert render_workflow(report) == ""


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("a,b:c%d.py", "a%2Cb%3Ac%25d.py"),
        ("a\n::error::x.py", "a\\n%3A%3Aerror%3A%3Ax.py"),
        ("a\r\x1b[2J\udcff.py", "a\\r\\x1b[2J\\xff.py"),
        ("##[error]x.py", "##\u200b[error]x.py"),
    ],
)
def test_a_name_stays_one_property(path: str, written: str) -> None:
    line, *others = render_workflow(make_report(make_finding(path=path))).splitlines()

    assert line.startswith(f"::error file={written},line=42,endLine=42,col=16,endColumn=47,title=INC-245 ")
    assert others == []


def test_a_message_cannot_emit_another_command() -> None:
    finding = replace(make_finding(), message="bad\n::set-output name=x::y\r\n##[error]z%0A::warning::w")

    text = render_workflow(make_report(finding))

    assert "bad ::set-output name=x::y ##\u200b[error]z%250A::warning::w" in text
    assert len(text.splitlines()) == 1


def test_no_more_than_ten_of_a_kind_are_sent_and_the_rest_is_counted() -> None:
    report = make_report(
        *[make_finding(line=line) for line in range(1, 13)],
        *[make_finding(line=line, lesson=LOCK) for line in range(1, 15)],
        notices=tuple(make_notice("watched-path", path="a.py", line=line) for line in range(1, 12)),
        faults=tuple(
            replace(FAULT, path=path, message="no title", hint="")
            for path in ("lessons/a.yaml", "lessons/b.yaml")
        ),
    )

    lines = render_workflow(report).splitlines()

    assert kinds(report) == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert lines[10] == (
        "::warning title=Invalid lessons::lessons/a.yaml:4:1: no title%0Alessons/b.yaml:4:1: no title"
    )
    assert lines[-1] == (
        "::notice title=lessonguard::9 annotations not shown, because GitHub shows 10 of a kind. "
        "The summary of the job has them all."
    )


@given(report=hostile_report())
def test_every_line_is_one_command_of_ours(report: ScanReport) -> None:
    text = render_workflow(report)

    assert all(COMMAND.fullmatch(line) for line in text.splitlines())
    assert len(text.splitlines()) == text.count("\n")
    assert "##[" not in text
    assert text.encode("utf-8")
