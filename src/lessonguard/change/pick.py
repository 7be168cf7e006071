"""Which change is meant: a branch, what is staged, or the work tree."""

from __future__ import annotations

from lessonguard.change.git import Repository
from lessonguard.change.model import Change, CommitId


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


def _change(repository: Repository, *, base: CommitId, tip: CommitId, head: CommitId) -> Change:
    return Change(base=base, tip=tip, head=head, files=repository.changed_files(base, head))
