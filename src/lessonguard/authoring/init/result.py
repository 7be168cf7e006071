"""What came of beginning with lessonguard in a repository."""

from __future__ import annotations

from collections.abc import Mapping

from lessonguard.errors import LessonguardError
from lessonguard.record import record


@record
class Made:
    """Something that lessonguard begins with: a file, as one would type its path here, and what it is about.

    It is new, or was there before and was left as it is.
    """

    path: str
    about: str
    is_new: bool


@record
class Left:
    """What nobody has spoken of yet: lessons that would fit, and whether workflow and hook would help."""

    starters: int = 0
    workflow: bool = False
    hook: bool = False


@record
class Started:
    """What was made of a repository, in this order, and what there is now.

    `directory` is the top of the repository as one would type it here, empty inside of it; `to_commit`
    are new files and folders, relative to it or, inside, to where one is. `options` is what our commands
    must be told here, with a space before it. `lessons` is how many there are. `languages` counts the
    files here by language. `is_unmet` means that lessons were asked for, and none fits. `to_fill_in` is
    a workflow that does not say yet whose action it runs, empty if there is none. `failure` is what could
    not be made, and why.
    """

    made: tuple[Made, ...]
    directory: str
    to_commit: tuple[str, ...]
    options: str
    lessons: int
    languages: Mapping[str, int]
    left: Left
    is_unmet: bool
    has_history: bool
    to_fill_in: str
    failure: LessonguardError | None
