"""Check, prove and backtest the lessons that a change adds or edits, when it is reviewed."""

from __future__ import annotations

from dataclasses import replace

from lessonguard.authoring.backtest.backtest import BacktestOptions, backtest
from lessonguard.authoring.check.check import CheckOptions, check_lessons
from lessonguard.authoring.preview.markdown import Preview
from lessonguard.authoring.select import select_in_commit
from lessonguard.git.changes import Change
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import is_lesson_path
from lessonguard.scan.scan import ScanOptions, scan_change
from lessonguard.semgrep.installed import Semgrep

# Half as many changes as `backtest` replays by default, for at most a minute: somebody waits for the review.
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
    """Return the check and the backtest of the lessons that a change adds or edits; None if there are none.

    They are those of head. The author of the change wrote them, so no commit is fetched that they
    name. The change itself is scanned by them only with `judges`. Raise `GitError` or `EngineError` if
    any of it cannot be done.
    """
    paths = [file.path for file in change.files if file.head and is_lesson_path(file.path, folder=folder)]
    if not paths:
        return None
    selection = select_in_commit(repository, change.head, folder=folder, paths=paths)
    check = check_lessons(
        selection,
        semgrep=semgrep,
        options=CheckOptions(today=options.today, limits=options.limits, step=options.step),
    )
    library = replace(selection.to_library(), faults=())
    past = current = None
    if any(lesson.rules for lesson in library.lessons):
        repository.fetch_history(change.tip, last=_LAST)
        past = backtest(
            library,
            repository,
            repository.history().past_changes(change.tip, branch="the base branch", last=_LAST),
            engine=semgrep,
            languages=semgrep.languages,
            options=BacktestOptions(scan=options, tree=change.tip, time_limit=_SECONDS),
        )
    if judges:
        current = scan_change(
            library, repository, change, engine=semgrep, languages=semgrep.languages, options=options
        )
    return Preview(check=check, past=past, current=current)
