"""Begin with lessonguard in a repository: a folder of lessons, the workflow and the hook."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from lessonguard.authoring.create import create_file, shown_path
from lessonguard.authoring.init.result import Left, Made, Started
from lessonguard.authoring.init.survey import USUAL_FOLDER, WORKFLOW, Ground, refuse_folder
from lessonguard.errors import LessonguardError
from lessonguard.lessons.builtin import builtin_workflow
from lessonguard.lessons.header import find_schema, replace_schema_header
from lessonguard.lessons.model import Lesson
from lessonguard.push.hook import install_hook
from lessonguard.record import record

_PLACEHOLDER = "OWNER/"
_README = """\
# Lessons

Each file here keeps what one incident taught: what broke, why, what worked, and a rule that finds the
same mistake in code. [lessonguard](https://github.com/OWNER/lessonguard) judges every change by them.

After the next postmortem:

```console
$ lessonguard new INC-245{options}        # writes the file, to fill in
$ lessonguard check{options}              # says what is still wrong, and tries the rule on its examples
$ lessonguard backtest INC-245{options}   # says where it would have spoken in the past
```
"""


@record
class Wishes:
    """What to begin with, beside a folder for lessons; `starters` is None if nobody asked for any.

    They `are_final` if somebody was asked about everything.
    """

    starters: tuple[Lesson, ...] | None = None
    workflow: bool = False
    hook: bool = False
    are_final: bool = False


@record
class _Done:
    """A file that was made, or was there before, and what it is about."""

    path: Path
    about: str
    is_new: bool


def init(ground: Ground, wishes: Wishes) -> Started:
    """Make what was wished for, and never overwrite anything.

    What cannot be made ends it; what was made before stays, and the result tells both.
    """
    done: list[_Done] = []
    failure = None
    try:
        for each in _make(ground, wishes):
            done.append(each)  # noqa: PERF402 - what was made before a failure counts
    except LessonguardError as error:
        failure = error
    new = [each.path for each in done if each.is_new]
    copied = [lesson for lesson in wishes.starters or () if _target(lesson, ground) in new]
    directory = "" if Path.cwd().is_relative_to(ground.top) else shown_path(ground.top)
    return Started(
        made=tuple(Made(path=shown_path(each.path), about=each.about, is_new=each.is_new) for each in done),
        directory=directory,
        to_commit=tuple(os.path.relpath(path, directory or None) for path in _tracked(new, ground)),
        options=f"{folder_option(ground.folder)}{directory and f' -C {shlex.quote(directory)}'}",
        lessons=len(ground.known) + len(copied),
        languages=ground.languages,
        left=Left() if wishes.are_final else _left(ground, wishes, copied),
        is_unmet=wishes.starters == (),
        has_history=ground.has_history,
        to_fill_in=shown_path(ground.top / WORKFLOW) if _has_placeholder(new, ground) else "",
        failure=failure,
    )


def _left(ground: Ground, wishes: Wishes, copied: Sequence[Lesson]) -> Left:
    return Left(
        starters=sum(lesson not in copied for lesson in ground.new),
        workflow=ground.offers_workflow and not wishes.workflow,
        hook=ground.offers_hook and not wishes.hook,
    )


def _tracked(new: Sequence[Path], ground: Ground) -> Sequence[Path]:
    """Give what to commit of new files: lessons as one folder, and nothing outside of the work tree."""
    found = [ground.place if path.is_relative_to(ground.place) else path for path in new]
    outside = ground.repository.git_directory
    return list(
        dict.fromkeys(
            path for path in found if path.is_relative_to(ground.top) and outside not in path.parents
        )
    )


def _has_placeholder(new: Sequence[Path], ground: Ground) -> bool:
    """Tell whether a workflow was written that does not say yet whose action it runs."""
    path = ground.top / WORKFLOW
    return path in new and _PLACEHOLDER in path.read_text(encoding="utf-8")


def _make(ground: Ground, wishes: Wishes) -> Iterator[_Done]:
    yield _make_readme(ground)
    for lesson in wishes.starters or ():
        yield _copy(lesson, ground)
    if wishes.workflow:
        yield _make_workflow(ground)
    if wishes.hook:
        yield _make_hook(ground)


def _make_readme(ground: Ground) -> _Done:
    """Say what belongs into the folder, unless a file there does already."""
    there = sorted(ground.place.glob("[Rr][Ee][Aa][Dd][Mm][Ee]*")) if ground.place.is_dir() else []
    path = there[0] if there else ground.place / "README.md"
    text = _README.replace("{options}", folder_option(ground.folder))
    return _Done(path=path, about="says what belongs there", is_new=not there and _write(path, text))


def _copy(lesson: Lesson, ground: Ground) -> _Done:
    """Copy a lesson as it is, but let it name the schema where the team's other lessons do."""
    if path := ground.known.get(lesson.incident):
        return _Done(path=path, about=lesson.failure_class, is_new=False)
    path = _target(lesson, ground)
    text = (ground.top / lesson.path).read_text(encoding="utf-8")
    if _write(path, replace_schema_header(text, find_schema(ground.place, top=ground.top))):
        return _Done(path=path, about=lesson.failure_class, is_new=True)
    return _Done(path=path, about="is about something else", is_new=False)


def _target(lesson: Lesson, ground: Ground) -> Path:
    return ground.place / Path(lesson.path).name


def _make_workflow(ground: Ground) -> _Done:
    about = "reviews each pull request"
    if ground.workflow:
        return _Done(path=ground.workflow, about=about, is_new=False)
    path = ground.top / WORKFLOW
    refuse_folder(ground.top, os.path.dirname(WORKFLOW), hint="GitHub looks for workflows there.")  # noqa: PTH120
    return _Done(path=path, about=about, is_new=_write(path, _workflow(ground.folder)))


def _workflow(folder: str) -> str:
    """Write the workflow; its last line is the step that reviews."""
    text = builtin_workflow().read_text(encoding="utf-8")
    if folder == USUAL_FOLDER:
        return text
    return f"{text.rstrip()}\n        with: {{ lessons: {json.dumps(folder)} }}\n"


def _make_hook(ground: Ground) -> _Done:
    about = "judges each push"
    if ground.hook:
        return _Done(path=ground.hook, about=about, is_new=False)
    options = () if ground.folder == USUAL_FOLDER else (f"--lessons-folder={ground.folder}",)
    installed = install_hook(ground.repository, options=options)
    if installed.kept:
        about = f"{about}, then runs {installed.kept.name}"
    return _Done(path=installed.path, about=about, is_new=not installed.is_update)


def folder_option(folder: str) -> str:
    """Give what names the folder of lessons in a command, with a space before it; nothing if none need."""
    return "" if folder == USUAL_FOLDER else f" --lessons-folder {shlex.quote(folder)}"


def _write(path: Path, text: str) -> bool:
    """Write a file, unless the name is taken: then tell so."""
    try:
        create_file(path, text.encode())
    except OSError as error:
        if isinstance(error, FileExistsError) and (path.exists() or path.is_symlink()):
            return False
        message = f"Cannot write {shown_path(path)}: {error.strerror or error}."
        raise LessonguardError(
            message, hint="See to it that you may write there, and run this again."
        ) from error
    return True
