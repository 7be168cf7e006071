"""`lessonguard hook`: have Git judge each push before it happens."""

from __future__ import annotations

from pathlib import Path

import click

from lessonguard.cli.options import DIRECTORY, LESSONS_FOLDER
from lessonguard.cli.scan_options import FAIL_ON
from lessonguard.git.repository import Repository
from lessonguard.push.hook import Installed, Removed, install_hook, remove_hook


@click.group()
def hook() -> None:
    """Install Git's pre-push hook, or remove it.

    \b
    Examples:
      lessonguard hook install
      lessonguard hook uninstall
    """


@hook.command()
@click.option("--required", is_flag=True, help="Also stop a push that could not be judged.")
@LESSONS_FOLDER
@FAIL_ON
@DIRECTORY
def install(*, required: bool, lessons_folder: str, fail_on: str, directory: Path) -> None:
    """Have Git run `lessonguard pre-push` before each push.

    A hook that is there already stays, and runs afterwards with the same input. Where
    `core.hooksPath` says so, hooks are somewhere else than in `.git/hooks`.

    \b
    Examples:
      lessonguard hook install
      lessonguard hook install --required   stop a push also if lessonguard is gone, or fails
    """
    options = (f"--lessons-folder={lessons_folder}", f"--fail-on={fail_on}")
    with Repository.open(directory) as repository:
        installed = install_hook(repository, is_required=required, options=options)
    click.echo("\n".join(_told(installed)))


@hook.command()
@DIRECTORY
def uninstall(*, directory: Path) -> None:
    """Remove the hook, and put back the one that was there before.

    \b
    Example:
      lessonguard hook uninstall
    """
    with Repository.open(directory) as repository:
        removed = remove_hook(repository)
    click.echo(_said(removed))


def _told(installed: Installed) -> list[str]:
    hooks = installed.hooks
    verb = "Wrote anew" if installed.is_update else "Installed"
    lines = [f"{verb} {installed.path}: each push is judged before it happens."]
    if installed.kept:
        lines.append(f"The hook that was there runs after it, as {installed.kept.name}.")
    if hooks.is_shared:
        lines.append(f"It is for all of your repositories, because {hooks.setting} sets core.hooksPath.")
    elif hooks.is_tracked:
        lines.append("It is in the work tree: commit it, and whoever uses that folder of hooks has it too.")
    return lines


def _said(removed: Removed | None) -> str:
    if removed is None:
        return "There is no pre-push hook of lessonguard here."
    return f"Removed {removed.path}." + (" The hook from before is back." if removed.is_restored else "")
