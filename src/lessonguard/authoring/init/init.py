"""Set up lessonguard in a repository: the folder of lessons, the workflow and the hook."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from lessonguard.authoring.files import create_file, shown_path
from lessonguard.authoring.init.result import InitResult, Remaining, SetUpFile
from lessonguard.authoring.init.survey import DEFAULT_FOLDER, WORKFLOW, Survey, refuse_folder
from lessonguard.errors import LessonguardError
from lessonguard.lessons.builtin import builtin_workflow
from lessonguard.lessons.header import find_schema, replace_schema_header
from lessonguard.lessons.model import Lesson
from lessonguard.push.hook import install_hook
from lessonguard.record import record

_PLACEHOLDER = "OWNER/"
_README = """\
# Lessons

Each file here is the lesson of one incident: what broke, why, what worked, and a rule that finds the
same mistake in code. A lesson that lives only in a document gets learned again, the hard way, so
[lessonguard](https://github.com/OWNER/lessonguard) checks every change with these.

After the next postmortem:

```console
$ lessonguard new INC-245{options}        # writes the lesson file, for you to fill in
$ lessonguard check{options}              # lists what is wrong, and runs each rule on its examples
$ lessonguard backtest INC-245{options}   # shows which past changes would have got a comment
```
"""


@record
class Choices:
    """What to set up besides the folder of lessons; `starters` is None if nobody asked for any.

    They `are_final` if a person was asked about everything.
    """

    starters: tuple[Lesson, ...] | None = None
    workflow: bool = False
    hook: bool = False
    are_final: bool = False


@record
class _Done:
    """A file that was written or existed before, and what it is about."""

    path: Path
    about: str
    is_new: bool


def set_up(survey: Survey, choices: Choices) -> InitResult:
    """Set up what was chosen, and never overwrite a file.

    Stop at what cannot be set up. What was set up before stays, and the result has both.
    """
    done: list[_Done] = []
    failure = None
    try:
        done.append(_write_readme(survey))
        for lesson in choices.starters or ():
            done.append(_copy(lesson, survey))  # noqa: PERF401 - what was copied before a failure counts
        if choices.workflow:
            done.append(_write_workflow(survey))
        if choices.hook:
            done.append(_install_hook(survey))
    except LessonguardError as error:
        failure = error
    new = [each.path for each in done if each.is_new]
    copied = [lesson for lesson in choices.starters or () if _target(lesson, survey) in new]
    directory = "" if Path.cwd().is_relative_to(survey.top) else shown_path(survey.top)
    workflow = survey.top / WORKFLOW
    has_placeholder = workflow in new and _PLACEHOLDER in workflow.read_text(encoding="utf-8")
    remaining = Remaining(
        starters=sum(lesson not in copied for lesson in survey.missing),
        workflow=survey.offers_workflow and not choices.workflow,
        hook=survey.offers_hook and not choices.hook,
    )
    return InitResult(
        files=tuple(
            SetUpFile(path=shown_path(each.path), about=each.about, is_new=each.is_new) for each in done
        ),
        directory=directory,
        to_commit=tuple(os.path.relpath(path, directory or None) for path in _to_commit(new, survey)),
        options=f"{_folder_option(survey.folder)}{directory and f' -C {shlex.quote(directory)}'}",
        lessons=len(survey.existing) + len(copied),
        languages=survey.languages,
        remaining=Remaining() if choices.are_final else remaining,
        no_starter_fits=choices.starters == (),
        has_history=survey.has_history,
        workflow_to_edit=shown_path(workflow) if has_placeholder else "",
        failure=failure,
    )


def _write_readme(survey: Survey) -> _Done:
    """Write what the folder is for, unless it has a file about that."""
    folder = survey.lessons_folder
    existing = sorted(folder.glob("[Rr][Ee][Aa][Dd][Mm][Ee]*")) if folder.is_dir() else []
    path = existing[0] if existing else folder / "README.md"
    text = _README.replace("{options}", _folder_option(survey.folder))
    return _Done(path=path, about="explains the folder", is_new=not existing and _write(path, text))


def _copy(lesson: Lesson, survey: Survey) -> _Done:
    """Copy a lesson as it is, but with the schema that the team's other lessons name."""
    if path := survey.existing.get(lesson.incident):
        return _Done(path=path, about=lesson.failure_class, is_new=False)
    path = _target(lesson, survey)
    text = (survey.top / lesson.path).read_text(encoding="utf-8")
    if _write(path, replace_schema_header(text, find_schema(survey.lessons_folder, top=survey.top))):
        return _Done(path=path, about=lesson.failure_class, is_new=True)
    return _Done(path=path, about="is about another incident", is_new=False)


def _target(lesson: Lesson, survey: Survey) -> Path:
    return survey.lessons_folder / Path(lesson.path).name


def _write_workflow(survey: Survey) -> _Done:
    about = "reviews each pull request"
    if survey.workflow:
        return _Done(path=survey.workflow, about=about, is_new=False)
    path = survey.top / WORKFLOW
    refuse_folder(survey.top, os.path.dirname(WORKFLOW), hint="GitHub looks for workflows there.")  # noqa: PTH120
    text = builtin_workflow().read_text(encoding="utf-8")
    if survey.folder != DEFAULT_FOLDER:
        # The last line of the workflow is the step that runs the action, so inputs can follow it.
        text = f"{text.rstrip()}\n        with: {{ lessons: {json.dumps(survey.folder)} }}\n"
    return _Done(path=path, about=about, is_new=_write(path, text))


def _install_hook(survey: Survey) -> _Done:
    about = "checks each push"
    if survey.hook:
        return _Done(path=survey.hook, about=about, is_new=False)
    options = () if survey.folder == DEFAULT_FOLDER else (f"--lessons-folder={survey.folder}",)
    installed = install_hook(survey.repository, options=options)
    if installed.existing:
        about = f"{about}, then runs {installed.existing.name}"
    return _Done(path=installed.path, about=about, is_new=not installed.is_update)


def _to_commit(new: Sequence[Path], survey: Survey) -> Sequence[Path]:
    """Return the new files that can be committed, in order; for lessons, their folder once."""
    folder = survey.lessons_folder
    found = [folder if path.is_relative_to(folder) else path for path in new]
    git_directory = (
        survey.repository.git_directory
    )  # has the hook, unless the hook is outside of the work tree
    return list(
        dict.fromkeys(
            path for path in found if path.is_relative_to(survey.top) and git_directory not in path.parents
        )
    )


def _folder_option(folder: str) -> str:
    """Return the option that names the folder of lessons, with a space before it; empty for the default."""
    return "" if folder == DEFAULT_FOLDER else f" --lessons-folder {shlex.quote(folder)}"


def _write(path: Path, text: str) -> bool:
    """Write a file, and return whether that was possible without overwriting another."""
    try:
        create_file(path, text.encode())
    except OSError as error:
        if isinstance(error, FileExistsError) and (path.exists() or path.is_symlink()):
            return False
        message = f"Cannot write {shown_path(path)}: {error.strerror or error}."
        raise LessonguardError(message, hint="Make it writable, and run this again.") from error
    return True
