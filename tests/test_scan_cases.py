"""Each file in `tests/cases/changes`, through real Git and real Semgrep."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lessonguard.change.git import Repository
from lessonguard.change.pick import branch_change
from lessonguard.engine.choose import find_semgrep
from lessonguard.lessons.library import load_folder
from lessonguard.scan import ScanOptions, scan_change
from tests.support.cases import commit_case, describe, read_case
from tests.support.repo import Repo

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("path", sorted((CASES / "changes").glob("*.txt")), ids=lambda path: path.stem)
def test_report_says_what_the_case_expects(path: Path, tmp_path: Path) -> None:
    case = read_case(path)
    base, head = commit_case(case, Repo(tmp_path / "repo"))
    library = load_folder(CASES / "change_lessons", name=None)

    with Repository.open(tmp_path / "repo") as repository:
        change = branch_change(repository, base=base, head=head)
        report = scan_change(
            library,
            repository,
            change,
            engine=find_semgrep(),
            languages=find_semgrep().languages,
            options=ScanOptions(today=date(2026, 6, 1)),
        )

    assert describe(report) == case.expected
