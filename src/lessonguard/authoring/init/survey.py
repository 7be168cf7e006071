"""Read what a repository has before lessonguard is set up in it, and which lessons would fit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from lessonguard.authoring.files import shown_path
from lessonguard.authoring.init.starters import fitting_starters
from lessonguard.authoring.select import find_incidents
from lessonguard.authoring.tree import DATA, RuleFiles, Tree, language_of
from lessonguard.errors import GitError, UsageError
from lessonguard.git.hooks import Hooks
from lessonguard.git.remotes import remote_hosts
from lessonguard.git.repository import Repository
from lessonguard.lessons.builtin import builtin_folder
from lessonguard.lessons.library import find_files, load_files
from lessonguard.lessons.model import IncidentId, Lesson, is_lesson_path
from lessonguard.record import record
from lessonguard.scan.scan import read_directory
from lessonguard.semgrep.languages import Languages

# Relative to the top of the repository. GitHub finds workflows in this folder only, see
# https://docs.github.com/en/actions/writing-workflows/about-workflows.
WORKFLOW = ".github/workflows/lessonguard.yml"

DEFAULT_FOLDER = "lessons"

# github.com, an alias for it in the configuration of SSH, GitHub Enterprise Server under a name such as
# github.acme.com, and GitHub Enterprise Cloud with data residency, which is at SUBDOMAIN.ghe.com.
_GITHUB = re.compile(r"(^|[.-])github[.-]|^github$|\.ghe\.com$")

# What a workflow that runs the action has in it, whoever publishes the action, and what a hook has in it.
_ACTION = b"/lessonguard@"
_COMMAND = b"lessonguard"


@record
class Survey:
    """A repository before anything is written.

    `folder` is where lessons go, relative to `top`. `languages` counts the files by language, programming
    languages before data, the most frequent first. `starters` are the built-in lessons, and `fitting` those
    of them for files that are here. `existing` has the lesson file about each incident. `workflow` and
    `hook` are what runs lessonguard already, or None.
    """

    repository: Repository
    top: Path
    folder: str
    languages: Mapping[str, int]
    starters: tuple[Lesson, ...]
    fitting: tuple[Lesson, ...]
    existing: Mapping[IncidentId, Path]
    workflow: Path | None
    hooks: Hooks
    hook: Path | None
    is_on_github: bool
    has_history: bool

    @property
    def lessons_folder(self) -> Path:
        """Return the folder of lessons as a whole path."""
        return self.top / self.folder

    @property
    def offers_workflow(self) -> bool:
        """Return whether a workflow would help: on GitHub, where none runs lessonguard yet."""
        return self.is_on_github and self.workflow is None

    @property
    def offers_hook(self) -> bool:
        """Return whether there is no hook yet, and a new one would be for this repository alone."""
        return self.hook is None and not self.hooks.is_shared

    @property
    def missing(self) -> tuple[Lesson, ...]:
        """Return the lessons that fit and are not here yet."""
        return tuple(lesson for lesson in self.fitting if lesson.incident not in self.existing)


def survey_repository(
    repository: Repository, *, folder: str, languages: Languages, has_workflow: bool = False
) -> Survey:
    """Read what a repository has; nothing is written. It may have no commit yet.

    `folder` is relative to its top. With `has_workflow`, or where a workflow will be offered, the workflow
    counts as a file that lessons can fit. Raise `UsageError` if lessons in the folder could not be
    committed, and `GitError` if the repository is bare.
    """
    if repository.top is None:
        hint = "Run this in a clone with a work tree."
        raise GitError(f"{shown_path(repository.git_directory)} is a bare repository.", hint=hint)
    top = repository.top
    hint = "Name a folder from the top of the repository: `--lessons-folder docs/lessons`."
    refuse_folder(top, folder, hint=hint)
    own = top / WORKFLOW
    others = (path for path in sorted(own.parent.glob("*.y*ml")) if _ACTION in _read(path))
    workflow = own if own.exists() or own.is_symlink() else next(others, None)
    is_on_github = own.parent.is_dir() or any(map(_GITHUB.search, remote_hosts(top)))
    planned = (WORKFLOW,) if workflow is None and (is_on_github or has_workflow) else ()
    tree = Tree(repository, planned=planned)
    starters = read_directory(repository, builtin_folder(), folder=folder).lessons
    files = find_files(top / folder, name=None) if (top / folder).is_dir() else ()
    incidents = find_incidents(load_files(files, folder=None), lambda name: Path(name).read_bytes())
    has_history = False
    with suppress(GitError):  # because there may be no commit yet
        has_history = bool(repository.resolve("HEAD"))
    hooks = repository.hooks()
    hook = hooks.folder / "pre-push"
    return Survey(
        repository=repository,
        top=top,
        folder=folder,
        languages=_count_languages(tree, languages, without=planned, folder=folder),
        starters=starters,
        fitting=fitting_starters(starters, RuleFiles(tree, languages, folder=folder)),
        existing={IncidentId(incident): Path(paths[0]) for incident, paths in incidents.items()},
        workflow=workflow,
        hooks=hooks,
        hook=hook if _COMMAND in _read(hook) else None,
        is_on_github=is_on_github,
        has_history=has_history,
    )


def refuse_folder(top: Path, folder: str, *, hint: str) -> None:
    """Raise `UsageError` for a folder, relative to the top, whose files cannot be committed."""
    parts = PurePosixPath(folder).parts
    if ".." in parts or ".git" in parts:
        raise UsageError(f"Files in {folder} cannot be committed: it is not in the work tree.", hint=hint)
    for depth in range(1, len(parts) + 1):
        path = top.joinpath(*parts[:depth])
        why = ""
        try:
            if path.is_symlink():
                why = "is a link, and Git does not follow links"
            elif path.exists() and not path.is_dir():
                why = "is not a folder"
            elif (path / ".git").exists():
                why = "is a repository of its own"
        except OSError as error:  # because the name is too long, or we may not read the folder
            why = f"cannot be read: {error.strerror}"
        if why:
            message = f"Files in {folder} cannot be committed: {shown_path(path)} {why}."
            raise UsageError(message, hint=hint)


def _count_languages(
    tree: Tree, languages: Languages, *, without: Collection[str], folder: str
) -> Mapping[str, int]:
    outside = [path for path in tree.files if path not in without and not is_lesson_path(path, folder=folder)]
    named = {path: language_of(path, languages) for path in outside}
    scripts = (path for path, name in named.items() if not name and tree.files[path])
    named |= {path: language_of(path, languages, script=tree.read(path) or b"") for path in scripts}
    counts = Counter(name for name in named.values() if name)
    return dict(sorted(counts.items(), key=lambda item: (item[0] in DATA, -item[1], item[0])))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:  # because we may not read it: then it does not run lessonguard for us
        return b""
