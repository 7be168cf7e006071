"""`lessonguard pre-push`: check what is about to be pushed; Git's hook runs it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lessonguard.cli.console import wants_colour, width, write_result
from lessonguard.cli.options import LESSONS
from lessonguard.cli.progress import Progress
from lessonguard.cli.scan_options import exit_code, limit, scan_options, with_scan_options
from lessonguard.git.push_refs import RefUpdate, parse_push
from lessonguard.git.repository import Repository
from lessonguard.process import environment
from lessonguard.push.push import find_unpushed, scan_push
from lessonguard.push.result import PushedRef
from lessonguard.push.text import render_push
from lessonguard.scan.scan import read_directory, read_library
from lessonguard.semgrep.installed import find_semgrep

_HERE = Path()


@click.command("pre-push")
@click.argument("remote", default="")
@click.argument("url", default="")
@LESSONS
@with_scan_options
def pre_push(
    *,
    remote: str,
    url: str,
    lessons: Path | None,
    lessons_folder: str,
    fail_on: str,
    timeout: float,
    max_memory: int,
    max_target_bytes: int,
    directory: Path,
) -> int:
    """Check what a push would introduce, as Git's pre-push hook.

    Git writes to standard input what is pushed where, a line for each ref; see githooks(5). Of each
    ref, the commits that the remote REMOTE (a name or an address) does not have yet are checked, with
    the lessons at the tip of its default branch, as last fetched. On a terminal, without input,
    HEAD is checked.

    \b
    Examples:
      lessonguard pre-push                  what a push would print now
      lessonguard pre-push "$@"             a line for a hook of your own
      lessonguard hook install              have Git run this before each push

    Exit codes: 0 no new finding at or above --fail-on, 1 new findings (Git then stops the push),
    2 wrong input or invalid lesson, 3 could not scan, 4 bug in lessonguard.
    """
    folder = lessons_folder.strip("/")
    # A hook may run where only GIT_DIR is set: see githooks(5).
    git_dir = environment("GIT_DIR") if directory == _HERE else None
    with Repository.open(Path(git_dir) if git_dir else directory) as repository, Progress() as progress:
        progress.step("finding what is new to the remote")
        name = remote or url or environment("PRE_COMMIT_REMOTE_NAME") or "origin"
        work = find_unpushed(_updates(repository, is_from_git=bool(remote)), repository, remote=name)
        pushed: tuple[PushedRef, ...] = ()
        if work:
            options = scan_options(
                timeout=timeout, max_memory=max_memory, max_target_bytes=max_target_bytes, step=progress.step
            )
            pushed = scan_push(
                work,
                repository,
                read_library=lambda tip: (
                    read_directory(repository, lessons, folder=folder)
                    if lessons
                    else read_library(repository, tip, folder=folder)
                ),
                semgrep=find_semgrep(),
                options=options,
            )
    return _conclude(pushed, fail_on=fail_on)


def _updates(repository: Repository, *, is_from_git: bool) -> tuple[RefUpdate, ...]:
    """Return what is pushed: from Git, from pre-commit by variables that only it sets, or else HEAD.

    See https://pre-commit.com/#pre-push.
    """
    if is_from_git or not (environment("PRE_COMMIT") or sys.stdin.isatty()):
        return parse_push(sys.stdin.buffer.read().decode("utf-8", "surrogateescape"))
    local = environment("PRE_COMMIT_LOCAL_BRANCH") or "HEAD"
    before = environment("PRE_COMMIT_FROM_REF")
    update = RefUpdate(
        local_ref=local,
        local=repository.resolve(environment("PRE_COMMIT_TO_REF") or local),
        remote_ref=environment("PRE_COMMIT_REMOTE_BRANCH") or local,
        remote=repository.resolve(before) if before else None,
    )
    return (update,)


def _conclude(pushed: tuple[PushedRef, ...], *, fail_on: str) -> int:
    """Print what is introduced, and decide the exit code: what stops the push comes first."""
    reports = [each.report for each in pushed]
    text = render_push(pushed, fails_from=limit(fail_on), width=width(), colour=wants_colour())
    write_result(text, None)
    is_stopped = any(report.blocks(limit(fail_on)) for report in reports)
    return int(is_stopped) or max(
        (exit_code(each, fail_on=fail_on, is_shown=True) for each in reports), default=0
    )
