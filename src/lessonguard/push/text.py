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
from lessonguard.scan.finding import ScanReport

# From how many clean refs on they share a line: a push of all branches or tags may have thousands.
_MANY = 6

_ANYWAY = "To push anyway: git push --no-verify"


def render_push(pushed: Sequence[PushedRef], *, fails_from: Mode | None, width: int, colour: bool) -> str:
    """Write what each ref introduces, and last whether that stops the push: one line for a clean ref.

    Many clean refs share a line, which comes first. A ref without lessons to check it by takes no line;
    lessons in monitor mode are never shown. `fails_from` is the mildest mode that stops the push, None
    if nothing does.
    """
    screen = Screen(colour=colour, width=width)
    checked = [
        replace(each, report=for_pull_request(each.report))
        for each in pushed
        if each.report.lessons or each.report.faults
    ]
    clean = [each for each in checked if _is_clean(each.report)]
    blocks = []
    if len(clean) >= _MANY and len({each.report.lessons for each in clean}) == 1:
        blocks.append(_clean_refs(screen, clean))
        checked = [each for each in checked if not _is_clean(each.report)]
    blocks += [_ref(screen, each, fails_from=fails_from) for each in checked]
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
    between = " · " if _is_clean(pushed.report) else "\n\n"
    return f"{' · '.join(head)}{between}{text}"


def _clean_refs(screen: Screen, pushed: Sequence[PushedRef]) -> str:
    """Write one line for many clean refs that the same lessons checked."""
    commits, files = sum(each.commits for each in pushed), sum(each.report.files for each in pushed)
    report = replace(pushed[0].report, files=files)
    head = [
        screen.bold("lessonguard"),
        counted(len(pushed), "ref"),
        counted(commits, "new commit"),
        *(["nothing of some is on the remote yet"] if any(each.is_whole for each in pushed) else []),
    ]
    return " · ".join([*head, render_text(report, width=screen.width, colour=screen.colour)])


def _is_clean(report: ScanReport) -> bool:
    return not (report.findings or report.fixed or report.notices or report.unchecked or report.faults)
