"""Load a folder of lesson files, on disk or in a commit, as a `Library`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from lessonguard.errors import LessonError
from lessonguard.lessons.cache import read_cache, write_cache
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Lesson, Library, is_lesson_path
from lessonguard.lessons.serialize import decode_diagnostic, decode_lesson, encode_diagnostic, encode_lesson
from lessonguard.record import record

BlobT = TypeVar("BlobT", bound=str)

# One byte more than a lesson may have, because `parse` must see that it is too large.
READ_AT_MOST = 1_048_577


@record
class LessonFile:
    """A lesson file on disk: what it is called in a library, and where it is.

    If it is a link, then it must lead to a place `within` this folder, unless that is None.
    """

    name: str
    path: Path
    within: Path | None = None


def find_files(folder: Path, *, name: str | None) -> tuple[LessonFile, ...]:
    """List the lesson files in a folder and in the folders below it, in order; hidden ones do not count.

    Links to folders are listed too, and not followed.

    `name` is the folder relative to the top of the repository, and files are called by it; with None by
    their path as it was given. Raise `LessonError` if there is no such folder.
    """
    if not folder.is_dir():
        hint = "`lessonguard init` starts one"
        raise LessonError(f"cannot read lessons from {folder}: there is no such folder", hint=hint)
    start = name or folder.as_posix()
    paths: list[Path] = []
    for top, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        paths += (link for name in below if (link := Path(top, name)).is_symlink())
        paths += (Path(top, name) for name in sorted(names) if is_lesson_path(name))
    return tuple(
        LessonFile(
            name=str(PurePosixPath(start, path.relative_to(folder).as_posix())), path=path, within=folder
        )
        for path in paths
    )


def load_folder(folder: Path, *, name: str | None, cache: Path | None = None) -> Library:
    """Load the lessons in a folder and in the folders below it.

    `name` as in `find_files`; it becomes `Library.folder`. `cache` as in `load_blobs`. Links to outside of
    the folder are faults, not followed. Raise `LessonError` if there is no such folder.
    """
    return load_files(find_files(folder, name=name), folder=name, cache=cache)


def load_files(files: Iterable[LessonFile], *, folder: str | None, cache: Path | None = None) -> Library:
    """Load the lessons in these files; what cannot be read is a fault. `cache` as in `load_blobs`."""
    contents: dict[str, bytes] = {}
    entries: list[tuple[str, str]] = []
    faults: list[Diagnostic] = []
    for file in files:
        try:
            data = read_file(file)
        except OSError as error:
            message = f"the file cannot be read: {error.strerror or error}"
            hint = "a lesson is a plain file that you may read"
            faults.append(Diagnostic(path=file.name, message=message, hint=hint, code="file"))
            continue
        blob = _blob_id(data)
        contents[blob] = data
        entries.append((file.name, blob))
    outcomes = _load(entries, lambda blobs: {blob: contents[blob] for blob in blobs}, cache)
    return _gather(outcomes, folder=folder, faults=faults)


def load_blobs(
    entries: Sequence[tuple[str, BlobT]],
    read: Callable[[Sequence[BlobT]], Mapping[BlobT, bytes]],
    *,
    folder: str,
    cache: Path | None,
) -> Library:
    """Load the lessons among the files of a commit.

    `entries` are the paths below `folder`, both relative to the top of the repository, with the ID of their
    contents; those that are no lesson files are left out. `read` gives contents by ID and is called at most
    once. `cache` is a file that remembers what was made of which contents; it is made where it is missing.
    """
    below = [(path, blob) for path, blob in entries if is_lesson_path(path, folder=folder)]
    return _gather(_load(below, read, cache), folder=folder, faults=[])


@record
class _Outcome:
    """What one file holds: a lesson, or its faults; `stored` is the JSON form of either."""

    path: str
    lesson: Lesson | None
    faults: tuple[Diagnostic, ...]
    stored: Any


def _load(
    entries: Sequence[tuple[str, BlobT]],
    read: Callable[[Sequence[BlobT]], Mapping[BlobT, bytes]],
    cache: Path | None,
) -> list[_Outcome]:
    """Parse the files that are not in the cache; it then holds these files and no others. Sorted by path."""
    cached = read_cache(cache) if cache else {}
    keys = {f"{blob} {path}": (path, blob) for path, blob in sorted(entries)}
    outcomes = {key: _recall(path, cached.get(key)) for key, (path, _) in keys.items()}
    missing = {key: keys[key] for key, outcome in outcomes.items() if outcome is None}
    if missing:
        contents = read(list(dict.fromkeys(blob for _, blob in missing.values())))
        outcomes |= {key: _parse(path, contents[blob]) for key, (path, blob) in missing.items()}
    found = {key: outcome for key, outcome in outcomes.items() if outcome}
    if cache and (missing or cached.keys() - keys):
        write_cache(cache, {key: outcome.stored for key, outcome in found.items()})
    return list(found.values())


def _recall(path: str, stored: Any) -> _Outcome | None:  # noqa: ANN401 - anything may stand in the file
    """Return the outcome that a JSON form stands for, or None if it is not one."""
    try:
        match stored:
            case dict():
                return _Outcome(path=path, lesson=decode_lesson(stored), faults=(), stored=stored)
            case [dict(), *_]:
                faults = tuple(decode_diagnostic(fault) for fault in stored)
                return _Outcome(path=path, lesson=None, faults=faults, stored=stored)
            case _:
                return None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _parse(path: str, data: bytes) -> _Outcome:
    # Loaded here, because the YAML library costs 20 ms, and what is in the cache needs none of it.
    from lessonguard.lessons.parse import parse_lesson  # noqa: PLC0415

    made = parse_lesson(data, path=path)
    if isinstance(made, Lesson):
        return _Outcome(path=path, lesson=made, faults=(), stored=encode_lesson(made))
    stored = [encode_diagnostic(fault) for fault in made]
    return _Outcome(path=path, lesson=None, faults=made, stored=stored)


def _gather(outcomes: Sequence[_Outcome], *, folder: str | None, faults: Sequence[Diagnostic]) -> Library:
    """Return a library; of two lessons with one ID the first by path stays, and the other is a fault."""
    found = [*faults, *(fault for outcome in outcomes for fault in outcome.faults)]
    lessons: dict[str, Lesson] = {}
    rules: dict[str, Lesson] = {}
    for lesson in (outcome.lesson for outcome in outcomes if outcome.lesson):
        clash = _find_clash(lesson, lessons, rules)
        if clash:
            found.append(clash)
            continue
        lessons[lesson.incident] = lesson
        rules |= dict.fromkeys((rule.id for rule in lesson.rules), lesson)
    in_order = tuple(lessons[incident] for incident in sorted(lessons))
    return Library(lessons=in_order, folder=folder, faults=tuple(found))


def _find_clash(
    lesson: Lesson, lessons: Mapping[str, Lesson], rules: Mapping[str, Lesson]
) -> Diagnostic | None:
    if first := lessons.get(lesson.incident):
        message = f"incident {lesson.incident} is already in {first.path}:{first.line}"
        return _clash(lesson, lesson.line, message, hint="give it another ID, or join the two")
    for rule in lesson.rules:
        if first := rules.get(rule.id):
            line = next(other.line for other in first.rules if other.id == rule.id)
            message = f"rule {rule.id} is already in {first.path}:{line}"
            return _clash(lesson, rule.line, message, hint="give the rule another id")
    return None


def _clash(lesson: Lesson, line: int, message: str, *, hint: str) -> Diagnostic:
    remedy = f"this lesson is left out; {hint}"
    return Diagnostic(path=lesson.path, line=line, message=message, hint=remedy, code="duplicate")


def _blob_id(data: bytes) -> str:
    """Return the ID that Git gives contents, so that a folder and a commit can share a cache."""
    from hashlib import sha1  # noqa: PLC0415 - loads OpenSSL, and lessons of a commit have names already

    return sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()


def read_file(file: LessonFile) -> bytes:
    """Read a file that really is one and is where it may be; raise `OSError` if it is not.

    A link in a pull request could otherwise show what the machine that checks it has elsewhere.
    """
    path, within = file.path, file.within
    if within and path.is_symlink() and not path.resolve().is_relative_to(within.resolve()):
        raise OSError("it is a link to outside of the lesson folder")
    if not path.is_file():
        raise OSError("it is not a file")
    with path.open("rb") as opened:
        return opened.read(READ_AT_MOST)
