"""Past changes of a repository, as `backtest` finds them."""

from __future__ import annotations

from lessonguard.git.past_changes import PastChanges
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import past_changes
from tests.support.repo import Repo


def past(repo: Repo, **options: object) -> PastChanges:
    """Return the past changes that fit these options."""
    with Repository.open(repo.path) as repository:
        return past_changes(repository, **options)  # type: ignore[arg-type] # whatever a test gives


def subjects(found: PastChanges) -> list[str]:
    """Return the subjects of past changes, in order."""
    return [change.subject for change in found.changes]
