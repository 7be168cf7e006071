"""What a step writes: its summary, its outputs and the report files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lessonguard.errors import LessonguardError
from lessonguard.review.actions_env import Runner
from lessonguard.review.step_outputs import write_nothing, write_outputs
from tests.support.report import make_full_report


def runner(folder: Path) -> Runner:
    return Runner(
        event="push",
        payload={},
        repository="acme/shop",
        sha="a" * 40,
        api_url="https://api.github.com",
        graphql_url="https://api.github.com/graphql",
        server_url="https://github.com",
        output_file=folder / "output",
        summary_file=folder / "summary",
        temporary=folder / "temporary",
        token=None,
    )


def outputs(folder: Path) -> dict[str, str]:
    text = (folder / "output").read_text(encoding="utf-8")
    return {found[1]: found[3] for found in re.finditer(r"(\w+)<<(\S+)\n(.*)\n\2\n", text)}


def test_counts_and_report_files_are_outputs_of_the_step(tmp_path: Path) -> None:
    write_outputs(runner(tmp_path), make_full_report(), folder=None, preview="### A lesson\n")

    files = tmp_path / "temporary" / "lessonguard"
    assert outputs(tmp_path) == {
        "introduced": "4",
        "blocking": "2",
        "accepted": "1",
        "unchecked": "2",
        "report": str(files / "report.json"),
        "sarif": str(files / "report.sarif"),
    }
    assert len(json.loads((files / "report.json").read_text(encoding="utf-8"))["findings"]) == 7
    assert (tmp_path / "summary").read_text(encoding="utf-8").endswith("\n\n### A lesson\n")


def test_lessons_in_monitor_mode_are_in_the_json_report_alone(tmp_path: Path) -> None:
    write_outputs(runner(tmp_path), make_full_report(), folder=tmp_path / "reports", preview="")

    assert "INC-198" in (tmp_path / "reports" / "report.json").read_text(encoding="utf-8")
    assert "INC-198" not in (tmp_path / "reports" / "report.sarif").read_text(encoding="utf-8")
    assert "INC-198" not in (tmp_path / "summary").read_text(encoding="utf-8")


def test_nothing_to_review_has_a_summary_and_zeros(tmp_path: Path) -> None:
    write_nothing(runner(tmp_path), "the push deleted a branch")

    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert summary == "### lessonguard: nothing to review\n\nThe push deleted a branch.\n"
    assert outputs(tmp_path)["introduced"] == "0"


def test_a_folder_that_cannot_be_written_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LessonguardError, match=r"Cannot write .*report\.json"):
        write_outputs(runner(tmp_path), make_full_report(), folder=tmp_path / "file", preview="")
