"""The commit that fixed an incident → the code before and after it, as examples for a lesson."""

from __future__ import annotations

import re

from lessonguard.authoring.new.draft import Draft, Fix, Statement
from lessonguard.authoring.new.fix.pairs import choose_pairs
from lessonguard.authoring.new.fix.sources import main_language, read_touched
from lessonguard.errors import GitError
from lessonguard.git.changes import CommitId
from lessonguard.git.past_changes import author_day, parse_commit
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import IncidentId
from lessonguard.semgrep.installed import Semgrep

_SHORT = 12
_PARENT = re.compile(rb"^parent ([0-9a-f]{40,64})$", re.MULTILINE)
_NUMBERED = re.compile(r"\s*\([#!]\d+\)$")


def read_fix(
    repository: Repository, revision: str, *, incident: IncidentId, semgrep: Semgrep, folder: str
) -> Draft:
    """Read what a commit tells of the incident that it fixed.

    A merge is compared with its first parent. The examples are of one language, the one in which most
    was changed, and at most three: the most telling places, with the function they are in if that is
    small, or else the files at the two commits. Lessons, in `folder`, are left aside, and so are tests
    and the like. Raise `GitError` if the commit or its parent is not here.
    """
    commit = repository.resolve(revision)
    [content] = repository.history().read_commits([commit])
    parent = _parent(repository, commit, content)
    about = parse_commit(content, commit=commit, base=parent or commit)
    origin = f"commit {commit[:_SHORT]}"
    statements = [
        Statement(
            key="title", text=_NUMBERED.sub("", about.title), origin=f"the subject of {origin}", is_guess=True
        ),
        Statement(
            key="date",
            text=author_day(content).isoformat(),
            origin=f"the author date of {origin}",
            is_guess=True,
        ),
    ]
    if parent is None:
        fix = Fix(fixed=commit, broken=None, paths=(), pairs=(), left_out=("it is the first commit",))
        return Draft(incident=incident, statements=tuple(statements), fix=fix)
    touched = read_touched(repository, parent, commit, languages=semgrep.languages, folder=folder)
    language = main_language(touched.sources)
    if language:
        statements.append(Statement(key="language", text=language, origin=f"the files of {origin}"))
    pairs, left_out = choose_pairs(touched.sources, language, commits=(parent, commit), semgrep=semgrep)
    fix = Fix(
        fixed=commit,
        broken=parent,
        paths=touched.paths,
        pairs=tuple(pairs),
        left_out=(*left_out, *touched.left_out),
    )
    return Draft(incident=incident, statements=tuple(statements), fix=fix)


def _parent(repository: Repository, commit: CommitId, content: bytes) -> CommitId | None:
    found = _PARENT.search(content.partition(b"\n\n")[0])
    if found is None:
        return None
    parent = CommitId(found[1].decode())
    if not repository.has([parent]):
        raise GitError(
            f"Cannot tell what {commit[:_SHORT]} changed: this clone lacks the commit before it.",
            hint="Fetch all of the history: `git fetch --unshallow`.",
        )
    return parent
