"""Which change is meant: a branch, what is staged, or the work tree; or which past ones."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from lessonguard.errors import GitError, UsageError
from lessonguard.git.changes import Change, CommitId
from lessonguard.git.repository import Repository

if TYPE_CHECKING:
    from lessonguard.git.past_changes import PastChanges

_UNSHALLOW = "Fetch all of the history: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout."


def branch_change(repository: Repository, *, base: str | None, head: str) -> Change:
    """Give what `head` changed since it left `base` (the remote's default branch if None)."""
    tip = repository.resolve(base or repository.default_base())
    judged = repository.resolve(head)
    return _change(repository, base=repository.merge_base(tip, judged), tip=tip, head=judged)


def worktree_change(repository: Repository, *, base: str | None) -> Change:
    """Give what the work tree, with untracked files, changed since HEAD left `base`."""
    tip = repository.resolve(base or repository.default_base())
    left = repository.merge_base(tip, repository.resolve("HEAD"))
    return _change(repository, base=left, tip=tip, head=repository.worktree())


def staged_change(repository: Repository) -> Change:
    """Give what the index changes against HEAD; HEAD is then the tip as well."""
    tip = repository.resolve("HEAD")
    return _change(repository, base=tip, tip=tip, head=repository.staged())


def past_changes(
    repository: Repository, *, last: int | None = None, since: date | None = None, span: str | None = None
) -> PastChanges:
    """Give changes that came into the default branch, or into HEAD where none is known.

    The `last` so many or those `since` a day (UTC); or else what a `span` such as `v1..main` has.
    Raise `GitError` if there are none because the clone is shallow.
    """
    walk = repository.walk()
    if span is None:
        branch = walk.name(_default_branch(repository))
        past = walk.back_from(repository.resolve(branch), branch=branch, last=last, since=since)
    else:
        after, _, tip = span.partition("..")
        if tip.startswith("."):
            raise UsageError(f"{span} has three dots.", hint=f"Write two: {after}..{tip[1:]}")
        excluded, newest = repository.resolve(after or "HEAD"), repository.resolve(tip or "HEAD")
        past = walk.back_from(newest, branch=span, after=excluded)
    if past.cut and not past.changes:
        problem = f"There is nothing to replay: this clone is shallow, its history begins at {past.cut[:12]}."
        raise GitError(problem, hint=_UNSHALLOW)
    return past


def _default_branch(repository: Repository) -> str:
    try:
        return repository.default_base()
    except GitError:
        return "HEAD"


def _change(repository: Repository, *, base: CommitId, tip: CommitId, head: CommitId) -> Change:
    return Change(base=base, tip=tip, head=head, files=repository.changed_files(base, head))
