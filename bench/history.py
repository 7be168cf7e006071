"""A repository with years of history, as a server has it, and two pull requests in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.lessons import LessonFile
from bench.repositories import (
    Benchmark,
    Commit,
    Pair,
    file_path,
    import_commits,
    is_added,
    language_of,
    make_pair,
    run_git,
)
from bench.sources import Pieces, join_pieces, write_function, write_pieces

_SEED = 46

_EDITED = (1, 1, 2, 3)
"""How many files a commit edits, each number as often as it stands here."""

_BEHIND = 25
"""How many commits main has got since the pull requests left it."""

_TOPICS, _APART = 20, 10
"""How many branches others work on, and how many commits of main lie between two of them."""

CHANGES: Mapping[str, int] = {"change": 6, "clean": 5}
"""The branches of the pull requests, by the seed of their edits: only the first repeats incidents."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a repository is: its commits, its files, and how many of them a pull request changes."""

    commits: int
    files: int = 2_000
    changed: int = 20


class History:
    """The commits of a repository: what each file holds is remembered from one to the next."""

    def __init__(self, size: Size, lessons: Iterable[LessonFile]) -> None:
        """Write the files that are there from the start."""
        self._random = Random(_SEED)  # noqa: S311 - the same repository every time is the point
        self._size = size
        self._lessons = {f"lessons/{lesson.name}": lesson.text.encode() for lesson in lessons}
        self._files = {
            number: write_pieces(language_of(number), self._random)
            for number in range(size.files)
            if number >= size.changed or not is_added(number)
        }
        self.pairs: dict[str, tuple[Pair, ...]] = {}

    def commits(self) -> Iterator[Commit]:
        """Return the commits, the oldest first: those of main, and those that branches begin with."""
        yield Commit(branch="main", files={**self._lessons, **self._contents(self._files)})
        for left in range(self._size.commits - 2, -1, -1):
            if left == _BEHIND:
                yield from map(self._change, CHANGES)
            yield Commit(branch="main", files=self._edit())
            if left % _APART == 0 and left < _TOPICS * _APART:
                yield Commit(branch=f"topic-{left}", start="main", files={"NOTES.txt": b"%d\n" % left})

    def _edit(self) -> Mapping[str, bytes]:
        """Write a function anew in each of a few files, but in none that pull requests change."""
        number_of_files = self._random.choice(_EDITED)
        numbers = {
            self._random.randrange(self._size.changed, self._size.files) for _ in range(number_of_files)
        }
        for number in numbers:
            pieces = list(self._files[number])
            place = self._random.randrange(1, len(pieces))
            pieces[place] = write_function(language_of(number), self._random)
            self._files[number] = tuple(pieces)
        return self._contents(numbers)

    def _change(self, branch: str) -> Commit:
        random = Random(CHANGES[branch])  # noqa: S311 - the same change every time is the point
        self.pairs[branch] = tuple(
            make_pair(number, self._pieces(number, random), random) for number in range(self._size.changed)
        )
        files = {pair.path: pair.head for pair in self.pairs[branch]}
        return Commit(branch=branch, start="main", files=files)

    def _pieces(self, number: int, random: Random) -> Pieces:
        return self._files.get(number) or write_pieces(language_of(number), random)

    def _contents(self, numbers: Iterable[int]) -> Mapping[str, bytes]:
        return {
            file_path(number, language_of(number)): join_pieces(self._files[number]) for number in numbers
        }


def build_history(path: Path, *, lessons: Iterable[LessonFile], size: Size) -> Mapping[str, Benchmark]:
    """Build a repository with the branches `CHANGES`, and give what each of them changes.

    It is packed as a server packs: one pack, with bitmaps. The same arguments give the same commits.
    """
    history = History(size, lessons)
    import_commits(path, history.commits())
    run_git(path, "repack", "-a", "-d", "-f", "--quiet", "--write-bitmap-index")
    run_git(path, "pack-refs", "--all")
    run_git(path, "commit-graph", "write", "--reachable")
    return {
        branch: Benchmark(path=path, pairs=pairs, branch=branch) for branch, pairs in history.pairs.items()
    }
