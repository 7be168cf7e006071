"""Rewrite lesson files with what a machine can mend in them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from lessonguard.authoring.check.result import Mended
from lessonguard.authoring.mend import mend_text
from lessonguard.errors import UsageError
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.header import find_schema
from lessonguard.record import record


@record
class Rewriting:
    """Which files were rewritten, and what is to be said of those that were left alone."""

    mended: tuple[Mended, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def mend_files(paths: Mapping[str, Path], *, top: Path | None) -> Rewriting:
    """Mend lesson files, each as a whole or not at all; see `mend_text`.

    `paths` are where they are, by what they are called; `top` is that of the repository. Links are left
    alone, and so is what cannot be read: whoever checks it says so. Raise `UsageError` if a file cannot be
    written.
    """
    mended: list[Mended] = []
    diagnostics: list[Diagnostic] = []
    for name, path in sorted(paths.items()):
        if path.is_symlink() or not path.is_file():
            continue
        with suppress(OSError, UnicodeDecodeError):
            data = path.read_bytes()
            mending = mend_text(data.decode(), schema=find_schema(path.parent, top=top))
            if mending.obstacle:
                diagnostics.append(_left_alone(name, mending.obstacle))
            if mending.changes:
                _replace(path, mending.text.encode())
                mended.append(Mended(path=name, changes=mending.changes))
    return Rewriting(mended=tuple(mended), diagnostics=tuple(diagnostics))


def _left_alone(name: str, obstacle: str) -> Diagnostic:
    return Diagnostic(
        path=name,
        line=1,
        column=1,
        level="warning",
        code="not-mended",
        message=f"--fix leaves this to you: {obstacle}",
        hint="put that right, and run it again",
    )


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that others see the old one or the new one; keep its mode."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            unfinished.write_bytes(data)
            shutil.copymode(path, unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        hint = "Check who may write there."
        raise UsageError(f"Cannot write {path}: {error.strerror}.", hint=hint) from error
