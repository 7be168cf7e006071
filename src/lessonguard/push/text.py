"""What a push introduces, as text for the terminal of the person who pushes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lessonguard.lessons.model import Mode
from lessonguard.output.escape import visible
from lessonguard.output.phrases import counted
from lessonguard.output.story import for_pull_request
from lessonguard.output.terminal import Screen, Style, wrapped
from lessonguard.output.text import render_text
from lessonguard.push.result import PushedRef

_ANYWAY = "To push anyway: git push --no-verify"


def render_push(pushed: Sequence[PushedRef], *, fails_from: Mode | None, width: int, colour: bool) -> str:
    """Write what each ref introduces, and last whether that stops the push: one line for a clean ref.

    A ref without lessons to check it by takes no line; lessons in monitor mode are never shown.
    `fails_from` is the mildest mode that stops the push, None if nothing does.
    """
    screen = Screen(colour=colour, width=width)
    blocks = [
        _ref(screen, replace(each, report=for_pull_request(each.report)), fails_from=fails_from)
        for each in pushed
        if each.report.lessons or each.report.faults
    ]
    if blocking := sum(len(each.report.blocks(fails_from)) for each in pushed):
        remedy = f"Fix the code, or accept {'it' if blocking == 1 else 'them'} as shown above."
        stopped = f"Push stopped by {counted(blocking, 'finding')}. {remedy}"
        lines = [*wrapped(stopped, width=width), *wrapped(_ANYWAY, width=width)]
        blocks.append("".join(f"{screen.write(line, Style.BOLD, Style.RED)}\n" for line in lines))
    is_list = all(block.count("\n") == 1 for block in blocks)
    return ("" if is_list else "\n").join(blocks)


def _ref(screen: Screen, pushed: PushedRef, *, fails_from: Mode | None) -> str:
    here, there = (
        visible(name.removeprefix("refs/heads/").removeprefix("refs/tags/"))
        for name in (pushed.local_ref, pushed.remote_ref)
    )
    head = [
        screen.bold("lessonguard"),
        here if here == there else f"{here} → {there}",
        f"{counted(pushed.commits, 'new commit')}",
        *(["nothing of it is on the remote yet"] if pushed.is_whole else []),
    ]
    text = render_text(pushed.report, width=screen.width, colour=screen.colour, fails_from=fails_from)
    report = pushed.report
    if not (report.findings or report.fixed or report.notices or report.unchecked or report.faults):
        return " · ".join([*head, text])
    return f"{' · '.join(head)}\n\n{text}"
