"""The slow way to the answer: scan whole trees with the public Semgrep, and ask Git which lines stayed."""

from __future__ import annotations

import json
import re
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_ENDINGS = (".py", ".js", ".sh")
_PLAIN = ("--no-color", "--no-ext-diff", "--no-textconv", "--text")


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One place where a rule matches in one version of a file: byte offsets, end exclusive."""

    rule: str
    start: int
    end: int
    content: bytes

    @cached_property
    def lines(self) -> range:
        """Give the lines it stands on, 1-based."""
        first = self.content.count(b"\n", 0, self.start) + 1
        return range(first, self.content.count(b"\n", 0, max(self.start, self.end - 1)) + 2)

    @cached_property
    def text(self) -> bytes:
        """Give the matched text without any white space."""
        return b"".join(self.content[self.start : self.end].split())

    @cached_property
    def raw_lines(self) -> bytes:
        """Give its whole lines, byte for byte."""
        lines = self.content.split(b"\n")
        return b"\n".join(lines[line - 1] for line in self.lines)

    @property
    def key(self) -> tuple[str, bytes]:
        """Give what it has in common with its twins."""
        return self.rule, self.text

    @property
    def place(self) -> tuple[str, int, int]:
        """Give what it has in common with no other match of its file."""
        return self.rule, self.start, self.end


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A changed file: what matches in its two versions, and which head lines were which base lines."""

    path: str
    previous_path: str
    base: tuple[Hit, ...]
    head: tuple[Hit, ...]
    base_content: bytes | None
    head_content: bytes | None
    base_line: Mapping[int, int]

    def origin(self, hit: Hit) -> range:
        """Give the base lines that all of a head match's lines were, empty if one of them is new.

        Lines that were deleted between them belong to it.
        """
        lines = [self.base_line.get(line) for line in hit.lines]
        if lines[0] is None or lines[-1] is None or None in lines:
            return range(0)
        return range(lines[0], lines[-1] + 1)

    def stood(self, hit: Hit) -> bool:
        """Tell whether the same rule matched the same text on the lines that a head match comes from."""
        lines = self.origin(hit)
        return any(base.key == hit.key and base.lines == lines for base in self.base)

    def was_deleted(self, hit: Hit) -> bool:
        """Tell whether a base match's lines are gone and head has no lines in their place."""
        if self.head_content is None:
            return True
        head_line = {base: head for head, base in self.base_line.items()}
        if not head_line.keys().isdisjoint(hit.lines):
            return False
        above = max((line for line in head_line if line < hit.lines.start), default=0)
        below = min((line for line in head_line if line >= hit.lines.stop), default=None)
        return below is not None and head_line[below] == head_line.get(above, 0) + 1


class BruteForce:
    """What the public `semgrep scan` finds in every version of every file of some commits."""

    def __init__(self, repository: Path, *, rules: Path, work: Path) -> None:
        """Remember where to look; `work` is an empty folder."""
        self._repository = repository
        self._rules = rules
        self._work = work
        self._trees: dict[str, Mapping[str, str]] = {}
        self._contents: dict[str, bytes] = {}
        self._hits: dict[tuple[str, str], tuple[Hit, ...]] = {}
        self._unread: set[str] = set()

    def scan(self, commits: Iterable[str]) -> None:
        """Scan the whole trees of these commits in one run: each version of a file once."""
        self._trees = {commit: self._tree(commit) for commit in dict.fromkeys(commits)}
        versions = sorted({item for tree in self._trees.values() for item in tree.items()})
        self._contents = self._read(sorted({blob for _, blob in versions}))
        (self._work / ".semgrepignore").write_text("# Everything counts.\n", encoding="utf-8")
        for path, blob in versions:
            file = self._work / blob / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self._contents[blob])
        report = self._semgrep()
        assert sorted(report["paths"]["scanned"]) == sorted(f"{blob}/{path}" for path, blob in versions)
        # Of what Semgrep cannot read, which a project's own history may hold, there is nothing to compare.
        self._unread = {error["path"].partition("/")[0] for error in report["errors"]}
        assert len(self._unread) < len(versions) / 20, report["errors"]
        found: dict[tuple[str, str], list[Hit]] = {(path, blob): [] for path, blob in versions}
        for result in report["results"]:
            blob, _, path = result["path"].partition("/")
            found[path, blob].append(self._hit(result, blob))
        self._hits = {version: tuple(hits) for version, hits in found.items()}

    def compare(self, base: str, head: str) -> list[Pair]:
        """Pair the files that differ between two scanned commits, renamed ones too; not those left unread."""
        return [
            self._pair(base, head, before=before, after=after)
            for before, after in self._changed(base, head)
            if not {self._trees[base].get(before or ""), self._trees[head].get(after or "")} & self._unread
        ]

    def _hit(self, result: Mapping[str, Any], blob: str) -> Hit:
        rule = str(result["check_id"]).rpartition(".")[2]
        start, end = result["start"]["offset"], result["end"]["offset"]
        return Hit(rule=rule, start=start, end=end, content=self._contents[blob])

    def _semgrep(self) -> dict[str, Any]:
        argv = [str(Path(sysconfig.get_path("scripts"), "semgrep")), "scan", "--config", str(self._rules)]
        argv += ["--json", "--quiet", "--metrics", "off", "--disable-version-check", "--disable-nosem"]
        argv += ["--no-git-ignore", "--max-target-bytes", "0", "--timeout", "60", "."]
        result = subprocess.run(argv, cwd=self._work, capture_output=True, check=True)
        report: dict[str, Any] = json.loads(result.stdout)
        return report

    def _git(self, *argv: str, stdin: bytes = b"") -> bytes:
        result = subprocess.run(
            ["git", *argv], cwd=self._repository, input=stdin, capture_output=True, check=True
        )
        return result.stdout

    def _tree(self, commit: str) -> Mapping[str, str]:
        rows = self._git("ls-tree", "-r", "-z", "--full-tree", commit).decode().split("\0")[:-1]
        entries = [row.partition("\t") for row in rows]
        return {
            path: about.split(" ")[2]
            for about, _, path in entries
            if about.startswith("100") and path.endswith(_ENDINGS)
        }

    def _read(self, blobs: Sequence[str]) -> dict[str, bytes]:
        output = self._git("cat-file", "--batch", stdin="\n".join(blobs).encode())
        contents, position = {}, 0
        for blob in blobs:
            end = output.index(b"\n", position)
            size = int(output[position:end].split()[2])
            contents[blob] = output[end + 1 : end + 1 + size]
            position = end + 2 + size
        return contents

    def _changed(self, base: str, head: str) -> Iterator[tuple[str | None, str | None]]:
        raw = self._git(
            "diff", "--name-status", "-z", "-M50%", "-l1000", "--no-rename-empty", *_PLAIN, base, head
        )
        words = iter(raw.decode().split("\0")[:-1])
        for status in words:
            before = next(words)
            after = next(words) if status.startswith("R") else before
            if after.endswith(_ENDINGS):
                yield None if status == "A" else before, None if status == "D" else after

    def _pair(self, base: str, head: str, *, before: str | None, after: str | None) -> Pair:
        old = self._trees[base].get(before) if before else None
        new = self._trees[head].get(after) if after else None
        return Pair(
            path=after or before or "",
            previous_path=before or after or "",
            base=self._hits[before, old] if before and old else (),
            head=self._hits[after, new] if after and new else (),
            base_content=self._contents[old] if old else None,
            head_content=self._contents[new] if new else None,
            base_line=self._map_lines(old, new) if old and new else {},
        )

    def _map_lines(self, base: str, head: str) -> Mapping[int, int]:
        """Give the base line of each head line that stayed, by walking the diff line for line."""
        options = ("-U0", "-w", "--diff-algorithm=histogram", "--indent-heuristic", *_PLAIN)
        patch = self._git("diff", *options, base, head) if base != head else b""
        mapped: dict[int, int] = {}
        base_line = head_line = 1
        for match in _HUNK.finditer(patch):
            _, base_count, head_start, head_count = (int(number or 1) for number in match.groups(b"1"))
            first = head_start if head_count else head_start + 1
            while head_line < first:
                mapped[head_line] = base_line
                base_line, head_line = base_line + 1, head_line + 1
            base_line, head_line = base_line + base_count, head_line + head_count
        for line in range(head_line, self._contents[head].count(b"\n") + 2):
            mapped[line] = base_line + line - head_line
        return mapped
