"""What a review is made of: where findings go, and what becomes of what was said before."""

from __future__ import annotations

from typing import Literal

from lessonguard.github.pull_request import ReviewComment, Side
from lessonguard.record import record
from lessonguard.scan.finding import Finding


@record
class Anchor:
    """A place in the diff of a pull request: lines of one side, 1-based, both ends inclusive.

    `line` is None for a comment on the whole file. `start_line` is None for a single line.
    `is_exact` tells that these lines are all that the finding matched, so that a suggestion
    for them would replace the right code.
    """

    path: str
    line: int | None
    side: Side = "RIGHT"
    start_line: int | None = None
    is_exact: bool = False


@record
class Placed:
    """A finding to be said now, and where."""

    finding: Finding
    anchor: Anchor


@record
class Standing:
    """A finding that was said before, and the comment that says it."""

    finding: Finding
    comment: ReviewComment


@record
class Settled:
    """A comment of ours that no longer holds.

    `how`: its finding is gone (`fixed`), somebody decided to keep it (`accepted`), or the
    change is no longer to blame for it (`carried`). `finding` is None if it is gone.
    """

    comment: ReviewComment
    how: Literal["fixed", "accepted", "carried"]
    finding: Finding | None


@record
class ReviewPlan:
    """What to do on the pull request.

    `post` are new inline comments, the most important first, `keep` those that stand already,
    `settle` those to edit. `rest` are introduced findings that only the summary tells.
    """

    post: tuple[Placed, ...]
    keep: tuple[Standing, ...]
    settle: tuple[Settled, ...]
    rest: tuple[Finding, ...]
