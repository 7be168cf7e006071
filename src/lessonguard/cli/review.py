"""`lessonguard review`: scan what an event of GitHub Actions is about, and comment on the pull request."""

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

_CHECK = "The summary of this job lists what is wrong; `lessonguard check` shows it before the push."

# The time to try the lessons of a change, in multiples of the limit for one rule on one file: 60 seconds
# by default.
_SLOW_RULES = 12

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--base", metavar="REV", help="Compare with this branch or commit (workflow_dispatch).")
@click.option("--head", metavar="REV", help="Check this branch or commit (workflow_dispatch).")
@click.option(
    "--comments",
    type=click.Choice(get_args(Comments)),
    default="findings",
    show_default=True,
    help="What the pull request gets comments for; with findings, notices are always shown.",
)
@click.option(
    "--max-comments",
    metavar="NUMBER",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="The most comments in the diff of one pull request; the summary lists the rest.",
)
@click.option("--skip-drafts", is_flag=True, help="Do not review draft pull requests.")
@click.option(
    "--preview",
    "applies_preview",
    is_flag=True,
    help="Also show what the lessons that the change adds or edits find in the change.",
)
@click.option(
    "--reports",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write the report as JSON and SARIF; by default in RUNNER_TEMP.",
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
    applies_preview: bool,
    reports: Path | None,
    report: Path | None,
    lessons_folder: str,
    fail_on: str,
    timeout: float,
    max_memory: int,
    max_target_bytes: int,
    directory: Path,
) -> int:
    """Review a pull request, in GitHub Actions.

    Reads the variables of the runner, the event file and GITHUB_TOKEN. Needs no checkout: it
    fetches the commits itself, and of their contents only what changed.

    \b
    Examples:
      lessonguard review                             what the event is about
      lessonguard review --fail-on comment --max-comments 5
      lessonguard review --base main --head topic    after workflow_dispatch
      lessonguard review --report report.json        after workflow_run

    Prints annotations; writes the step's summary and outputs. Exit codes are those of
    `lessonguard scan`; 3 also if the review could not be posted.
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
            preview=_previewing(lessons_folder.strip("/"), scan, applies=applies_preview),
        )
        reviewed = run_review(runner, options)
    return _conclude(reviewed, fail_on=fail_on)


def _conclude(reviewed: Reviewed, *, fail_on: str) -> int:
    """Log what was done, and decide the exit code: lessons that cannot be used come first."""
    if reviewed.words:
        click.echo(log_text(reviewed.words), err=True)
    if reviewed.preview and not reviewed.preview.is_sound:
        raise LessonError("The lessons of this change cannot be used as they are.", hint=_CHECK)
    return exit_code(reviewed.report, fail_on=fail_on, is_shown=False) if reviewed.report else 0


def _previewing(
    folder: str, options: ScanOptions, *, applies: bool
) -> Callable[[Repository, Change], LessonsPreview | None]:
    # The author of the change wrote these lessons, and the review waits for them.
    limits = replace(options.limits, deadline=_SLOW_RULES * options.limits.timeout)
    options = replace(options, limits=limits)

    def preview(repository: Repository, change: Change) -> LessonsPreview | None:
        if not any(file.head and file.path.startswith(f"{folder}/") for file in change.files):
            return None
        # Imported here, because few changes touch a lesson, and the commands of authors are much to import.
        from lessonguard.authoring.preview.markdown import render_preview  # noqa: PLC0415
        from lessonguard.authoring.preview.preview import preview_lessons  # noqa: PLC0415

        semgrep = find_semgrep()
        found = preview_lessons(
            repository, change, folder=folder, semgrep=semgrep, options=options, judges=applies
        )
        return LessonsPreview(markdown=render_preview(found), is_sound=found.is_sound) if found else None

    return preview


def _annotate(report: ScanReport) -> None:
    """Print the annotations now, as UTF-8: what comes next may fail."""
    sys.stdout.buffer.write(render_workflow(report).encode())
    sys.stdout.buffer.flush()
