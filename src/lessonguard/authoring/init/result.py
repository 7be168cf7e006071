"""What `lessonguard init` did in a repository, and what is left to do."""

from __future__ import annotations

from collections.abc import Mapping

from lessonguard.errors import LessonguardError
from lessonguard.record import record


@record
class SetUpFile:
    """A file that lessonguard needs: its path as people would type it, and what it is about.

    It is new, or existed before and was not changed.
    """

    path: str
    about: str
    is_new: bool


@record
class Remaining:
    """What could still be set up: the number of lessons that fit, the workflow, the hook."""

    starters: int = 0
    workflow: bool = False
    hook: bool = False


@record
class InitResult:
    """What was set up in a repository, in this order, and what is there now.

    `directory` is the top of the repository as people would type it, empty inside of the repository.
    `to_commit` are new files and folders, relative to `directory`. `options` is what further commands need
    to be typed with, with a space before it. `lessons` is the number of lessons now. `languages` counts files
    by language. `no_starter_fits` means that lessons were asked for and none fits. `workflow_to_edit` is a
    workflow that does not name the owner of the action yet, or empty. `failure` ended the command early.
    """

    files: tuple[SetUpFile, ...]
    directory: str
    to_commit: tuple[str, ...]
    options: str
    lessons: int
    languages: Mapping[str, int]
    remaining: Remaining
    no_starter_fits: bool
    has_history: bool
    workflow_to_edit: str
    failure: LessonguardError | None
