"""A report of another run is untrusted: it says where, never what."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.errors import LessonguardError
from lessonguard.git.changes import CommitId
from lessonguard.lessons.model import Library, Rule, RuleId
from lessonguard.output.json import render_json
from lessonguard.review.report_artifact import read_handover
from lessonguard.scan.finding import Acceptance, Finding, Fingerprint, ScanReport, State
from tests.support.report import LOCK, TIMEOUT, make_full_report, make_report

BASE, HEAD = CommitId("b" * 40), CommitId("a" * 40)
LIBRARY = Library(
    folder="lessons",
    lessons=tuple(
        replace(
            lesson,
            rules=(Rule(id=RuleId(f"{lesson.incident}.1"), languages=("python",), document={}, line=9),),
        )
        for lesson in (TIMEOUT, LOCK)
    ),
)
FINGERPRINT = Fingerprint("0123456789abcdef" * 2)


def sound() -> ScanReport:
    """Give a full report as lessonguard writes it, but for its fingerprints, which tests shorten."""
    report = make_full_report()
    return replace(
        report,
        findings=tuple(replace(item, fingerprint=FINGERPRINT) for item in report.findings),
        fixed=tuple(replace(item, fingerprint=FINGERPRINT) for item in report.fixed),
    )


def document(report: ScanReport | None = None) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render_json(report or sound()))
    return loaded


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "report.json"


def read(file: Path, content: object) -> ScanReport:
    text = content if isinstance(content, str) else json.dumps(content)
    file.write_text(text, encoding="utf-8")
    return read_handover(file, LIBRARY, base=BASE, head=HEAD)


def test_places_and_states_arrive_as_they_were(file: Path) -> None:
    def places(findings: tuple[Finding, ...]) -> list[tuple[object, ...]]:
        return [
            (item.lesson.incident, item.rule, item.state, item.path, item.previous_path, item.start, item.end)
            for item in findings
            if item.lesson.incident != "INC-198"
        ]

    taken = read(file, document())

    assert places(taken.findings) == places(sound().findings)
    assert places(taken.fixed) == places(sound().fixed)
    assert [finding.accepted for finding in taken.findings if finding.accepted] == [
        Acceptance(reason="read-only replica", until=date(2027, 1, 1), where="reports/export.py:6")
    ]


def test_what_is_about_lessons_that_the_base_branch_does_not_have_is_left_out(file: Path) -> None:
    taken = read(file, document())

    assert {finding.lesson.incident for finding in taken.findings} == {"INC-245", "INC-231"}
    assert [notice.incident for notice in taken.notices] == ["INC-245", "INC-245"]


def test_none_of_its_words_is_repeated_but_names_and_reasons(file: Path) -> None:
    evil = document()
    for item in [*evil["findings"], *evil["fixed"]]:
        item |= {
            "title": "evil words",
            "message": "evil words",
            "root_cause": "evil words",
            "mitigation": "evil words",
            "postmortem": "https://evil.example",
            "fix": "evil words",
            "mode": "monitor",
        }
    evil["unchecked"][0]["reason"] = "evil words"

    taken = read(file, evil)

    assert taken.findings
    assert "evil" not in repr(taken)
    assert all(finding.fix is None for finding in taken.findings)
    assert taken.findings[0].lesson.mode is TIMEOUT.mode


def test_an_untouched_report_of_nothing_is_nothing(file: Path) -> None:
    assert read(file, document(make_report())) == replace(make_report(), faults=())


@pytest.mark.parametrize("key", ["base", "head"])
def test_a_report_about_other_commits_is_refused(key: str, file: Path) -> None:
    with pytest.raises(LessonguardError, match="it is not about bbbbbbbbbb…aaaaaaaaaa"):
        read(file, {**document(), key: "c" * 40})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "`report` holds what is not an object"),
        ({"version": 2}, "its version is not 1"),
        ({"version": 1}, "`base` is not text"),
    ],
)
def test_what_is_no_report_is_refused(content: object, reason: str, file: Path) -> None:
    with pytest.raises(LessonguardError) as caught:
        read(file, content)

    assert caught.value.message == f"Cannot post from {file}: {reason}."


def test_a_report_that_is_missing_is_refused(file: Path) -> None:
    with pytest.raises(LessonguardError, match="No such file"):
        read_handover(file, LIBRARY, base=BASE, head=HEAD)


def test_a_report_of_any_length_is_refused_without_reading_it_all(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(10_000_000_000)

    with pytest.raises(LessonguardError, match=r"more than 50,000,000 bytes"):
        read_handover(file, LIBRARY, base=BASE, head=HEAD)


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        ("lesson", ["INC-245"], "`lesson` is not text"),
        ("rule", {}, "`rule` is not text"),
        ("state", "blessed", "`state` is none of added, exposed"),
        ("path", "", "`path` is empty or too long"),
        ("path", "x" * 5_000, "`path` is empty or too long"),
        ("path", "a\0b", "`path` is empty or too long"),
        ("path", None, "`path` is not text"),
        ("previous_path", 7, "`previous_path` is not text"),
        ("snippet", None, "`snippet` is not text"),
        ("start", None, "`start` holds what is not an object"),
        ("start.line", True, "`line` is not a number"),
        ("start.line", -1, "`line` is not a number"),
        ("start.line", 10**40, "`line` is not a number"),
        ("start.column", 1.5, "`column` is not a number"),
        ("end.line", 1, "a finding ends before it starts"),
        ("fingerprint", "--> <!-- ", "`fingerprint` has another form"),
        ("fingerprint", FINGERPRINT.upper(), "`fingerprint` has another form"),
        ("accepted", "yes", "`accepted` holds what is not an object"),
        ("accepted", {"reason": ""}, "`reason` is empty"),
        ("accepted", {"reason": "x", "until": "soon"}, "`until` is not a date"),
        ("accepted", {"reason": "x", "until": 7}, "`until` is not a date"),
    ],
)
def test_a_finding_of_another_form_is_refused(place: str, value: object, reason: str, file: Path) -> None:
    report = document()
    finding = report["findings"][0]
    *parents, key = place.split(".")
    (finding[parents[0]] if parents else finding)[key] = value

    with pytest.raises(LessonguardError) as caught:
        read(file, report)

    assert reason in caught.value.message


@pytest.mark.parametrize("key", ["findings", "fixed", "notices", "unchecked"])
@pytest.mark.parametrize(
    "value",
    [None, {}, "x", [None], [[]], [{}] * 100_001],
    ids=["nothing", "an object", "text", "a list of nothing", "a list of lists", "an endless list"],
)
def test_a_list_of_another_form_is_refused(key: str, value: object, file: Path) -> None:
    with pytest.raises(LessonguardError, match="Cannot post from"):
        read(file, {**document(), key: value})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
def test_any_value_in_a_report_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    report = document()
    place: Any = report
    while True:
        keys = list(range(len(place))) if isinstance(place, list) else list(place)
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(place[key], list | dict) and place[key] and data.draw(st.booleans())):
            break
        place = place[key]
    place[key] = data.draw(JSON)

    try:
        taken = read(tmp_path_factory.mktemp("report") / "report.json", report)
    except LessonguardError as error:
        assert "Cannot post from" in error.message  # noqa: PT017 - either of two outcomes is right
    else:
        assert all(finding.lesson in LIBRARY.lessons for finding in taken.findings)
        assert all(finding.state in State for finding in taken.findings)
