"""The list of commands, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import NoReturn

import click

from lessonguard.cli.console import wants_colour
from lessonguard.errors import LessonguardError, UsageError

_COMMANDS = {
    "init": ("lessonguard.cli.init:init", "Set up lessonguard in a repository."),
    "scan": ("lessonguard.cli.scan:scan", "Check what a change introduces."),
    "review": ("lessonguard.cli.review:review", "Review a pull request, in GitHub Actions."),
    "hook": ("lessonguard.cli.hook:hook", "Install Git's pre-push hook, or remove it."),
    "pre-push": (
        "lessonguard.cli.pre_push:pre_push",
        "Check what a push would introduce, as Git's pre-push hook.",
    ),
    "new": ("lessonguard.cli.new:new", "Write a lesson file to fill in."),
    "check": ("lessonguard.cli.check:check", "Check lesson files."),
    "prove": (
        "lessonguard.cli.prove:prove",
        "Prove that the rules of lessons find the bad code, and nothing in the good code.",
    ),
    "backtest": (
        "lessonguard.cli.backtest:backtest",
        "List the past changes on which lessons would have commented.",
    ),
    "list": ("lessonguard.cli.lessons:list_lessons", "List the lessons."),
    "show": ("lessonguard.cli.lessons:show", "Show one lesson."),
    "export": (
        "lessonguard.cli.lessons:export",
        "Print the rules as one Semgrep configuration, for editors and other tools.",
    ),
    "demo": (
        "lessonguard.cli.demo:demo",
        "Show in a temporary repository how a repeated incident is found.",
    ),
}

# 128 and the number of the signal, as shells have it: SIGINT is 2, SIGTERM is 15. 4 is ours.
# See https://www.gnu.org/software/bash/manual/html_node/Exit-Status.html
_INTERRUPTED, _TERMINATED, _BUG = 130, 143, 4


class _LazyGroup(click.Group):
    """A group that imports a command's module when that command is run."""

    # So that a scan loads nothing that only other commands need: PyGithub alone takes 0.3 s.

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order in which a newcomer needs them."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command; None if there is none of that name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lessonguard", message="%(prog)s %(version)s")
def lessonguard() -> None:
    """Turn the lessons of past incidents into checks on every change.

    \b
    Example:
      lessonguard scan --base origin/main
    """


def main() -> NoReturn:
    """Run the command line and exit: 0 done, 1 findings, 2 usage or lesson, 3 failed, 4 bug."""

    def terminate(number: int, frame: FrameType | None) -> NoReturn:
        """Exit through the same clean-up as with Ctrl-C."""
        del number, frame
        sys.exit(_TERMINATED)

    signal.signal(signal.SIGTERM, terminate)
    code = run(sys.argv[1:])
    # All is written and removed by now, and a regular end of Python would take as long as Git took.
    os._exit(code)


def run(argv: Sequence[str]) -> int:
    """Run the command line `argv`, without the program's name, and return its exit code.

    Whatever goes wrong is written to standard error: nothing is raised.
    """
    try:
        result = lessonguard.main(argv, prog_name="lessonguard", standalone_mode=False)
        sys.stdout.flush()
        code = result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        code = UsageError.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = _INTERRUPTED
    except LessonguardError as error:
        _explain(error)
        code = error.exit_code
    except SystemExit as leaving:
        # click exits with 1, which here means findings, when the reader has gone, as in `| head`. It is 3,
        # because the report was not delivered.
        code = leaving.code if leaving.code in {0, _TERMINATED} else LessonguardError.exit_code
    except Exception as error:  # noqa: BLE001 - the one boundary: any other error is a bug
        traceback = import_module("traceback")
        click.echo(_harmless("".join(traceback.format_exception(error))), err=True)
        click.echo(
            "This is a bug in lessonguard, not in your change: nothing was checked. Please report it "
            "with the lines above.",
            err=True,
        )
        code = _BUG
    return int(code)


def _explain(error: LessonguardError) -> None:
    parts = [("error", "red", error.message), ("hint", "cyan", error.hint)]
    for label, colour, text in parts:
        if text:
            head = f"{label}: "
            shown = click.style(head, fg=colour, bold=True) if wants_colour(sys.stderr) else head
            click.echo(shown + _harmless(text), err=True)


def _harmless(text: str) -> str:
    """Escape control characters, because errors quote Git, Semgrep, GitHub and the names of files."""
    from lessonguard.output.escape import log_text  # noqa: PLC0415 - rarely needed

    return log_text(text)
