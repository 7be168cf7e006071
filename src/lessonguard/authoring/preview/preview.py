"""Try the lessons that a change adds or edits, for whoever reviews the change."""

from __future__ import annotations

from dataclasses import replace

from lessonguard.authoring.backtest.backtest import BacktestOptions, backtest
from lessonguard.authoring.check.check import CheckOptions, check_lessons
from lessonguard.authoring.preview.result import Preview
from lessonguard.authoring.select import select_in_commit
from lessonguard.git.changes import Change
from lessonguard.git.repository import Repository
from lessonguard.lessons.library import is_lesson_path
from lessonguard.scan.scan import ScanOptions, scan_change
from lessonguard.semgrep.installed import Semgrep

# How many of the last changes to replay, and for how many seconds at most: somebody waits for the review.
_LAST = 50
_SECONDS = 60.0


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
    name. They check the change itself only if `judges`. None if it touches no lesson. Raise
    `GitError` or `EngineError` if any of it cannot be done.
    """
    files = (file for file in change.files if _is_lesson(file.path, folder))
    paths = [file.path for file in files if file.head]
    if not paths:
        return None
    selection = select_in_commit(repository, change.head, folder=folder, paths=paths)
    check = check_lessons(
        selection,
        semgrep=semgrep,
        options=CheckOptions(today=options.today, limits=options.limits, step=options.step),
    )
    theirs = replace(selection.to_library(), faults=())
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
