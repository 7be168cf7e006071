"""What a check found, as a person and a runner of GitHub see it."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lessonguard.authoring.check.annotations import render_check_workflow
from lessonguard.authoring.check.json import render_check_json
from lessonguard.authoring.check.result import CheckReport, FixedFile
from lessonguard.authoring.check.sarif import render_check_sarif
from lessonguard.authoring.check.text import render_check
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.output.escape import visible
from tests.support.report import hostile_text

_DIAGNOSTIC = Diagnostic(
    path="lessons/INC-245.yaml",
    line=22,
    column=5,
    level="error",
    code="unproven",
    message="example 2, good: the rule matches line 3: `requests.get(url)`",
    hint="`lessonguard prove INC-245` shows why",
)
_REPORT = CheckReport(diagnostics=(_DIAGNOSTIC,), lessons=3, rules=5, examples=12)


def _lines(report: CheckReport, *, width: int = 80) -> list[str]:
    return render_check(report, width=width, colour=False).splitlines()


def test_a_diagnostic_begins_as_compilers_begin_it() -> None:
    assert _lines(_REPORT) == [
        "lessons/INC-245.yaml:22:5: error: example 2, good: the rule matches line 3:",
        "    `requests.get(url)`",
        "    hint: `lessonguard prove INC-245` shows why",
        "",
        "3 lessons, 5 rules, 12 examples: 1 error",
    ]


def test_where_the_place_fills_the_line_the_message_begins_on_the_next() -> None:
    path = f"lessons/{'a' * 50}.yaml"
    first, second, *_ = _lines(replace(_REPORT, diagnostics=(replace(_DIAGNOSTIC, path=path),)))

    assert first == f"{path}:22:5: error:"
    assert second == "    example 2, good: the rule matches line 3: `requests.get(url)`"


def test_files_are_apart() -> None:
    others = tuple(replace(_DIAGNOSTIC, path=path, hint="") for path in ("a.yaml", "a.yaml", "b.yaml"))

    lines = _lines(replace(_REPORT, diagnostics=others), width=200)

    assert [line.partition(":")[0] for line in lines[:4]] == ["a.yaml", "a.yaml", "", "b.yaml"]


def test_what_was_mended_comes_first_and_what_was_not_tried_last() -> None:
    fixed = (FixedFile(path="a.yaml", changes=("schema header", "keys in order")),)
    lines = _lines(replace(_REPORT, diagnostics=(), fixed=fixed, notes=("INC-245: not tried",), fixable=1))

    assert lines == [
        "a.yaml: fixed: schema header; keys in order",
        "",
        "note: INC-245: not tried",
        "",
        "3 lessons, 5 rules, 12 examples: all good",
        "`lessonguard check --fix` fixes 1 of them",
    ]


def test_colour_marks_the_place_the_level_and_the_verdict() -> None:
    warning = replace(_DIAGNOSTIC, level="warning")
    text = render_check(replace(_REPORT, diagnostics=(_DIAGNOSTIC, warning)), width=80, colour=True)

    assert "\x1b[1mlessons/INC-245.yaml:22:5\x1b[0m: \x1b[1;31merror\x1b[0m: example 2" in text
    assert "\x1b[1;35mwarning\x1b[0m" in text
    assert "12 examples: \x1b[1;31m1 error, 1 warning\x1b[0m\n" in text
    good = render_check(replace(_REPORT, diagnostics=()), width=80, colour=True)
    assert good == "3 lessons, 5 rules, 12 examples: \x1b[1;32mall good\x1b[0m\n"


@st.composite
def _hostile(draw: st.DrawFn) -> CheckReport:
    """Make a report in which every text is hostile."""
    text = draw(hostile_text) or "x"
    diagnostic = replace(_DIAGNOSTIC, path=text, message=text, hint=draw(st.sampled_from(["", text])))
    fixed = FixedFile(path=text, changes=(text,))
    return replace(_REPORT, diagnostics=(diagnostic,), fixed=(fixed,), notes=(text,))


@given(_hostile())
def test_no_text_gets_out_of_its_place(report: CheckReport) -> None:
    text = render_check(report, width=80, colour=False)
    assert [visible(line) for line in text.split("\n")] == text.split("\n")
    assert text.endswith("\n\n3 lessons, 5 rules, 12 examples: 1 error\n")

    kinds = [line.split("::")[1].split()[0] for line in render_check_workflow(report).splitlines()]
    assert kinds == ["error", "notice"]
    assert len(json.loads(render_check_json(report))["remarks"]) == 1
    [run] = json.loads(render_check_sarif(report))["runs"]
    assert len(run["results"]) == len(run["tool"]["driver"]["rules"]) == 1
