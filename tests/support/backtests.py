"""Replay the history of a small shop by one lesson, for the tests of `backtest`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lessonguard.authoring.backtest.backtest import BacktestOptions, backtest
from lessonguard.authoring.backtest.result import BacktestReport, LessonBacktest
from lessonguard.errors import EngineError
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import past_changes
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Library
from lessonguard.scan.finding import Finding
from lessonguard.scan.scan import ScanOptions
from lessonguard.semgrep.installed import Semgrep, find_semgrep
from lessonguard.semgrep.interface import Engine, EngineResult, EngineRule, Limits, Target
from tests.support.repo import Repo

TODAY = date(2026, 6, 1)


BAD = "import requests\n\n\ndef get(url):\n    return requests.get(url)\n"


SAFE = BAD.replace("(url)\n", "(url, timeout=5)\n", 2).replace("get(url, timeout=5):", "get(url):")


RULE = {
    "languages": ["python"],
    "patterns": [{"pattern": "requests.$M(...)"}, {"pattern-not": "requests.$M(..., timeout=$T, ...)"}],
    "paths": {"exclude": ["tests/"]},
}


LESSON = {
    "incident": "INC-245",
    "title": "Checkout hung when the payments API stalled",
    "date": "2026-05-14",
    "severity": "P1",
    "failure-class": "missing-timeout",
    "failure-mode": "A call to the payments API had no timeout, so one stalled upstream held every worker.",
    "root-cause": "The HTTP client waits for ever unless it is told not to.",
    "mitigation": "Pass an explicit timeout and fall back to the queued path when it expires.",
    "invariant": "Every outbound HTTP call has a timeout.",
}


@dataclass
class RecordingEngine:
    """Runs another engine, and keeps the targets of each run; stops as Ctrl-C does, or fails at a content."""

    engine: Engine = field(default_factory=find_semgrep)
    runs: list[Sequence[Target]] = field(default_factory=list)
    interrupted_at: int | None = None
    fails_at: bytes | None = None

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        if len(self.runs) == self.interrupted_at:
            raise KeyboardInterrupt
        self.runs.append(targets)
        if any(self.fails_at is not None and self.fails_at in target.content for target in targets):
            raise EngineError("Semgrep was stopped by signal 11.")
        return self.engine.run(rules, targets, limits=limits)

    @property
    def targets(self) -> list[tuple[str, bytes]]:
        return [(target.path, target.content) for targets in self.runs for target in targets]


def lesson(folder: Path, **keys: Any) -> Library:  # noqa: ANN401 - JSON
    """Write the lesson, with these keys too, and load it as the only one."""
    folder.mkdir(exist_ok=True)
    document = {**LESSON, "rules": [RULE], "examples": [{"bad": "requests.get(u)", "good": "pass"}], **keys}
    name = document["incident"]
    (folder / f"{name}.yaml").write_text(json.dumps(document), encoding="utf-8")
    library = load_folder(folder, name="lessons")
    assert library.faults == ()
    return library


def replay(
    repo: Repo,
    library: Library,
    *,
    engine: Engine | None = None,
    tree: bool = True,
    last: int = 500,
    **options: Any,  # noqa: ANN401 - those of `BacktestOptions`
) -> BacktestReport:
    semgrep: Semgrep = find_semgrep()
    with Repository.open(repo.path) as repository:
        return backtest(
            library,
            repository,
            past_changes(repository, last=last),
            engine=engine or semgrep,
            languages=semgrep.languages,
            options=BacktestOptions(
                scan=ScanOptions(today=TODAY),
                tree=repository.resolve("HEAD") if tree else None,
                **options,
            ),
        )


def only(report: BacktestReport) -> LessonBacktest:
    (one,) = report.lessons
    return one


def commented(about: LessonBacktest) -> Mapping[str, list[str]]:
    """Return where it would have commented, by the title of each change: `added app.py:5`."""
    return {each.change.title: [*map(described, each.findings)] for each in about.commented}


def described(finding: Finding) -> str:
    return f"{finding.state.value} {finding.path}:{finding.start.line}"


def merge(repo: Repo, title: str, files: Mapping[str, str | bytes | None]) -> str:
    """Merge a branch with these files, as GitHub does it, and return the commit on the branch."""
    number = int(repo.git("rev-list", "--count", "HEAD"))
    commit = repo.branch(f"topic-{number}").commit(title, files)
    repo.switch("main")
    message = f"Merge pull request #{number} from acme/topic-{number}\n\n{title}\n"
    repo.git("merge", "--quiet", "--no-ff", "--no-verify", "--message", message, f"topic-{number}")
    return commit
