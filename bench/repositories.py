"""Repositories of any size with one change in them, written straight into Git's object store."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

from bench.languages import LANGUAGES, Language
from bench.lessons import LessonFile
from bench.sources import Pieces, edit_pieces, join_pieces, write_pieces
from bench.words import NOUNS, SERVICES, VERBS

_SEED = 46
"""Chosen so that the change of one file repeats an incident: there is something to compare."""

_DISTINCT = 200
"""How many different contents the files outside the change have: nobody reads them."""

_CYCLE, _ADDED, _DELETED = 20, 12, 19
"""Of so many changed files, the one with this number is added, and that one deleted."""

_BEGAN, _HALF_HOUR = 1767225600, 1800
"""When the first commit was made, and how long it took to the next one: seconds."""

_NOTES = b"".join(b"Line %d of a text that no lesson is about.\n" % number for number in range(80))

Files = Mapping[str, bytes | None]
"""Contents by path; None removes the file."""


@dataclass(frozen=True, kw_only=True)
class Commit:
    """One commit on a branch, which begins at `start`, another branch, if it is new and not the first."""

    branch: str
    files: Files
    start: str | None = None


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One changed file: its path and contents in base and head, None where it is absent."""

    path: str
    language: Language
    base: bytes | None
    head: bytes | None


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A repository with `main` and a branch that changes it, and what differs between the two."""

    path: Path
    pairs: tuple[Pair, ...]
    branch: str = "change"

    def checkout(self) -> None:
        """Put the files of the branch in the work tree, for tools that need them there."""
        run_git(self.path, "checkout", "--quiet", "--force", self.branch)


def build_repository(
    path: Path, *, lessons: Iterable[LessonFile], changed: int, files: int, seed: int = _SEED
) -> Benchmark:
    """Build a repository of `files` files, `changed` of which the branch `change` changes.

    Of the changed ones nine in ten are edited, the rest added or deleted. With `changed=0` the
    change is to a text file that no lesson is about. The same arguments give the same commits.
    """
    random = Random(seed)  # noqa: S311 - the same repository every time is the point
    pairs = tuple(
        make_pair(number, write_pieces(language_of(number), random), random) for number in range(changed)
    )
    pool = [
        (language, join_pieces(write_pieces(language, random))) for language in LANGUAGES * (_DISTINCT // 9)
    ]
    main: dict[str, bytes | None] = {"NOTES.txt": _NOTES}
    main |= {f"lessons/{lesson.name}": lesson.text.encode() for lesson in lessons}
    main |= {pair.path: pair.base for pair in pairs if pair.base is not None}
    for number in range(changed, files):
        language, content = pool[number % len(pool)]
        main[file_path(number, language)] = content
    head: Files = {pair.path: pair.head for pair in pairs}
    commits = (
        Commit(branch="main", files=main),
        Commit(branch="change", start="main", files=head or {"NOTES.txt": _NOTES + b"One more line.\n"}),
    )
    import_commits(path, commits)
    return Benchmark(path=path, pairs=pairs)


def language_of(number: int) -> Language:
    """Choose the language of the file with this number."""
    return LANGUAGES[number % len(LANGUAGES)]


def is_added(number: int) -> bool:
    """Return whether a change adds the file with this number; the first ones exist in base."""
    return number % _CYCLE == _ADDED


def make_pair(number: int, pieces: Pieces, random: Random) -> Pair:
    """Return a changed file, made of its pieces in base, of which the first ones are edited."""
    language = language_of(number)
    base = join_pieces(pieces)
    head = join_pieces(edit_pieces(pieces, language, random))
    return Pair(
        path=file_path(number, language),
        language=language,
        base=None if is_added(number) else base,
        head=None if number % _CYCLE == _DELETED else head,
    )


def file_path(number: int, language: Language) -> str:
    """Return the path of the file with this number: there are 40 services, with 20 folders each."""
    service, noun = SERVICES[number % len(SERVICES)], NOUNS[number // len(SERVICES) % len(NOUNS)]
    return f"services/{service}/{noun}/{VERBS[number % 37]}_{number}{language.ending}"


def import_commits(path: Path, commits: Iterable[Commit]) -> None:
    """Make a repository of these commits, in this order, each half an hour after the one before."""
    path.mkdir(parents=True)
    run_git(path, "init", "--quiet", "--initial-branch=main")
    run_git(path, "config", "gc.auto", "0")
    marks = count(1)
    with subprocess.Popen(["git", "fast-import", "--quiet"], cwd=path, stdin=subprocess.PIPE) as process:
        assert process.stdin  # noqa: S101 - it was asked for
        for number, commit in enumerate(commits):
            process.stdin.writelines(_describe(commit, _BEGAN + number * _HALF_HOUR, marks))
    if process.returncode:
        raise RuntimeError(f"git fast-import exited with {process.returncode}")


def _describe(commit: Commit, seconds: int, marks: Iterator[int]) -> Iterator[bytes]:
    """Speak the language of git-fast-import(1)."""
    known: dict[bytes, int] = {}
    for content in commit.files.values():
        if content is not None and content not in known:
            known[content] = next(marks)
            yield b"blob\nmark :%d\ndata %d\n%b\n" % (known[content], len(content), content)
    yield b"commit refs/heads/%b\n" % commit.branch.encode()
    yield b"committer Bench <bench@example.com> %d +0000\ndata 6\nChange\n" % seconds
    if commit.start:
        yield b"from refs/heads/%b\n" % commit.start.encode()
    for name, content in commit.files.items():
        mode = b"100755" if name.endswith(".sh") else b"100644"
        line = b"D %b\n" if content is None else b"M %b :%d %%b\n" % (mode, known[content])
        yield line % name.encode()


def run_git(path: Path, *argv: str) -> None:
    """Run Git in a repository."""
    subprocess.run(["git", *argv], cwd=path, check=True, stdout=subprocess.DEVNULL)
