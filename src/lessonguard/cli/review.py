"""`lessonguard review`: judge what an event of GitHub Actions is about, and say it on the pull request."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast, get_args

import click

from lessonguard.cli.progress import Progress
from lessonguard.cli.scan_options import exit_code, limit, scan_options, with_scan_options
from lessonguard.errors import LessonError
from lessonguard.git.changes import Change
from lessonguard.git.repository import Repository
from lessonguard.output.annotations import render_workflow
from lessonguard.output.escape import log_text
from lessonguard.review.actions_env import read_runner
from lessonguard.review.review import Comments, LessonsPreview, Reviewed, ReviewOptions
from lessonguard.review.review import review as run_review
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.scan import ScanOptions
from lessonguard.semgrep.installed import find_semgrep

_CHECK = "`lessonguard check` says the same before the push; the summary of this job has it all."

_SLOW_RULES = 12
"""How often Semgrep may take the most that one rule may take on one file, to try the lessons of a change."""

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--base", metavar="REV", help="Compare with this branch or commit (workflow_dispatch).")
@click.option("--head", metavar="REV", help="Judge this branch or commit (workflow_dispatch).")
@click.option(
    "--comments",
    type=click.Choice(get_args(Comments)),
    default="findings",
    show_default=True,
    help="What to comment on the pull request for; `notices` are said with findings anyway.",
)
@click.option(
    "--max-comments",
    metavar="NUMBER",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="In the diff of one pull request; the summary has the rest.",
)
@click.option("--skip-drafts", is_flag=True, help="Leave draft pull requests alone.")
@click.option(
    "--preview",
    "judges",
    is_flag=True,
    help="Let the lessons that the change adds or edits speak about the change, too.",
)
@click.option(
    "--reports",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to leave the report as JSON and SARIF; by default in RUNNER_TEMP.",
)
@click.option(
    "--report",
    metavar="FILE",
    type=_FILE,
    help="Post this JSON report of the run that has finished (workflow_run).",
)
@with_scan_options
def review(
    *,
    base: str | None,
    head: str | None,
    comments: str,
    max_comments: int,
    skip_drafts: bool,
    judges: bool,
    reports: Path | None,
    report: Path | None,
    lessons_folder: str,
    fail_on: str,
    timeout: float,
    max_memory: int,
    max_target_bytes: int,
    directory: Path,
) -> int:
    """Review a pull request, in a workflow of GitHub Actions.

    Reads the variables of the runner, the event file and GITHUB_TOKEN. Needs no checkout: it
    fetches the commits itself, and of their contents only what changed.

    \b
    Examples:
      lessonguard review                                     what the event is about
      lessonguard review --fail-on comment --max-comments 5
      lessonguard review --base main --head topic            after workflow_dispatch
      lessonguard review --report report.json                after workflow_run

    Prints annotations; writes the step's summary and outputs. Exits as `lessonguard scan` does,
    and with 3 also if the review could not be delivered.
    """
    runner = read_runner()
    with Progress() as progress:
        scan = scan_options(
            timeout=timeout,
            max_memory=max_memory,
            max_target_bytes=max_target_bytes,
            step=progress.step,
        )
        options = ReviewOptions(
            scan=scan,
            lessons_folder=lessons_folder.strip("/"),
            base=base,
            head=head,
            comments=cast("Comments", comments),
            max_comments=max_comments,
            fails_from=limit(fail_on),
            skips_drafts=skip_drafts,
            directory=directory,
            reports=reports,
            report=report,
            announce=_annotate,
            preview=_previewing(lessons_folder.strip("/"), scan, judges=judges),
        )
        reviewed = run_review(runner, options)
    return _conclude(reviewed, fail_on=fail_on)


def _conclude(reviewed: Reviewed, *, fail_on: str) -> int:
    """Log what was done, and decide the exit code: lessons that cannot be used come first."""
    if reviewed.words:
        click.echo(log_text(reviewed.words), err=True)
    if reviewed.preview and not reviewed.preview.is_sound:
        raise LessonError("The lessons of this change cannot be used as they are.", hint=_CHECK)
    return exit_code(reviewed.report, fail_on=fail_on, is_told=False) if reviewed.report else 0


def _previewing(
    folder: str, options: ScanOptions, *, judges: bool
) -> Callable[[Repository, Change], LessonsPreview | None]:
    # Whoever wrote the change wrote these lessons, and the review waits for them.
    limits = replace(options.limits, deadline=_SLOW_RULES * options.limits.timeout)
    options = replace(options, limits=limits)

    def preview(repository: Repository, change: Change) -> LessonsPreview | None:
        if not any(file.head and file.path.startswith(f"{folder}/") for file in change.files):
            return None
        # Loaded here, because few changes touch a lesson, and what authors need is much.
        from lessonguard.authoring.preview.markdown import render_preview  # noqa: PLC0415
        from lessonguard.authoring.preview.preview import preview_lessons  # noqa: PLC0415

        semgrep = find_semgrep()
        found = preview_lessons(
            repository, change, folder=folder, semgrep=semgrep, options=options, judges=judges
        )
        return LessonsPreview(markdown=render_preview(found), is_sound=found.is_sound) if found else None

    return preview


def _annotate(report: ScanReport) -> None:
    """Print the annotations now, as UTF-8: whatever comes next may fail."""
    sys.stdout.buffer.write(render_workflow(report).encode())
    sys.stdout.buffer.flush()
