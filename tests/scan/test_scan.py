"""Each file in `tests/cases/changes`, through real Git and real Semgrep; and more than fits into memory."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lessonguard.git.repository import Repository
from lessonguard.git.revisions import branch_change
from lessonguard.lessons.library import load_folder
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.scan import ScanOptions, scan_change
from lessonguard.semgrep.installed import find_semgrep
from tests.support.cases import commit_case, describe, read_case
from tests.support.repo import Repo

CASES = Path(__file__).parents[1] / "cases"


def scan(repo: Repo, base: str, head: str, *, max_bytes_in_all: int = 1_000_000) -> ScanReport:
    library = load_folder(CASES / "change_lessons", name=None)
    with Repository.open(repo.path) as repository:
        return scan_change(
            library,
            repository,
            branch_change(repository, base=base, head=head),
            engine=find_semgrep(),
            languages=find_semgrep().languages,
            options=ScanOptions(today=date(2026, 6, 1), max_bytes_in_all=max_bytes_in_all),
        )


@pytest.mark.parametrize("path", sorted((CASES / "changes").glob("*.txt")), ids=lambda path: path.stem)
def test_a_report_has_what_the_case_expects(path: Path, tmp_path: Path) -> None:
    case = read_case(path)
    base, head = commit_case(case, Repo(tmp_path / "repo"))

    report = scan(Repo(tmp_path / "repo", create=False), base, head)

    assert describe(report) == case.expected


def test_files_that_are_too_large_together_are_unchecked_first_those_that_no_rule_matches(
    tmp_path: Path,
) -> None:
    repo = Repo(tmp_path / "repo")
    base = repo.commit("Start")
    code = "requests.get(url)\n" + "# and more\n" * 100
    names = [f"{number:02}.py" for number in range(40)]
    head = repo.commit(
        "More", {f"{name}{end}": f"{code}# {name}\n" for name in names for end in ("", ".txt")}
    )

    report = scan(repo, base, head, max_bytes_in_all=20 * len(code))

    # Contents are asked for in groups of 16.
    assert {finding.path for finding in report.findings} == set(names[:32])
    assert {item.path for item in report.unchecked} == set(names[32:])
    assert {item.reason for item in report.unchecked} == {"the changed files have too many bytes together"}
