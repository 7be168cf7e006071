"""A backtest as JSON: the whole output, and its schema."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from lessonguard.authoring.backtest.json import render_backtest_json
from lessonguard.authoring.backtest.result import BacktestReport
from lessonguard.git.changes import CommitId
from tests.support.past import (
    PROVEN,
    REPORTS,
    backtest,
    change,
    commented,
    found,
    full,
    hostile_reports,
    past,
    quiet,
    report,
)
from tests.support.report import expected

SCHEMA = json.loads((Path(__file__).parents[3] / "schema" / "backtest.schema.json").read_text("utf-8"))


def test_json_is_as_documented() -> None:
    assert render_backtest_json(report(quiet())) == expected("backtest_one.json")


@pytest.mark.parametrize("name", REPORTS)
def test_json_satisfies_the_committed_schema(name: str) -> None:
    validator = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)

    validator.validate(json.loads(render_backtest_json(REPORTS[name]())))


def test_the_schema_is_valid_and_has_every_key() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    document = json.loads(render_backtest_json(full()))
    kinds = {"lesson": document["lessons"][0], "change": document["newest"]}
    kinds |= {"spoken": document["lessons"][0]["spoken"][0], "standing": document["lessons"][0]["today"][0]}
    kinds |= {"unchecked": document["lessons"][2]["unchecked"][0]}

    assert set(document) == set(SCHEMA["properties"])
    assert {name: set(kind) for name, kind in kinds.items()} == {
        name: set(SCHEMA["$defs"][name]["properties"]) for name in kinds
    }


@given(hostile_reports())
def test_hostile_text_leaves_valid_json(hostile: BacktestReport) -> None:
    document = json.loads(render_backtest_json(hostile))

    Draft202012Validator(SCHEMA).validate(document)


def test_commits_with_sha256_names_satisfy_the_schema() -> None:
    longer = replace(change(3), commit=CommitId("a" * 64), base=CommitId("b" * 64))
    about = backtest(PROVEN, replace(commented(3, found("a.py", 1)), change=longer))
    changes = tuple(longer if number == 3 else each for number, each in enumerate(past().changes))

    document = json.loads(render_backtest_json(report(about, past=replace(past(), changes=changes))))

    Draft202012Validator(SCHEMA).validate(document)
