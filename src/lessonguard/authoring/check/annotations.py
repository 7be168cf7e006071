"""What a check of lesson files found, as annotations in a workflow of GitHub Actions."""

from __future__ import annotations

from lessonguard.authoring.check.result import CheckReport
from lessonguard.lessons.diagnostic import Remark
from lessonguard.output.annotations import MOST_OF_A_KIND, workflow_command
from lessonguard.output.escape import one_line
from lessonguard.output.phrases import counted

_TITLE = "lessonguard check"


def render_check_workflow(report: CheckReport) -> str:
    """Write one workflow command a line, errors first; nothing at all if there is nothing to say."""
    kinds = [[remark for remark in report.remarks if remark.level == level] for level in ("error", "warning")]
    lines = [_annotation(remark) for remarks in kinds for remark in remarks[:MOST_OF_A_KIND]]
    lines += [
        workflow_command("notice", one_line(note), title=_TITLE)
        for note in report.notes[: MOST_OF_A_KIND - 1]
    ]
    if hidden := sum(max(0, len(remarks) - MOST_OF_A_KIND) for remarks in kinds):
        words = f"{counted(hidden, 'remark')} not shown, because GitHub shows {MOST_OF_A_KIND} of a kind."
        lines.append(workflow_command("notice", words, title=_TITLE))
    return "".join(f"{line}\n" for line in lines)


def _annotation(remark: Remark) -> str:
    message = "\n".join(one_line(text) for text in (remark.message, remark.hint) if text)
    return workflow_command(
        remark.level,
        message,
        file=remark.path,
        line=str(remark.line),
        col=str(remark.column),
        title=f"{_TITLE}: {remark.code}",
    )
