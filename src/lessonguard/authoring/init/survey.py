"""Look at a repository in which lessonguard is to begin: what is there, and what would suit it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

from lessonguard.authoring.create import shown_path
from lessonguard.authoring.init.starters import fitting_starters
from lessonguard.authoring.language import DATA, language_of
from lessonguard.authoring.scope import Scope
from lessonguard.authoring.select import find_incidents
from lessonguard.authoring.tree import Tree
from lessonguard.errors import GitError, UsageError
from lessonguard.git.hooks import Hooks
from lessonguard.git.remotes import remote_hosts
from lessonguard.git.repository import Repository
from lessonguard.lessons.builtin import builtin_folder
from lessonguard.lessons.library import find_files, load_files
from lessonguard.lessons.model import IncidentId, Lesson
from lessonguard.record import record
from lessonguard.scan.scan import read_directory
from lessonguard.semgrep.languages import Languages

WORKFLOW = ".github/workflows/lessonguard.yml"
"""Where the workflow goes that reviews pull requests, from the top of the repository."""

USUAL_FOLDER = "lessons"
"""Where lessons are kept unless somebody says otherwise."""

_ELSEWHERE = "Name a folder from the top of the repository: `--lessons-folder docs/lessons`."
_GITHUB = re.compile(r"(^|[.-])github[.-]|^github$|\.ghe\.com$")
_ACTION = b"/lessonguard@"
_COMMAND = b"lessonguard"


@record
class Ground:
    """A repository before anything is written.

    `folder` is where lessons go, relative to `top`. `languages` counts the files here by language,
    programs before data, the most frequent first. `starters` are the lessons that come with
    lessonguard, and `fitting` those of them that look at something here. `known` has the file about
    each incident. `workflow` and `hook` are what runs lessonguard already, if something does.
    """

    repository: Repository
    top: Path
    folder: str
    languages: Mapping[str, int]
    starters: tuple[Lesson, ...]
    fitting: tuple[Lesson, ...]
    known: Mapping[IncidentId, Path]
    workflow: Path | None
    hooks: Hooks
    hook: Path | None
    is_on_github: bool
    has_history: bool

    @property
    def place(self) -> Path:
        """Give the folder of lessons."""
        return self.top / self.folder

    @property
    def offers_workflow(self) -> bool:
        """Tell whether a workflow would be of use, and none runs lessonguard yet."""
        return self.is_on_github and self.workflow is None

    @property
    def offers_hook(self) -> bool:
        """Tell whether a hook is missing, and would be for this repository alone."""
        return self.hook is None and not self.hooks.is_shared

    @property
    def new(self) -> tuple[Lesson, ...]:
        """Give the lessons that fit and are not here yet."""
        return tuple(lesson for lesson in self.fitting if lesson.incident not in self.known)


def survey(
    repository: Repository, *, folder: str, languages: Languages, has_workflow: bool = False
) -> Ground:
    """Look at a repository with a work tree, at least an empty one; nothing is written.

    `folder` is relative to its top. A workflow that may be written, or will (`has_workflow`), counts as
    something that lessons can look at. Raise `UsageError` if lessons in that folder could judge nothing,
    and `GitError` if the repository is bare.
    """
    if repository.top is None:
        hint = "Run this in a clone that has files."
        raise GitError(f"{shown_path(repository.git_directory)} is a bare repository.", hint=hint)
    refuse_folder(repository.top, folder, hint=_ELSEWHERE)
    workflow, is_on_github = next(_workflows(repository.top), None), _is_on_github(repository.top)
    planned = (WORKFLOW,) if workflow is None and (is_on_github or has_workflow) else ()
    tree = Tree(repository, planned=planned)
    starters = read_directory(repository, builtin_folder(), folder=folder).lessons
    hooks = repository.hooks()
    return Ground(
        repository=repository,
        top=repository.top,
        folder=folder,
        languages=_count(tree, languages, without=planned, folder=folder),
        starters=starters,
        fitting=fitting_starters(starters, Scope(tree, languages, folder=folder)),
        known=_known(repository.top / folder),
        workflow=workflow,
        hooks=hooks,
        hook=path if _COMMAND in _read(path := hooks.folder / "pre-push") else None,
        is_on_github=is_on_github,
        has_history=_has_history(repository),
    )


def refuse_folder(top: Path, folder: str, *, hint: str) -> None:
    """Raise `UsageError` for a folder, relative to the top, whose files no commit could hold."""
    parts = PurePosixPath(folder).parts
    if ".." in parts or ".git" in parts:
        raise UsageError(f"Nothing can be kept in {folder}: that is not in the work tree.", hint=hint)
    for depth in range(1, len(parts) + 1):
        path = top.joinpath(*parts[:depth])
        if why := _obstacle(path):
            raise UsageError(f"Nothing can be kept in {folder}: {shown_path(path)} {why}.", hint=hint)


def _obstacle(path: Path) -> str:
    try:
        if path.is_symlink():
            return "is a link, and what it leads to is in no commit"
        if path.exists() and not path.is_dir():
            return "is not a folder"
        return "is a repository of its own" if (path / ".git").exists() else ""
    except OSError as error:  # a name that is too long, or a folder that we may not look into
        return f"cannot be looked at: {error.strerror}"


def _count(tree: Tree, languages: Languages, *, without: Collection[str], folder: str) -> Mapping[str, int]:
    outside = [path for path in tree.files if path not in without and not path.startswith(f"{folder}/")]
    named = {path: language_of(path, languages) for path in outside}
    scripts = (path for path, name in named.items() if not name and tree.files[path])
    named |= {path: language_of(path, languages, script=tree.read(path) or b"") for path in scripts}
    counts = Counter(name for name in named.values() if name)
    return dict(sorted(counts.items(), key=lambda item: (item[0] in DATA, -item[1], item[0])))


def _known(folder: Path) -> Mapping[IncidentId, Path]:
    files = find_files(folder, name=None) if folder.is_dir() else ()
    found = find_incidents(load_files(files, folder=None), lambda name: Path(name).read_bytes())
    return {IncidentId(incident): Path(paths[0]) for incident, paths in found.items()}


def _workflows(top: Path) -> Iterator[Path]:
    """Find the workflow that we would write, or another one that runs the action."""
    own = top / WORKFLOW
    if own.exists() or own.is_symlink():
        yield own
    yield from (path for path in sorted(own.parent.glob("*.y*ml")) if _ACTION in _read(path))


def _is_on_github(top: Path) -> bool:
    return (top / WORKFLOW).parent.is_dir() or any(map(_GITHUB.search, remote_hosts(top)))


def _has_history(repository: Repository) -> bool:
    try:
        repository.resolve("HEAD")
    except GitError:  # no commit has been made yet
        return False
    return True


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:  # we may not read it
        return b""
