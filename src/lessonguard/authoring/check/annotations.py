"""What a check of lesson files found, as annotations in a workflow of GitHub Actions."""

from __future__ import annotations

from lessonguard.authoring.check.result import CheckReport
from lessonguard.output.annotations import MOST_OF_A_KIND, workflow_command
from lessonguard.output.escape import one_line
from lessonguard.output.phrases import counted

_TITLE = "lessonguard check"


def render_check_workflow(report: CheckReport) -> str:
    """Return one workflow command a line, errors first; nothing if there is nothing to report."""
    kinds = [
        [diagnostic for diagnostic in report.diagnostics if diagnostic.level == level]
        for level in ("error", "warning")
    ]
    lines = [
        workflow_command(
            diagnostic.level,
            "\n".join(one_line(text) for text in (diagnostic.message, diagnostic.hint) if text),
            file=diagnostic.path,
            line=str(diagnostic.line),
            col=str(diagnostic.column),
            title=f"{_TITLE}: {diagnostic.code}",
        )
        for diagnostics in kinds
        for diagnostic in diagnostics[:MOST_OF_A_KIND]
    ]
    lines += [
        workflow_command("notice", one_line(note), title=_TITLE)
        for note in report.notes[: MOST_OF_A_KIND - 1]  # because the last notice counts what is hidden
    ]
    if hidden := sum(max(0, len(diagnostics) - MOST_OF_A_KIND) for diagnostics in kinds):
        words = f"{counted(hidden, 'problem')} not shown, because GitHub shows {MOST_OF_A_KIND} of a kind."
        lines.append(workflow_command("notice", words, title=_TITLE))
    return "".join(f"{line}\n" for line in lines)
