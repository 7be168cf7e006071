"""What the cases have in common: repositories, each built once, and the usual number of lessons."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bench.lessons import write_lessons
from bench.repositories import Benchmark, build_repository

_FILES = 1_000
"""How many files a repository has where their number is not what is measured."""

LESSONS = 30
"""How many lessons there are where their number is not what is measured."""


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """Builds repositories in a temporary folder, each once."""

    folder: Path
    built: dict[tuple[int, int, int], Benchmark] = field(default_factory=dict)

    def repository(self, *, lessons: int, changed: int, files: int = _FILES) -> Benchmark:
        """Return the repository of these sizes."""
        size = (lessons, changed, max(files, changed))
        if size not in self.built:
            self.built[size] = build_repository(
                self.folder / "-".join(map(str, size)),
                lessons=write_lessons(lessons),
                changed=changed,
                files=size[2],
            )
        return self.built[size]
