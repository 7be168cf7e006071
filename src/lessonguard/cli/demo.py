"""`lessonguard demo`: build a small repository, scan three branches of it, and explain the results."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from lessonguard.cli.console import wants_colour, width
from lessonguard.demo_repository import INTRODUCTION, build_demo, history
from lessonguard.errors import UsageError
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import branch_change
from lessonguard.output.terminal import wrapped
from lessonguard.output.text import render_text
from lessonguard.scan.scan import ScanOptions, read_library, scan_change
from lessonguard.semgrep.installed import find_semgrep


@click.command()
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Create the repository in this folder, and keep it for you to try things.",
)
def demo(keep: Path | None) -> None:
    """Show in a temporary repository how a repeated incident is found.

    \b
    Examples:
      lessonguard demo
      lessonguard demo --keep shop
    """
    if keep is None:
        with TemporaryDirectory(prefix="lessonguard-demo-") as folder:
            _show(Path(folder))
        _print_paragraph("To try things in this repository: lessonguard demo --keep shop")
        return
    if keep.exists():
        raise UsageError(f"{keep} exists already.", hint="Name a folder that does not exist yet.")
    keep.mkdir(parents=True)
    _show(keep)
    _print_paragraph(f"The repository is in {keep}.")


def _show(folder: Path) -> None:
    build_demo(folder)
    _print_paragraph(INTRODUCTION)
    click.echo()
    for commit in history():
        click.echo(f"  {commit.branch:<14} {commit.subject}")
    semgrep = find_semgrep()
    options = ScanOptions(today=datetime.now(tz=timezone.utc).date())
    for commit in (commit for commit in history() if commit.story):
        click.echo(click.style(f"\n── {commit.branch} ".ljust(min(width(), 100), "─"), bold=True))
        _print_paragraph(commit.story)
        click.echo(click.style(f"\n$ lessonguard scan --base main --head {commit.branch}\n", fg="cyan"))
        with Repository.open(folder) as repository:
            change = branch_change(repository, base="main", head=commit.branch)
            lessons = read_library(repository, change.tip, folder="lessons")
            report = scan_change(
                lessons, repository, change, engine=semgrep, languages=semgrep.languages, options=options
            )
        click.echo(render_text(report, width=width(), colour=wants_colour()), nl=False)
    click.echo()


def _print_paragraph(text: str) -> None:
    click.echo()
    for line in wrapped(text, width=min(width(), 100)):
        click.echo(line)
