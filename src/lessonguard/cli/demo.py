"""`lessonguard demo`: build a small repository, scan three branches of it, and explain."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from lessonguard.cli.console import wants_colour, width
from lessonguard.demo import BEGINNING, Commit, build_demo, history
from lessonguard.errors import UsageError
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import branch_change
from lessonguard.output.terminal import wrapped
from lessonguard.output.text import render_text
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.scan import ScanOptions, read_library, scan_change
from lessonguard.semgrep.installed import find_semgrep


@click.command()
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Make the repository there, and leave it for you to play with.",
)
def demo(keep: Path | None) -> None:
    """Catch a repeated incident in a throw-away repository.

    \b
    Examples:
      lessonguard demo
      lessonguard demo --keep shop
    """
    if keep is None:
        with TemporaryDirectory(prefix="lessonguard-demo-") as folder:
            _show(Path(folder))
        _say("To play with the repository yourself: lessonguard demo --keep shop")
        return
    if keep.exists():
        raise UsageError(f"{keep} exists already.", hint="Name a folder that does not.")
    keep.mkdir(parents=True)
    _show(keep)
    _say(f"The repository is in {keep}.")


def _show(folder: Path) -> None:
    build_demo(folder)
    _say(BEGINNING)
    click.echo()
    for commit in history():
        click.echo(f"  {commit.branch:<14} {commit.subject}")
    for commit in history():
        if commit.story:
            _show_branch(folder, commit)
    click.echo()


def _show_branch(folder: Path, commit: Commit) -> None:
    click.echo(click.style(f"\n── {commit.branch} ".ljust(min(width(), 100), "─"), bold=True))
    _say(commit.story)
    click.echo(click.style(f"\n$ lessonguard scan --base main --head {commit.branch}\n", fg="cyan"))
    click.echo(render_text(_scan(folder, commit.branch), width=width(), colour=wants_colour()), nl=False)


def _scan(folder: Path, branch: str) -> ScanReport:
    with Repository.open(folder) as repository:
        change = branch_change(repository, base="main", head=branch)
        semgrep = find_semgrep()
        return scan_change(
            read_library(repository, change.tip, folder="lessons"),
            repository,
            change,
            engine=semgrep,
            languages=semgrep.languages,
            options=ScanOptions(today=datetime.now(tz=timezone.utc).date()),
        )


def _say(text: str) -> None:
    click.echo()
    for line in wrapped(text, width=min(width(), 100)):
        click.echo(line)
