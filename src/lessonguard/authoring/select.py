"""Which lessons an author means: by ID or by path, finished or not. One answer for every command."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

from lessonguard.authoring.tree import Tree
from lessonguard.errors import UsageError
from lessonguard.git.changes import CommitId
from lessonguard.git.repository import Repository
from lessonguard.lessons.diagnostic import Diagnostic, find_similar
from lessonguard.lessons.library import READ_AT_MOST, LessonFile, find_files, load_files, read_file
from lessonguard.lessons.model import LESSON_ENDINGS, Lesson, Library
from lessonguard.record import record
from lessonguard.scan.accept_text import INVISIBLE
from lessonguard.scan.scan import read_library

# How a lesson that is not valid yet names its incident, if it does.
_INCIDENT = re.compile(
    rb"^incident:[ \t]*([\"']?)(?P<id>[A-Za-z0-9][A-Za-z0-9._-]*)\1[ \t\r]*(?:#|$)", re.MULTILINE
)


@record
class Selection:
    """The lesson files that the author means, and what is beside them.

    `library` holds their lessons and, so that IDs can be compared, those beside them; `names` are the files
    that are meant, as lessons and faults call them, and `paths` where they are, if they are on disk. `read`
    returns the contents of any file of the library, or raises `OSError`. `where` names the folder that was
    searched, as the author calls it. `repository` and `tree` are those
    that the files are in, if they are in any. `is_all` is true if these are all lessons of the repository.
    """

    library: Library
    names: frozenset[str]
    paths: Mapping[str, Path]
    read: Callable[[str], bytes]
    where: str
    repository: Repository | None
    tree: Tree | None
    is_all: bool

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """Return the lessons that are meant, as far as they are valid."""
        return tuple(lesson for lesson in self.library.lessons if lesson.path in self.names)

    @property
    def faults(self) -> tuple[Diagnostic, ...]:
        """Return the faults of the files that are meant."""
        return tuple(fault for fault in self.library.faults if fault.path in self.names)

    def to_library(self) -> Library:
        """Return a library of nothing but what is meant."""
        return replace(self.library, lessons=self.lessons, faults=self.faults)


def open_repository(directory: Path, names: Sequence[str] = ()) -> Repository | None:
    """Open the repository that the first of these lessons is in, or else the directory.

    None if that is in none that has a work tree.
    """
    start = directory / names[0] if names and _is_path(names[0], directory) else directory
    place = start.resolve()
    folders = [folder for folder in (place, *place.parents) if folder.is_dir()]
    is_inside = any((folder / ".git").exists() for folder in folders)
    return Repository.open(folders[0]) if is_inside else None


def select_lessons(
    names: Sequence[str],
    *,
    directory: Path,
    folder: str,
    lessons: Path | None = None,
    repository: Repository | None,
) -> Selection:
    """Load the lessons that these names stand for; without any, all that are kept.

    A name is the ID of an incident, or the path of a lesson file or of a folder of them, relative to
    `directory`. `folder` is where the repository keeps its lessons, relative to its top; without a
    repository, relative to `directory`. `lessons` is a folder to take in its place. A bare repository has
    those of its HEAD.

    Raise `UsageError` for a name that stands for nothing, and `LessonError` if there is no folder of lessons.
    """
    folder = folder.strip("/")
    files = [name for name in names if _is_path(name, directory)]
    incidents = [name for name in names if name not in files]
    if repository and repository.top is None and not lessons and not files:
        return select_in_commit(repository, repository.resolve("HEAD"), folder=folder, incidents=incidents)
    top = repository.top if repository else None
    home = lessons or (top or directory) / folder
    kept = find_files(home, name=_name(home, top)) if home.is_dir() or not files else ()
    wanted = [file for name in files for file in _files(directory / name, top)]
    if incidents:
        by_name = {file.name: file for file in kept}
        by_incident = find_incidents(load_files(kept, folder=None), lambda name: read_file(by_name[name]))
        wanted += [by_name[path] for name in incidents for path in _about(name, by_incident, directory)]
    wanted = wanted if names else list(kept)
    meant = {file.name for file in wanted}
    # Drafts elsewhere may be about an incident that is kept already, because they are to replace its lesson.
    beside = kept if meant & {file.name for file in kept} else ()
    every = {file.name: file for file in (*beside, *wanted)}
    return Selection(
        library=load_files(every.values(), folder=_name(home, top) or folder if top else None),
        names=frozenset(meant),
        paths={file.name: file.path for file in wanted},
        read=lambda name: read_file(every[name]),
        where=", ".join(names) or str(lessons or folder),
        repository=repository,
        tree=Tree(repository) if repository and top else None,
        is_all=not names or bool(kept and meant >= {file.name for file in kept}),
    )


def select_in_commit(
    repository: Repository,
    commit: CommitId,
    *,
    folder: str,
    incidents: Sequence[str] = (),
    paths: Collection[str] = (),
) -> Selection:
    """Load the lessons of a commit: all, or those about these incidents or at these paths from the top.

    Raise `UsageError` for an incident that no lesson is about.
    """
    library = read_library(repository, commit, folder=folder)
    blobs = dict(repository.tree_entries(commit, folder))

    def read(name: str) -> bytes:
        content = repository.read_blobs([blobs[name]], limit=READ_AT_MOST)[blobs[name]]
        return b"" if isinstance(content, int) else content

    by_incident = find_incidents(library, read)
    meant = {path for name in incidents for path in _about(name, by_incident)} | set(paths)
    every = {path for about in by_incident.values() for path in about}
    return Selection(
        library=library,
        names=frozenset(meant if incidents or paths else every),
        paths={},
        read=read,
        where=folder,
        repository=repository,
        tree=Tree(repository, commit),
        is_all=not (incidents or paths),
    )


def find_incidents(library: Library, read: Callable[[str], bytes]) -> Mapping[str, tuple[str, ...]]:
    """Return the paths of the lesson files about each incident; `read` returns the contents of one.

    A lesson that is still being written is no lesson yet, but it is about its incident; if nothing in it
    says which that is, then about the one that the file is named after.
    """
    found: dict[str, tuple[str, ...]] = {lesson.incident: (lesson.path,) for lesson in library.lessons}
    for path in dict.fromkeys(fault.path for fault in library.faults):
        named: list[str] = []
        with suppress(OSError):
            named = [match["id"].decode() for match in _INCIDENT.finditer(read(path))]
        for incident in dict.fromkeys(named or [PurePosixPath(path).stem]):
            found[incident] = (*found.get(incident, ()), path)
    return found


def _about(
    incident: str, by_incident: Mapping[str, tuple[str, ...]], directory: Path | None = None
) -> tuple[str, ...]:
    """Return the paths of the files about an incident; raise `UsageError` if there are none."""
    incident = INVISIBLE.sub("", incident)  # because it may be copied from a web page or a chat
    if incident in by_incident:
        return by_incident[incident]
    # A file without the ending of lessons comes last, because an incident may be called like any word.
    if directory and (directory / incident).exists():
        raise _not_a_lesson(directory / incident)
    similar = find_similar(incident, by_incident)
    hint = f"Did you mean {similar}?" if similar else "`lessonguard list` names the incidents."
    raise UsageError(f"There is no lesson about {incident}.", hint=hint)


def _is_path(name: str, directory: Path) -> bool:
    """Return whether a name is a path, and not the ID of an incident."""
    # The pattern of IDs in the model allows no slash, and an ID that ends in .yaml is not worth a rule.
    return "/" in name or name.endswith(LESSON_ENDINGS) or (directory / name).is_dir()


def _files(path: Path, top: Path | None) -> Iterator[LessonFile]:
    if path.is_dir():
        yield from find_files(path, name=_name(path, top))
    elif not path.exists() and not path.is_symlink():
        raise UsageError(f"There is no file or folder {path}.", hint="Check the spelling, and where you are.")
    elif path.name.endswith(LESSON_ENDINGS):
        yield LessonFile(name=_name(path, top) or path.as_posix(), path=path)
    else:
        raise _not_a_lesson(path)


def _not_a_lesson(path: Path) -> UsageError:
    hint = f"Rename it to {path.with_suffix('.yaml').name}."
    return UsageError(f"{path} is not a lesson file: its name must end in .yaml or .yml.", hint=hint)


def _name(path: Path, top: Path | None) -> str | None:
    """Return the path relative to the top of the repository, if it is in there; a link is not followed."""
    resolved = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    is_inside = top is not None and resolved.is_relative_to(top)
    return str(PurePosixPath(resolved.relative_to(top))) if top and is_inside else None
