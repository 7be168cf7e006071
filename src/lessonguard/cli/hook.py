"""`lessonguard hook`: have Git check each push before it leaves."""

from __future__ import annotations

from pathlib import Path

import click

from lessonguard.cli.options import DIRECTORY, LESSONS_FOLDER
from lessonguard.cli.scan_options import FAIL_ON
from lessonguard.git.repository import Repository
from lessonguard.push.hook import install_hook, remove_hook


@click.group()
def hook() -> None:
    """Install Git's pre-push hook, or remove it.

    \b
    Examples:
      lessonguard hook install
      lessonguard hook uninstall
    """


@hook.command()
@click.option("--required", is_flag=True, help="Also stop a push that could not be checked.")
@LESSONS_FOLDER
@FAIL_ON
@DIRECTORY
def install(*, required: bool, lessons_folder: str, fail_on: str, directory: Path) -> None:
    """Have Git run `lessonguard pre-push` before each push.

    An existing pre-push hook keeps running, after this one, with the same input. The hook is
    written to `.git/hooks`, or to where `core.hooksPath` points.

    \b
    Examples:
      lessonguard hook install
      lessonguard hook install --required   also stop a push if it cannot check
    """
    options = (f"--lessons-folder={lessons_folder}", f"--fail-on={fail_on}")
    with Repository.open(directory) as repository:
        installed = install_hook(repository, is_required=required, options=options)
    hooks = installed.hooks
    verb = "Updated" if installed.is_update else "Installed"
    click.echo(f"{verb} {installed.path}: each push is checked before it leaves.")
    if installed.existing:
        click.echo(f"The existing hook keeps running, after it, as {installed.existing.name}.")
    if hooks.is_shared:
        click.echo(f"It runs in all of your repositories, because {hooks.setting} sets core.hooksPath.")
    elif hooks.is_tracked:
        click.echo("It is in the work tree: commit it, and everybody who uses that folder of hooks has it.")


@hook.command()
@DIRECTORY
def uninstall(*, directory: Path) -> None:
    """Remove the hook, and restore the one that was there before.

    \b
    Example:
      lessonguard hook uninstall
    """
    with Repository.open(directory) as repository:
        removed = remove_hook(repository)
    if removed is None:
        click.echo("There is no pre-push hook of lessonguard here.")
    else:
        restored = " The hook from before is restored." if removed.is_restored else ""
        click.echo(f"Removed {removed.path}.{restored}")
