"""`lessonguard scan`: check what a change introduces."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from lessonguard.cli.console import write_report
from lessonguard.cli.options import LESSONS, OUTPUT
from lessonguard.cli.progress import Progress
from lessonguard.cli.scan_options import exit_code, limit, scan_options, with_scan_options
from lessonguard.errors import UsageError
from lessonguard.git.changes import Change
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import branch_change, staged_change, worktree_change
from lessonguard.lessons.library import find_files
from lessonguard.lessons.model import Library
from lessonguard.output.phrases import BEGIN
from lessonguard.scan.scan import read_directory, read_library, scan_change
from lessonguard.semgrep.installed import find_semgrep

# Each format with the function that renders it, imported only when it is asked for; the default first.
_RENDERERS = {
    "text": "lessonguard.output.text:render_text",
    "json": "lessonguard.output.json:render_json",
    "sarif": "lessonguard.output.sarif:render_sarif",
    "markdown": "lessonguard.output.markdown:render_markdown",
    "github": "lessonguard.output.annotations:render_workflow",
    "gcc": "lessonguard.output.gcc:render_gcc",
    "rdjson": "lessonguard.output.rdjson:render_rdjson",
}

FORMATS = tuple(_RENDERERS)

_NOTHING_TO_COMPARE = """\
hint: switch to a branch, or check uncommitted work with `--worktree`;
      `lessonguard backtest` shows what matches today"""


@click.command()
@click.option("--base", metavar="REV", help="Compare with this; by default the remote's default branch.")
@click.option("--head", metavar="REV", default="HEAD", show_default=True, help="What to check.")
@click.option("--staged", is_flag=True, help="Check what is staged, against HEAD.")
@click.option("--worktree", is_flag=True, help="Check the work tree, with untracked files.")
@LESSONS
@click.option("--format", "format_name", type=click.Choice(FORMATS), default="text", show_default=True)
@OUTPUT
@with_scan_options
def scan(
    *,
    base: str | None,
    head: str,
    staged: bool,
    worktree: bool,
    lessons: Path | None,
    lessons_folder: str,
    format_name: str,
    output: Path | None,
    fail_on: str,
    timeout: float,
    max_memory: int,
    max_target_bytes: int,
    directory: Path,
) -> int:
    """Check what a change introduces.

    Compares HEAD with the commit where it left the base branch, and checks both sides with the
    lessons at the tip of that branch.

    \b
    Examples:
      lessonguard scan                      what this branch introduces
      lessonguard scan --base origin/dev    the same, compared with another branch
      lessonguard scan --staged             what the next commit would introduce
      lessonguard scan --worktree           this branch and what is not committed
      lessonguard scan --lessons builtin    this branch, with the builtin lessons
      lessonguard scan --format sarif --output lessonguard.sarif

    Exit codes: 0 no new finding at or above --fail-on, 1 new findings, 2 wrong option or
    invalid lesson, 3 could not scan, 4 bug in lessonguard.
    """
    with Repository.open(directory) as repository, Progress() as progress:
        progress.step("finding what changed")
        change = _pick(repository, base=base, head=head, staged=staged, worktree=worktree)
        folder = lessons_folder.strip("/")
        library = _library(repository, change, directory=lessons, folder=folder)
        semgrep = find_semgrep()
        options = scan_options(
            timeout=timeout, max_memory=max_memory, max_target_bytes=max_target_bytes, step=progress.step
        )
        report = scan_change(
            library, repository, change, engine=semgrep, languages=semgrep.languages, options=options
        )
        against = ""  # what the change is compared with, as the user would name it
        is_empty = not library.lessons and not library.faults
        if is_empty or not change.files:
            against = "HEAD" if staged else base or repository.history().name(repository.default_base())
        notes = []
        if is_empty:
            mode = " --staged" if staged else " --worktree" if worktree else ""
            notes += [_no_lessons(repository, directory=lessons, folder=folder, against=against, mode=mode)]
        if not (change.files or staged or worktree or base):
            notes += [_NOTHING_TO_COMPARE]
    for note in notes:
        click.echo(note, err=True)
    write_report(_RENDERERS, format_name, output, report, against=against, fails_from=limit(fail_on))
    return exit_code(report, fail_on=fail_on, is_shown=format_name == "text" and output is None)


def _pick(repository: Repository, *, base: str | None, head: str, staged: bool, worktree: bool) -> Change:
    if staged + worktree + (head != "HEAD") > 1:
        raise UsageError("Use only one of --head, --staged and --worktree.")
    if staged and base:
        raise UsageError("--staged compares with HEAD, so --base has no effect.", hint="Leave out --base.")
    if staged:
        return staged_change(repository)
    if worktree:
        return worktree_change(repository, base=base)
    return branch_change(repository, base=base, head=head)


def _library(repository: Repository, change: Change, *, directory: Path | None, folder: str) -> Library:
    if directory:
        return read_directory(repository, directory, folder=folder)
    return read_library(repository, change.tip, folder=folder)


def _no_lessons(
    repository: Repository, *, directory: Path | None, folder: str, against: str, mode: str
) -> str:
    """Return why there are no lessons, and what to do about that."""
    here = repository.top / folder if repository.top else None
    if directory is None and here and here.is_dir() and find_files(here, name=folder):
        # As after `init`: the lessons are there, but a change is checked with those of its base.
        note = f"the lessons in {folder}/ are not on {against} yet"
        where = shlex.quote(os.path.relpath(here))
        hint = f"commit and merge them; to try them now: lessonguard scan{mode} --lessons {where}"
    else:
        note = f"there are no lessons in {directory or f'{folder}/ on {against}'}"
        hint = BEGIN
    return f"note: {note}, so nothing was checked\nhint: {hint}"
