"""Install Git's pre-push hook and remove it; a hook that was there before keeps running."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lessonguard.errors import LessonguardError, UsageError
from lessonguard.git.hooks import Hooks
from lessonguard.git.repository import Repository
from lessonguard.record import record

_NAME = "pre-push"
_BEFORE = f"{_NAME}.before-lessonguard"
_LEGACY = f"{_NAME}.legacy"  # how pre-commit calls the hook that it found, and runs before its own
_TEMPLATE = Path(__file__).with_name("hook.sh")
_MARK = b"# lessonguard: this pre-push hook"
_HUSKY = ".husky"
_LINE = 'lessonguard pre-push "$@"'


@record
class Installed:
    """A hook that was written: where, and whether it replaced one of ours.

    `existing` is the hook that was there before and runs after ours, under its new name; None if there
    was none.
    """

    path: Path
    is_update: bool
    existing: Path | None
    hooks: Hooks


@record
class Removed:
    """A hook that was removed, and whether the one from before is back in its place."""

    path: Path
    is_restored: bool


def install_hook(
    repository: Repository, *, is_required: bool = False, options: Sequence[str] = ()
) -> Installed:
    """Write a pre-push hook that checks each push; an existing hook keeps running, after ours.

    `options` are passed to `lessonguard pre-push`. With `is_required` a push that cannot be checked is
    stopped, for example because lessonguard was uninstalled. Raise `UsageError` where another program
    writes the hooks, and `LessonguardError` if it cannot be written.
    """
    hooks = repository.hooks()
    path, existing = hooks.folder / _NAME, hooks.folder / _BEFORE
    _refuse_managed(hooks.folder)
    is_update = _is_ours(path)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        hooks.folder.mkdir(parents=True, exist_ok=True)
        script = _script(repository, hooks, is_required=is_required, options=options)
        # Executable, as far as the umask allows.
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o777), "wb") as file:
            file.write(script)
        if not is_update and _is_there(path):
            if _is_there(existing):
                raise UsageError(
                    f"The hook of lessonguard was replaced: {path} is another one, and {existing} was there "
                    "before.",
                    hint=f"Put what you need of both into {path}, remove {existing}, and install again.",
                )
            path.rename(existing)
        unfinished.replace(path)
    except OSError as error:
        raise _cannot("write", path, hooks=hooks, error=error) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()
    kept = existing if _is_there(existing) else None
    return Installed(path=path, is_update=is_update, existing=kept, hooks=hooks)


def remove_hook(repository: Repository) -> Removed | None:
    """Remove the hook and put back the one from before; None if there is none of ours.

    Raise `LessonguardError` if that fails.
    """
    hooks = repository.hooks()
    path = hooks.folder / _NAME
    try:
        if _is_ours(path):
            path.unlink()
            existing = hooks.folder / _BEFORE
            is_restored = _is_there(existing)
            if is_restored:
                existing.rename(path)
            return Removed(path=path, is_restored=is_restored)
        if _is_ours(legacy := hooks.folder / _LEGACY):
            legacy.unlink()
            return Removed(path=legacy, is_restored=False)
    except OSError as error:
        raise _cannot("remove", path, hooks=hooks, error=error) from error
    return None


def _script(repository: Repository, hooks: Hooks, *, is_required: bool, options: Sequence[str]) -> bytes:
    python = Path(sys.executable)
    pythons = []
    # Relative to the hook first, because that also works in a repository that was moved.
    if repository.top and python.is_relative_to(repository.top):
        pythons.append('"$here"/' + shlex.quote(os.path.relpath(python, hooks.folder)))
    # A hook in the work tree may be committed, for others to run, who have Python elsewhere.
    if not hooks.is_tracked:
        pythons.append(shlex.quote(str(python)))
    text = _TEMPLATE.read_text(encoding="utf-8")
    values = {
        "@REQUIRED@": "yes" if is_required else "no",
        "@BEFORE@": _BEFORE,
        "@OPTIONS@": shlex.join(options),
        "@PYTHONS@": " ".join(pythons) or "''",
    }
    for place, value in values.items():
        text = text.replace(place, value)
    return os.fsencode(text)


def _refuse_managed(folder: Path) -> None:
    """Raise `UsageError` where another program would overwrite our hook, or Git would not run it."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(
            f"Git looks for hooks in {folder}, which is not a folder: hooks are turned off.",
            hint="`git config --show-origin core.hooksPath` says where; `git config --unset core.hooksPath`.",
        )
    if _HUSKY in folder.parts[-2:]:
        raise UsageError(
            f"husky writes the hooks of this repository, in {folder}.",
            hint=f"Add this line to .husky/{_NAME}: {_LINE}",
        )
    if b"lefthook" in _read(folder / _NAME):
        raise UsageError(
            f"lefthook writes the hooks of this repository, {folder / _NAME} too.",
            hint="Add lessonguard to lefthook.yml, as docs/pre-push.md shows.",
        )


def _is_ours(path: Path) -> bool:
    return _MARK in _read(path)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # there is none, or something that is no file
        return b""


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _cannot(verb: str, path: Path, *, hooks: Hooks, error: OSError) -> LessonguardError:
    where = f" (core.hooksPath is set in {hooks.setting})" if hooks.setting else ""
    return LessonguardError(
        f"Cannot {verb} the hook {path}{where}: {error.strerror or error}.",
        hint="Give yourself the right to write there, or set core.hooksPath to a folder where you have it.",
    )
