"""Where Git looks for the hooks of a repository."""

from __future__ import annotations

from pathlib import Path

from lessonguard.git.command import Git
from lessonguard.record import record

# What `--show-scope --show-origin -z` prints for each value: scope, origin, value.
_PARTS = 3


@record
class Hooks:
    """The folder of hooks: `core.hooksPath`, or the one that all repositories have.

    `setting` is the file in which `core.hooksPath` is set, as `git config --show-origin` names it, or None
    if it is not set. `is_shared` means that it is set for other repositories, too. `is_tracked` means that
    the folder is in the work tree, so that it may be committed.
    """

    folder: Path
    setting: str | None
    is_shared: bool
    is_tracked: bool


def find_hooks(git: Git) -> Hooks:
    """Return the folder of hooks, which need not exist.

    See `core.hooksPath` in https://git-scm.com/docs/git-config
    """
    options = ("-z", "--show-scope", "--show-origin", "--type=path", "--get-all")
    found = git.attempt("config", *options, "core.hooksPath")
    words = found.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
    rows = [words[start : start + _PARTS] for start in range(0, len(words), _PARTS)]
    # The last value counts, except for that of the command line, with which `Git` turns hooks off.
    settings = [row for row in rows if row[0] != "command"]
    if not settings:
        return Hooks(folder=git.common / "hooks", setting=None, is_shared=False, is_tracked=False)
    scope, origin, value = settings[-1]
    folder = Path(git.top or git.directory, value)
    return Hooks(
        folder=folder,
        setting=origin.removeprefix("file:"),
        is_shared=scope in {"global", "system"},
        is_tracked=_is_below(folder, git.top) and not _is_below(folder, git.common),
    )


def _is_below(folder: Path, top: Path | None) -> bool:
    return top is not None and folder.resolve().is_relative_to(top.resolve())
