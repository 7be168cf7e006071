"""Find the change that a command is about: of a branch, the index, or the work tree; or past changes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from lessonguard.errors import GitError, UsageError
from lessonguard.git.changes import Change, short
from lessonguard.git.repository import Repository

if TYPE_CHECKING:
    from lessonguard.git.past_changes import PastChanges

_UNSHALLOW = "Fetch all of the history: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout."


def branch_change(repository: Repository, *, base: str | None, head: str) -> Change:
    """Return what `head` changed since it left `base` (the remote's default branch if None)."""
    tip = repository.resolve(base or repository.default_base())
    commit = repository.resolve(head)
    start = repository.merge_base(tip, commit)
    return Change(base=start, tip=tip, head=commit, files=repository.changed_files(start, commit))


def worktree_change(repository: Repository, *, base: str | None) -> Change:
    """Return what the work tree, with untracked files, changed since HEAD left `base`."""
    tip = repository.resolve(base or repository.default_base())
    start = repository.merge_base(tip, repository.resolve("HEAD"))
    tree = repository.worktree()
    return Change(base=start, tip=tip, head=tree, files=repository.changed_files(start, tree))


def staged_change(repository: Repository) -> Change:
    """Return what the index changes against HEAD; HEAD is then the tip as well."""
    tip = repository.resolve("HEAD")
    tree = repository.staged()
    return Change(base=tip, tip=tip, head=tree, files=repository.changed_files(tip, tree))


def past_changes(
    repository: Repository, *, last: int | None = None, since: date | None = None, span: str | None = None
) -> PastChanges:
    """Return changes that came into the default branch, or into HEAD if there is none, the newest first.

    These are the `last` changes or those `since` a day (UTC); or else those in a `span` such as `v1..main`.
    Raise `GitError` if there are none because the clone is shallow.
    """
    history = repository.history()
    if span is None:
        try:
            branch = history.name(repository.default_base())
        except GitError:
            branch = "HEAD"
        past = history.past_changes(repository.resolve(branch), branch=branch, last=last, since=since)
    else:
        after, _, tip = span.partition("..")
        if tip.startswith("."):
            raise UsageError(
                f"Cannot use the range {span}: it has three dots.", hint=f"Write two: {after}..{tip[1:]}"
            )
        excluded, newest = repository.resolve(after or "HEAD"), repository.resolve(tip or "HEAD")
        past = history.past_changes(newest, branch=span, after=excluded)
    if past.cut and not past.changes:
        problem = f"Cannot replay changes: this clone is shallow, its history begins at {short(past.cut)}."
        raise GitError(problem, hint=_UNSHALLOW)
    return past
