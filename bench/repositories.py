"""Repositories of any size with one change in them, written straight into Git's object store."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.languages import LANGUAGES, Language
from bench.lessons import LessonFile
from bench.sources import edit_pieces, join_pieces, write_pieces
from bench.words import NOUNS, SERVICES, VERBS

_SEED = 46
"""Chosen so that the change of one file repeats an incident: there is something to compare."""

_DISTINCT = 200
"""How many different contents the files outside the change have: nobody reads them."""

_CYCLE, _ADDED, _DELETED = 20, 12, 19
"""Of so many changed files, the one with this number is added, and that one deleted."""

_NOTES = b"".join(b"Line %d of a text that no lesson is about.\n" % number for number in range(80))

Files = Mapping[str, bytes | None]
"""Contents by path; None removes the file."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One changed file: its path and contents in base and head, None where it is absent."""

    path: str
    language: Language
    base: bytes | None
    head: bytes | None


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A repository with the branches `main` and `change`, and what differs between the two."""

    path: Path
    pairs: tuple[Pair, ...]

    def checkout(self) -> None:
        """Put the files of `change` in the work tree, for tools that need them there."""
        _git(self.path, "checkout", "--quiet", "--force", "change")


def build_repository(
    path: Path, *, lessons: Iterable[LessonFile], changed: int, files: int, seed: int = _SEED
) -> Benchmark:
    """Build a repository of `files` files, `changed` of which the branch `change` changes.

    Of the changed ones nine in ten are edited, the rest added or deleted. With `changed=0` the
    change is to a text file that no lesson is about. The same arguments give the same commits.
    """
    random = Random(seed)  # noqa: S311 - the same repository every time is the point
    pairs = tuple(_make_pair(number, random) for number in range(changed))
    pool = [
        (language, join_pieces(write_pieces(language, random))) for language in LANGUAGES * (_DISTINCT // 9)
    ]
    main: dict[str, bytes | None] = {"NOTES.txt": _NOTES}
    main |= {f"lessons/{lesson.name}": lesson.text.encode() for lesson in lessons}
    main |= {pair.path: pair.base for pair in pairs if pair.base is not None}
    for number in range(changed, files):
        language, content = pool[number % len(pool)]
        main[_path(number, language)] = content
    head: Files = {pair.path: pair.head for pair in pairs}
    _import(path, main, head or {"NOTES.txt": _NOTES + b"One more line.\n"})
    return Benchmark(path=path, pairs=pairs)


def _make_pair(number: int, random: Random) -> Pair:
    """Make a changed file; the first ones are edited, so that small changes hold no exotic ones."""
    language = LANGUAGES[number % len(LANGUAGES)]
    pieces = write_pieces(language, random)
    base = join_pieces(pieces)
    head = join_pieces(edit_pieces(pieces, language, random))
    kind = number % _CYCLE
    return Pair(
        path=_path(number, language),
        language=language,
        base=None if kind == _ADDED else base,
        head=None if kind == _DELETED else head,
    )


def _path(number: int, language: Language) -> str:
    service, noun = SERVICES[number % len(SERVICES)], NOUNS[number // len(SERVICES) % len(NOUNS)]
    return f"services/{service}/{noun}/{VERBS[number % 37]}_{number}{language.ending}"


def _import(path: Path, main: Files, head: Files) -> None:
    path.mkdir(parents=True)
    _git(path, "init", "--quiet", "--initial-branch=main")
    _git(path, "config", "gc.auto", "0")
    stream = b"".join(_stream(main, head))
    subprocess.run(["git", "fast-import", "--quiet", "--done"], cwd=path, input=stream, check=True)


def _stream(main: Files, head: Files) -> Iterator[bytes]:
    """Speak the language of git-fast-import(1)."""
    marks: dict[bytes, int] = {}
    for content in (*main.values(), *head.values()):
        if content is not None and content not in marks:
            marks[content] = len(marks) + 1
            yield b"blob\nmark :%d\ndata %d\n%b\n" % (marks[content], len(content), content)
    for branch, origin, files in ((b"main", b"", main), (b"change", b"from refs/heads/main\n", head)):
        yield b"commit refs/heads/%b\ncommitter Bench <bench@example.com> 1767225600 +0000\n" % branch
        yield b"data 6\nChange\n" + origin
        for name, content in files.items():
            mode = b"100755" if name.endswith(".sh") else b"100644"
            line = b"D %b" if content is None else b"M %b :%d %%b" % (mode, marks[content])
            yield line % name.encode() + b"\n"
    yield b"done\n"


def _git(path: Path, *argv: str) -> None:
    subprocess.run(["git", *argv], cwd=path, check=True, stdout=subprocess.DEVNULL)
