"""Write what needs no token: the summary of the step, its outputs and the report files."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from lessonguard.errors import LessonguardError
from lessonguard.lessons.model import Mode
from lessonguard.output.escape import one_line
from lessonguard.output.json import render_json
from lessonguard.output.markdown import render_markdown
from lessonguard.output.sarif import render_sarif
from lessonguard.output.story import accepted, for_pull_request, introduced
from lessonguard.review.actions_env import Runner
from lessonguard.scan.finding import ScanReport

_FOLDER = "lessonguard"


def write_outputs(runner: Runner, report: ScanReport, *, folder: Path | None, preview: str) -> None:
    """Write the step's summary, the report as JSON and SARIF, and the step's outputs.

    The files go to `folder`, by default one in the runner's temporary folder. The JSON report
    holds everything; the rest may end up on the pull request, where lessons in monitor mode are
    never shown. `preview` is Markdown about the lessons of the change, perhaps empty.
    Raise `LessonguardError` where a file cannot be written.
    """
    shown = for_pull_request(report)
    _append(runner.summary_file, "\n".join(filter(None, [render_markdown(report), preview])))
    if folder is None:
        folder = runner.temporary / _FOLDER if runner.temporary else Path(mkdtemp(prefix=f"{_FOLDER}-"))
    files = {"report": "report.json", "sarif": "report.sarif"}
    _write(folder / files["report"], render_json(report))
    _write(folder / files["sarif"], render_sarif(shown))
    _set(
        runner.output_file,
        {
            "introduced": str(len(introduced(report))),
            "blocking": str(len(report.blocks(Mode.BLOCK))),
            "accepted": str(len(accepted(report))),
            "unchecked": str(len({item.path for item in report.unchecked})),
            **{name: str(folder / file) for name, file in files.items()},
        },
    )


def write_nothing(runner: Runner, reason: str) -> None:
    """Write to the step's summary and outputs that there was nothing to review."""
    _append(runner.summary_file, f"### lessonguard: nothing to review\n\n{one_line(reason).capitalize()}.\n")
    counts = dict.fromkeys(("introduced", "blocking", "accepted", "unchecked"), "0")
    _set(runner.output_file, {**counts, "report": "", "sarif": ""})


def _set(file: Path | None, outputs: Mapping[str, str]) -> None:
    """Set the outputs of the step, each between random delimiters, which no value can contain.

    See https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings.
    """
    lines = []
    for name, value in outputs.items():
        delimiter = f"lessonguard-{secrets.token_hex(16)}"
        lines.append(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")
    _append(file, "".join(lines))


def _append(file: Path | None, text: str) -> None:
    if file is None:
        return
    try:
        with file.open("ab") as stream:
            stream.write(text.encode())
    except OSError as error:
        raise _cannot_write(file, error) from error


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    except OSError as error:
        raise _cannot_write(file, error) from error


def _cannot_write(file: Path, error: OSError) -> LessonguardError:
    return LessonguardError(f"Cannot write {file}: {error.strerror}.", hint="Is the disk full?")
