"""Judge changes in both ways: with lessonguard, and by brute force."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lessonguard.cli.main import lessonguard
from tests.support.brute import BruteForce, Hit, Pair
from tests.support.repo import Repo

_LESSON = {
    "title": "Checkout hung when the payments API stalled",
    "date": "2026-05-14",
    "severity": "P1",
    "failure-class": "missing-guard",
    "failure-mode": "A call to the payments API had no timeout, so one stalled upstream held every worker.",
    "root-cause": "The HTTP client waits for ever unless it is told not to.",
    "mitigation": "Pass an explicit timeout and fall back to the queued path when it expires.",
    "invariant": "Every outbound HTTP call has a timeout.",
}

RULES: Mapping[str, Mapping[str, Any]] = {
    "TIMEOUT": {
        "languages": ["python"],
        "patterns": [{"pattern": "requests.$M(...)"}, {"pattern-not": "requests.$M(..., timeout=$T, ...)"}],
    },
    "LOCK": {
        "languages": ["python"],
        "patterns": [{"pattern": "charge(...)"}, {"pattern-not-inside": "with lock(...):\n    ...\n"}],
    },
    "QUOTE": {
        "languages": ["python"],
        "mode": "taint",
        "pattern-sources": [{"pattern": "request.args.get(...)"}],
        "pattern-sanitizers": [{"pattern": "quote(...)"}],
        "pattern-sinks": [{"pattern": "execute(...)"}],
    },
    "SIGNAL": {"languages": ["javascript"], "pattern": "fetch($URL)"},
    "CATCH": {
        "languages": ["javascript"],
        "patterns": [
            {"pattern": "await charge(...)"},
            {"pattern-not-inside": "try { ... } catch ($ERROR) { ... }"},
        ],
    },
    "REMOVE": {"languages": ["bash"], "pattern": 'rm -rf "$DIR"/*', "paths": {"exclude": ["vendor/"]}},
    # For the history of this project.
    "HINT": {
        "languages": ["python"],
        "patterns": [{"pattern": "raise $E($X, ...)"}, {"pattern-not": "raise $E(..., hint=$H, ...)"}],
    },
    "PARAMETER": {
        "languages": ["python"],
        "patterns": [
            {"pattern": "$X = $F(...)"},
            {"pattern-not-inside": "for $Y in $Z:\n    ...\n"},
            {"pattern-not-inside": "with $C:\n    ...\n"},
        ],
    },
    "EQUAL": {
        "languages": ["python"],
        "patterns": [{"pattern": "assert $X == $Y"}, {"pattern-not-inside": "for $I in $J:\n    ...\n"}],
    },
}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One change, judged in both ways. `report` is lessonguard's, `pairs` are by brute force."""

    name: str
    report: Mapping[str, Any]
    pairs: Sequence[Pair]

    @cached_property
    def states(self) -> Mapping[tuple[str, str, int, int], str]:
        """Give the state of each reported finding by path, rule, and byte offsets in head."""
        contents = {pair.path: pair.head_content for pair in self.pairs}
        return {_place(finding, contents): finding["state"] for finding in self.report["findings"]}

    @cached_property
    def fixed(self) -> set[tuple[str, str, int, int]]:
        """Give what is reported as fixed by path, rule, and byte offsets in base."""
        contents = {pair.path: pair.base_content for pair in self.pairs}
        return {_place(finding, contents) for finding in self.report["fixed"]}

    def state(self, pair: Pair, hit: Hit) -> str | None:
        """Give what lessonguard says about a match in head, None if it says nothing."""
        return self.states.get((pair.path, *hit.place))

    def heads(self) -> Iterator[tuple[Pair, Hit]]:
        """Give every match in the heads of changed files."""
        return ((pair, hit) for pair in self.pairs for hit in pair.head)

    def bases(self) -> Iterator[tuple[Pair, Hit]]:
        """Give every match in the bases of changed files."""
        return ((pair, hit) for pair in self.pairs for hit in pair.base)

    def describe(self, pair: Pair, hit: Hit) -> str:
        """Name a match so that its failure can be looked at."""
        return f"{self.name} {pair.path}:{hit.lines.start} {hit.rule} {self.state(pair, hit)}"


def _place(finding: Mapping[str, Any], contents: Mapping[str, bytes | None]) -> tuple[str, str, int, int]:
    content = contents[finding["path"]] or b""
    start, end = (_offset(content, finding[side]) for side in ("start", "end"))
    return finding["path"], finding["rule"], start, end


def _offset(content: bytes, position: Mapping[str, int]) -> int:
    """Turn a line and a column in characters, both 1-based, into a byte offset."""
    lines = content.split(b"\n")[: position["line"]]
    before = lines[-1].decode()[: position["column"] - 1].encode()
    return sum(len(line) + 1 for line in lines[:-1]) + len(before)


def write_lessons(folder: Path) -> None:
    """Write the lessons as files, and their rules for Semgrep as `rules.json` beside the folder."""
    folder.mkdir()
    rules = []
    for name, rule in RULES.items():
        document = {"id": name, **rule}
        examples = [{"bad": "bad()", "good": "good()"}]
        lesson = {"incident": name, **_LESSON, "rules": [document], "examples": examples}
        (folder / f"{name}.yaml").write_text(json.dumps(lesson), encoding="utf-8")
        rules.append({"message": name, "severity": "WARNING", **document})
    folder.with_name("rules.json").write_text(json.dumps({"rules": rules}), encoding="utf-8")


def judge(repo: Repo, changes: Sequence[tuple[str, str]], *, lessons: Path, work: Path) -> list[Judged]:
    """Judge changes, each given as base and head, by the lessons in a folder; `work` is an empty folder.

    Base is what one would name, such as a branch: what head is compared with is their merge base.
    """
    known = list(dict.fromkeys((repo.git("merge-base", base, head), base, head) for base, head in changes))
    brute = BruteForce(repo.path, rules=lessons.with_name("rules.json"), work=work)
    brute.scan(commit for merge_base, _, head in known for commit in (merge_base, head))
    return [
        Judged(
            name=f"{merge_base[:8]}..{head[:8]}",
            report=_scan(repo, lessons, base=base, head=head, report=work / "report.json"),
            pairs=brute.compare(merge_base, head),
        )
        for merge_base, base, head in known
    ]


def _scan(repo: Repo, lessons: Path, *, base: str, head: str, report: Path) -> Mapping[str, Any]:
    argv = ["scan", "-C", str(repo.path), "--lessons", str(lessons), "--format", "json"]
    argv += ["--base", base, "--head", head, "--output", str(report), "--fail-on", "never"]
    assert lessonguard.main(argv, standalone_mode=False) == 0
    result: dict[str, Any] = json.loads(report.read_bytes())
    # What Semgrep cannot read, brute force cannot either: see `BruteForce.scan`.
    unread = {item["path"] for item in result["unchecked"] if "Semgrep could not parse" in item["reason"]}
    assert unread == {item["path"] for item in result["unchecked"]}, result["unchecked"]
    for key in ("findings", "fixed"):
        result[key] = [finding for finding in result[key] if finding["path"] not in unread]
    return result
