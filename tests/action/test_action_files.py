"""What `action.yml`, the examples, their document and the command line say of each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lessonguard.cli.review import review
from tests.support.act import ACTION, ROOT, WORKFLOWS, used_actions

_DOCUMENT = (ROOT / "docs/github-action.md").read_text(encoding="utf-8")
_ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
_OWN_WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))

name_of = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def _table(heading: str) -> list[list[str]]:
    """Return the rows of the table below a heading of the document, without backticks."""
    section = _DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in row] for row in rows]


_BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", _DOCUMENT, flags=re.MULTILINE | re.DOTALL)
"""Workflows, and parts of such, that the document shows."""


def _uses(document: object) -> Iterator[dict[str, Any]]:
    """Return the steps that use the action, wherever they are."""
    if isinstance(document, dict) and document.get("uses") == ACTION:
        yield document
    if isinstance(document, dict | list):
        for part in document.values() if isinstance(document, dict) else document:
            yield from _uses(part)


def test_the_document_lists_the_inputs() -> None:
    inputs = [
        [name, entry.get("default", ""), entry["description"]] for name, entry in _ACTION["inputs"].items()
    ]

    assert _table("Inputs") == inputs


def test_the_document_lists_the_outputs() -> None:
    assert _table("Outputs") == [[name, entry["description"]] for name, entry in _ACTION["outputs"].items()]


@pytest.mark.parametrize("name", [name for name in _ACTION["inputs"] if name != "token"])
def test_an_input_is_an_option_of_review_with_the_same_default(name: str) -> None:
    option = {"lessons": "--lessons-folder"}.get(name, f"--{name}")
    defaults = {
        option: parameter.to_info_dict()["default"]
        for parameter in review.params
        for option in parameter.opts
    }

    assert option in _ACTION["runs"]["steps"][-1]["run"]
    assert yaml.safe_load(_ACTION["inputs"][name].get("default", "")) == defaults[option]


@name_of
def test_the_document_shows_each_example_as_it_is(path: Path) -> None:
    shown = _DOCUMENT.partition(f"<!-- workflow: {path.name} -->\n```yaml\n")[2].partition("```\n")[0]

    assert shown == path.read_text(encoding="utf-8")


def test_ten_lines_are_enough() -> None:
    assert len((ROOT / "docs/workflows/review.yml").read_text(encoding="utf-8").splitlines()) <= 10


@name_of
def test_the_document_explains_each_permission_of_an_example(path: Path) -> None:
    explained = {row[0] for row in _table("Permissions")}
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    granted = {f"{scope}: {access}" for job in jobs for scope, access in job["permissions"].items()}

    assert granted <= explained


@pytest.mark.parametrize("block", _BLOCKS, ids=range(len(_BLOCKS)))
def test_inputs_and_outputs_of_what_the_document_shows_exist(block: str) -> None:
    given = {name for step in _uses(yaml.safe_load(block)) for name in step.get("with", {})}
    used = set(re.findall(r"steps\.lessonguard\.outputs\.([\w-]+)", block))

    assert given <= set(_ACTION["inputs"])
    assert used <= set(_ACTION["outputs"])


def test_an_action_has_one_version_everywhere() -> None:
    files = [ROOT / "action.yml", *WORKFLOWS, *_OWN_WORKFLOWS]
    used = {tuple(name.split("@")) for file in files for name in used_actions(file) if "@" in name}
    repositories = {(action.split("/")[1], version) for action, version in used}

    assert len({repository for repository, _ in repositories}) == len(repositories)


def test_links_of_the_document_lead_somewhere() -> None:
    targets = [target for target in re.findall(r"\]\(([^)#]+)", _DOCUMENT) if "://" not in target]

    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
