"""Try the lessons that a change adds or edits, as far as that is known when it is reviewed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from lessonguard.authoring.backtest.backtest import BacktestOptions, backtest
from lessonguard.authoring.check.check import CheckOptions, check_lessons
from lessonguard.authoring.preview.result import Preview
from lessonguard.authoring.select import Asked
from lessonguard.authoring.tree import Tree
from lessonguard.git.changes import BlobId, Change
from lessonguard.git.repository import Repository
from lessonguard.lessons.library import READ_AT_MOST, is_lesson_path
from lessonguard.scan.scan import ScanOptions, read_library, scan_change
from lessonguard.semgrep.installed import Semgrep

_LAST = 50
"""How many of the last changes to replay."""

_SECONDS = 60.0
"""How long that may take: somebody waits for the review."""


def preview_lessons(
    repository: Repository,
    change: Change,
    *,
    folder: str,
    semgrep: Semgrep,
    options: ScanOptions,
    judges: bool,
) -> Preview | None:
    """Check and prove the lessons that a change adds or edits, and replay the last changes by them.

    They are those of head, and whoever wrote the change wrote them: nothing is fetched that they
    name. They speak about the change itself only if `judges`. None if it touches no lesson. Raise
    `GitError` or `EngineError` if any of it cannot be done.
    """
    files = (file for file in change.files if _is_lesson(file.path, folder))
    blobs = {file.path: file.head.blob for file in files if file.head}
    if not blobs:
        return None
    library = read_library(repository, change.head, folder=folder)
    asked = Asked(
        library=library,
        names=frozenset(blobs),
        paths={},
        read=_reading(repository, blobs),
        repository=repository,
        tree=Tree(repository, change.head),
        is_all=False,
    )
    check = check_lessons(
        asked,
        engine=semgrep,
        languages=semgrep.languages,
        options=CheckOptions(today=options.today, limits=options.limits, step=options.step),
    )
    theirs = replace(library, lessons=asked.lessons, faults=())
    past = said = None
    if any(lesson.rules for lesson in theirs.lessons):
        repository.fetch_history(change.tip, last=_LAST)
        past = backtest(
            theirs,
            repository,
            repository.history().past_changes(change.tip, branch="the base branch", last=_LAST),
            engine=semgrep,
            languages=semgrep.languages,
            options=BacktestOptions(scan=options, tree=change.tip, time_limit=_SECONDS),
        )
    if judges:
        said = scan_change(
            theirs, repository, change, engine=semgrep, languages=semgrep.languages, options=options
        )
    return Preview(check=check, past=past, said=said)


def _is_lesson(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/") and is_lesson_path(path.removeprefix(f"{folder}/"))


def _reading(repository: Repository, blobs: Mapping[str, BlobId]) -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        content = repository.read_blobs([blobs[name]], limit=READ_AT_MOST)[blobs[name]]
        return b"" if isinstance(content, int) else content

    return read
