"""Each file in `tests/cases/changes`, through real Git and real Semgrep; and more than fits into memory."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from lessonguard.git.repository import Repository
from lessonguard.git.revisions import branch_change
from lessonguard.lessons.library import load_folder
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.scan import ScanOptions, scan_change
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import EngineResult, EngineRule, Limits, Target
from tests.support.cases import commit_case, describe, read_case
from tests.support.repo import Repo

CASES = Path(__file__).parents[1] / "cases"


@dataclass
class Slow:
    """An engine that has answered only when its time was over, however little it was given."""

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        result = find_semgrep().run(rules, targets, limits=Limits())
        time.sleep(limits.deadline)
        return result


def scan(
    repo: Repo, base: str, head: str, *, max_bytes_in_all: int = 1_000_000, deadline: float | None = None
) -> ScanReport:
    limits = Limits() if deadline is None else Limits(deadline=deadline)
    library = load_folder(CASES / "change_lessons", name=None)
    with Repository.open(repo.path) as repository:
        return scan_change(
            library,
            repository,
            branch_change(repository, base=base, head=head),
            engine=find_semgrep() if deadline is None else Slow(),
            languages=find_semgrep().languages,
            options=ScanOptions(today=date(2026, 6, 1), max_bytes_in_all=max_bytes_in_all, limits=limits),
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


def test_what_is_not_compared_when_the_time_is_over_is_unchecked_and_not_clean(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    base = repo.commit("Start")
    accepted = 'import requests\nrequests.get(url)  # lessonguard: accept TIMEOUT reason="ours"\n'
    head = repo.commit("Call", {"a.py": accepted, "b.py": "import requests\nrequests.get(url)\n"})

    report = scan(repo, base, head, deadline=0)

    assert (report.findings, report.fixed, report.notices) == ((), (), ())
    assert [(item.path, item.kind, item.reason) for item in report.unchecked] == [
        ("a.py", "timeout", "its accept comments could not be read in time, so they do not count"),
        ("a.py", "timeout", "its findings could not be compared in time with what was there before"),
        ("b.py", "timeout", "its findings could not be compared in time with what was there before"),
    ]
