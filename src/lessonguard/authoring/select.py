"""What an author asks about: lesson files, and what is known beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from lessonguard.authoring.tree import Tree
from lessonguard.errors import UsageError
from lessonguard.git.repository import Repository
from lessonguard.lessons.library import LessonFile, find_files, load_files, read_file
from lessonguard.lessons.model import Lesson, Library
from lessonguard.record import record


@record
class Asked:
    """Lesson files to look at.

    `library` holds their lessons and, so that they can be compared, those beside them; `names` are the files
    that were asked about, as lessons and faults call them, and `paths` where they are, if they are on disk.
    `read` gives the contents of any file of the library, or raises `OSError`. `repository` and `tree` are
    those that the files are in, if they are in any. `is_all` tells whether these are all lessons of the
    repository.
    """

    library: Library
    names: frozenset[str]
    paths: Mapping[str, Path]
    read: Callable[[str], bytes]
    repository: Repository | None
    tree: Tree | None
    is_all: bool

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """Give the lessons that were asked about, as far as they are valid."""
        return tuple(lesson for lesson in self.library.lessons if lesson.path in self.names)


def open_repository(start: Path) -> Repository | None:
    """Open the repository that a file or folder is in; None if it is in none that has a work tree."""
    place = start.resolve()
    folders = [folder for folder in (place, *place.parents) if folder.is_dir()]
    is_inside = any((folder / ".git").exists() for folder in folders)
    return Repository.open(folders[0]) if is_inside else None


def find_asked(
    paths: Sequence[Path], *, directory: Path, folder: str, repository: Repository | None
) -> Asked:
    """Load the lessons in these files and folders; without any, those that the repository keeps.

    `paths` are relative to `directory`. `folder` is where the repository keeps its lessons, relative to its
    top; without a repository, relative to `directory`. Raise `UsageError` for a path that is not there, and
    `LessonError` if there is no folder of lessons.
    """
    top = repository.top if repository else None
    home = (top or directory) / folder
    kept = find_files(home, name=_name(home, top)) if home.is_dir() or not paths else ()
    wanted = [file for path in paths for file in _files(directory / path, top)] if paths else kept
    names = {file.name for file in wanted}
    beside = kept if names & {file.name for file in kept} else ()
    files = {file.name: file for file in (*beside, *wanted)}
    return Asked(
        library=load_files(files.values(), folder=folder if top else None),
        names=frozenset(names),
        paths={file.name: file.path for file in wanted},
        read=lambda name: read_file(files[name]),
        repository=repository,
        tree=Tree(repository) if repository and top else None,
        is_all=not paths or bool(kept and names >= {file.name for file in kept}),
    )


def _files(path: Path, top: Path | None) -> Iterator[LessonFile]:
    if path.is_dir():
        yield from find_files(path, name=_name(path, top))
    elif path.exists():
        yield LessonFile(name=_name(path, top) or path.as_posix(), path=path)
    else:
        raise UsageError(f"There is no file or folder {path}.", hint="Check the spelling, and where you are.")


def _name(path: Path, top: Path | None) -> str | None:
    """Give the path relative to the top of the repository, if it is in there; a link is not followed."""
    resolved = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    is_inside = top is not None and resolved.is_relative_to(top)
    return str(PurePosixPath(resolved.relative_to(top))) if top and is_inside else None
