"""Where a review comment may go, and where it is after a push: GitHub's rules for lines of a diff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.hub.diff import FileDiff
from tests.support.hub.exchange import RefusalError

_THREAD = "pull_request_review_thread"
_OUTSIDE = ("diff_hunk", "can't be blank")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Lines of the diff, or a whole file if there is no line."""

    path: str
    line: int | None = None
    side: str = "RIGHT"
    start_line: int | None = None
    start_side: str | None = None
    position: int | None = None
    hunk: str = ""


@dataclass(frozen=True, kw_only=True)
class Misplaced:
    """Why there can be no comment: what is wrong with which field."""

    faults: tuple[tuple[str, str], ...]

    def as_comment(self) -> RefusalError:
        """Give the answer to a single comment."""
        errors = [
            {
                "resource": "PullRequestReviewComment",
                "code": "custom",
                "field": f"{_THREAD}.{field}",
                "message": f"{_THREAD}.{field} {fault}",
            }
            for field, fault in self.faults
        ]
        return RefusalError(422, "Validation Failed", errors)

    def as_review(self) -> RefusalError:
        """Give the answer to a review: it does not say which comment is meant."""
        if self.faults[0][0] == "path":
            return unprocessable("Path could not be resolved")
        return unprocessable(
            _sentence(
                f"Pull request review thread {field.replace('_', ' ')} {fault}"
                for field, fault in self.faults
            )
        )


def unprocessable(*errors: str) -> RefusalError:
    """Give the answer of endpoints that explain in words only."""
    return RefusalError(422, "Unprocessable Entity", errors)


def find_place(files: Mapping[str, FileDiff], wanted: Mapping[str, Any]) -> Place | Misplaced:
    """Find the lines that a comment names, as the fields of GitHub's API do, in a diff."""
    path, line, start = wanted["path"], wanted.get("line"), wanted.get("start_line")
    side = wanted.get("side") or "RIGHT"
    start_side = wanted.get("start_side") or side
    file = files.get(path)
    if not file:
        return Misplaced(faults=(("path", "could not be resolved"),))
    found = file.find(line, side)
    faults = [] if found else [("line", "must be part of the diff")]
    if start and side == start_side and line and start >= line:
        faults = [("start_line", "must precede the end line.")]
    elif start and not (found and found[0].find(start, start_side)):
        faults.append(("start_line", "must be part of the same hunk as the line."))
    if faults or not found:
        return Misplaced(faults=(*faults, *([] if found else [_OUTSIDE])))
    return Place(
        path=path,
        line=line,
        side=side,
        start_line=start,
        start_side=start_side if start else None,
        position=found[1].position,
        hunk=found[0].until(found[1]),
    )


def moved_line(file: FileDiff | None, line: int) -> int | None:
    """Follow a line through a diff of its file; None if the diff removes it.

    No `file` means that the diff leaves it alone.
    """
    offset = 0
    for hunk in file.hunks if file else ():
        if hunk.lines[0].left and hunk.lines[0].left > line:
            break
        for each in hunk.lines:
            if each.left == line:
                return each.right
            if each.left is None or each.left < line:
                offset += (each.sign == "+") - (each.sign == "-")
    return line + offset


def _sentence(parts: Iterable[str]) -> str:
    *others, last = parts
    if len(others) > 1:
        return f"{', '.join(others)}, and {last}"
    return f"{others[0]} and {last}" if others else last
