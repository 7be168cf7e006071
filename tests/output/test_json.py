"""What programs read: the JSON report and its schema."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

from lessonguard.output.json import render_json
from lessonguard.scan.finding import Finding, NoticeKind, ScanReport
from tests.support.report import expected, make_finding, make_full_report, make_notice, make_report

SCHEMA = json.loads((Path(__file__).parents[2] / "schema" / "report.schema.json").read_text("utf-8"))


def test_a_full_report_reads_as_documented() -> None:
    assert render_json(make_full_report()) == expected("full.json")


@pytest.mark.parametrize("report", [make_report(), make_full_report()], ids=["clean", "full"])
def test_reports_satisfy_the_committed_schema(report: ScanReport) -> None:
    validator = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)

    validator.validate(json.loads(render_json(report)))


def test_the_schema_is_valid_and_knows_every_key() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    document = json.loads(render_json(make_full_report()))

    assert set(document) == set(SCHEMA["properties"])
    assert set(document["findings"][0]) == set(SCHEMA["$defs"]["finding"]["properties"])


@pytest.mark.parametrize("missing", ["accepted", "fingerprint", "state"])
def test_the_schema_refuses_a_finding_without_a_key(missing: str) -> None:
    document = json.loads(render_json(make_report(make_finding())))
    del document["findings"][0][missing]

    assert not Draft202012Validator(SCHEMA).is_valid(document)


@pytest.mark.parametrize(
    ("finding", "key", "value"),
    [
        (make_finding(path="caf\udce9.py"), "path", "caf\\xe9.py"),
        (make_finding(path="a\nb.py"), "path", "a\nb.py"),
        (make_finding(path='say "hi".py'), "path", 'say "hi".py'),
        (make_finding(path="漢字.py"), "path", "漢字.py"),
        (replace(make_finding(), snippet="\x9b31m\u202e\u2028"), "snippet", "\x9b31m\u202e\u2028"),
    ],
)
def test_strange_text_survives_as_a_parser_reads_it(finding: Finding, key: str, value: str) -> None:
    text = render_json(make_report(finding))

    assert json.loads(text)["findings"][0][key] == value


def test_text_that_a_terminal_would_obey_is_written_as_json_escapes() -> None:
    text = render_json(make_report(make_finding("f('\x1b[31m\x9b\u202e漢')", "f('\x1b[31m\x9b\u202e漢')")))

    assert "\\u001b[31m\\u009b\\u202e漢" in text
    assert text.encode("utf-8")


def test_the_schema_has_every_kind_of_notice() -> None:
    assert SCHEMA["$defs"]["notice"]["properties"]["kind"]["enum"] == list(get_args(NoticeKind))


def test_a_notice_has_a_detail_only_where_there_is_something_to_add() -> None:
    faulty = replace(make_notice("accept-invalid", path="a.py", line=1), detail="put the reason in quotes")
    report = make_report(notices=(faulty, make_notice("accept-unused", path="b.py", line=1)))

    document = json.loads(render_json(report))

    Draft202012Validator(SCHEMA).validate(document)
    assert [item.get("detail") for item in document["notices"]] == ["put the reason in quotes", None]
