r"""Read the cases of `tests/cases/changes`: a change and what is to be said about it, in one file.

The first line says what the case shows. `=== base PATH` and `=== head PATH` begin a file on
either side (a file that stays as it is stands on both), `=== expect` what the report must hold.
Behind a path, `+x` makes the file executable and `+escaped` reads `\0` and the like as bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from lessonguard.scan.finding import Finding, Notice, ScanReport
from tests.support.repo import Repo

_HEADING = re.compile(r"^=== (base|head|expect)(?: (\S+))?(.*)$")


@dataclass(kw_only=True)
class Case:
    """One case; files by path, and the expected lines."""

    name: str
    base: dict[str, bytes] = field(default_factory=dict)
    head: dict[str, bytes] = field(default_factory=dict)
    executable: set[str] = field(default_factory=set)
    expected: list[str] = field(default_factory=list)


def read_case(path: Path) -> Case:
    """Read one case file."""
    case = Case(name=path.stem)
    for heading, body in _sections(path.read_bytes().decode()):
        match = _HEADING.match(heading)
        assert match, f"{path}: what is `{heading}`?"
        side, name, flags = match.groups()
        if side == "expect":
            case.expected = body.splitlines()
            continue
        content = body.encode().decode("unicode_escape") if "+escaped" in flags else body
        (case.base if side == "base" else case.head)[name] = content.encode()
        case.executable |= {name} if "+x" in flags else set()
    return case


def _sections(text: str) -> list[tuple[str, str]]:
    parts = re.split(r"^(=== .*)\n", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def commit_case(case: Case, repo: Repo) -> tuple[str, str]:
    """Commit both sides of a case and give the two commits."""
    base = repo.commit("Base", case.base)
    repo.write(dict.fromkeys(case.base.keys() - case.head.keys())).write(case.head)
    for name in case.executable:
        (repo.path / name).chmod(0o755)
    return base, repo.commit("Head")


def describe(report: ScanReport) -> list[str]:
    """Say in short lines what a report holds, in its order."""
    return [
        *map(_finding, report.findings),
        *map(_finding, report.fixed),
        *map(_notice, report.notices),
        *(f"unchecked {item.path}" for item in report.unchecked),
        *(fault.text for fault in report.faults),
    ]


def _finding(finding: Finding) -> str:
    parts = [f"{finding.state.value} {finding.path}:{finding.start.line} {finding.lesson.incident}"]
    if finding.removed:
        parts.append("removed: " + ", ".join(str(line.number) for line in finding.removed))
    if finding.previous_path:
        parts.append(f"from {finding.previous_path}")
    if finding.accepted:
        parts.append(f"accepted: {finding.accepted.reason}")
    return "; ".join(parts)


def _notice(notice: Notice) -> str:
    side = " (base)" if notice.side == "base" else ""
    return f"{notice.kind} {notice.path}:{notice.line} {notice.incident}{side}"
