"""`lessonguard backtest`: list the past changes on which lessons would have commented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import click

from lessonguard.authoring.backtest import backtest as replay
from lessonguard.authoring.backtest.backtest_cache import OutcomeCache
from lessonguard.authoring.backtest.result import BacktestReport
from lessonguard.authoring.select import select_lessons
from lessonguard.cli.console import write_report
from lessonguard.cli.options import (
    DIRECTORY,
    LESSONS,
    LESSONS_FOLDER,
    MAX_MEMORY,
    OUTPUT,
    TIMEOUT,
    with_options,
)
from lessonguard.cli.progress import Progress
from lessonguard.errors import LessonError, UsageError
from lessonguard.git.past_changes import PastChanges
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import past_changes
from lessonguard.lessons.diagnostic import invalid_lessons
from lessonguard.lessons.model import LESSON_ENDINGS
from lessonguard.scan.many import WORTH_A_PROCESS
from lessonguard.scan.scan import ScanOptions
from lessonguard.semgrep.installed import Semgrep, find_semgrep
from lessonguard.semgrep.interface import Limits

_FUNCTIONS = {
    "text": "lessonguard.authoring.backtest.text:render_backtest",
    "json": "lessonguard.authoring.backtest.json:render_backtest_json",
    "markdown": "lessonguard.authoring.backtest.markdown:render_backtest_markdown",
}
_LAST = 100
_CACHE = "lessonguard/backtest"  # in the Git directory, so that nobody commits it
_INTERRUPTED = 130  # 128 and the number of SIGINT, as shells return for a program that Ctrl-C ended


@click.command()
@click.argument("what", metavar="[LESSON…] [A..B]", nargs=-1)
@click.option(
    "--last", metavar="N", type=click.IntRange(min=1), help=f"Replay the last N changes.  [default: {_LAST}]"
)
@click.option(
    "--since", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Replay the changes from this day on."
)
@click.option(
    "--format", "format_name", type=click.Choice(tuple(_FUNCTIONS)), default="text", show_default=True
)
@with_options(OUTPUT, LESSONS, LESSONS_FOLDER, TIMEOUT, MAX_MEMORY, DIRECTORY)
def backtest(
    *,
    what: tuple[str, ...],
    last: int | None,
    since: datetime | None,
    format_name: str,
    output: Path | None,
    lessons: Path | None,
    lessons_folder: str,
    timeout: float,
    max_memory: int,
    directory: Path,
) -> int:
    """List the past changes on which lessons would have commented.

    Replays what was merged into the default branch, and searches today's code. Where most commits are
    not merges, each commit is a change.

    LESSON is an incident, or the path of a lesson file or folder; without one, all lessons.

    \b
    Examples:
      lessonguard backtest                       all lessons, the last 100 merges
      lessonguard backtest INC-245 --last 500    one lesson, further back
      lessonguard backtest INC-245 --since 2026-01-01
      lessonguard backtest v1.0..main --format markdown
      lessonguard backtest --lessons builtin     those that come with lessonguard

    Ctrl-C prints what is known so far; the next run continues there. Exits with 0 whatever it finds,
    2 for an unknown incident or an invalid lesson, 3 if it could not replay.
    """
    spans = [name for name in what if ".." in name and not _is_file(name, directory)]
    names = [name for name in what if name not in spans]
    with Repository.open(directory) as repository, Progress() as progress:
        progress.step("reading lessons")
        selection = select_lessons(
            names, directory=directory, folder=lessons_folder, lessons=lessons, repository=repository
        )
        if selection.faults and not selection.lessons:
            raise invalid_lessons(selection.faults)
        past = _past(repository, last=last, since=since, spans=spans)
        semgrep = replace(find_semgrep(), least=WORTH_A_PROCESS)
        limits = Limits(timeout=timeout, max_memory=max_memory)
        options = replay.BacktestOptions(
            scan=ScanOptions(today=datetime.now(tz=timezone.utc).date(), limits=limits),
            tree=repository.resolve("HEAD"),
            outcomes=_outcomes(repository, semgrep, basis=(lessons_folder, str(timeout), str(max_memory))),
            on_progress=progress.count,
        )
        report = replay.backtest(
            selection.to_library(),
            repository,
            past,
            engine=semgrep,
            languages=semgrep.languages,
            options=options,
        )
    write_report(_FUNCTIONS, format_name, output, report, folder=selection.where)
    return _exit_code(report)


def _is_file(name: str, directory: Path) -> bool:
    """Return whether a name with dots, such as `../lessons`, is a path rather than a range of commits."""
    return name.endswith(LESSON_ENDINGS) or (directory / name).exists()


def _past(
    repository: Repository, *, last: int | None, since: datetime | None, spans: Sequence[str]
) -> PastChanges:
    """List the changes to replay; raise `UsageError` if they are chosen in more than one way."""
    given = [*spans, *(["--last"] if last else []), *(["--since"] if since else [])]
    if len(given) > 1:
        raise UsageError(f"Use only one of these: {', '.join(given)}.")
    if spans:
        return past_changes(repository, span=spans[0])
    if since:
        return past_changes(repository, since=since.date())
    return past_changes(repository, last=last or _LAST)


def _outcomes(repository: Repository, semgrep: Semgrep, *, basis: Sequence[str]) -> OutcomeCache:
    version = ".".join(map(str, semgrep.version))
    return OutcomeCache(repository.git_directory / _CACHE, basis=[version, *basis])


def _exit_code(report: BacktestReport) -> int:
    """Return the exit code; raise `LessonError` for invalid lessons."""
    if report.stopped == "interrupted":
        return _INTERRUPTED
    if report.faults:
        texts = [fault.text for fault in report.faults]
        raise LessonError("\n".join(["Some lessons are invalid; the others were replayed.", *texts]))
    return 0
