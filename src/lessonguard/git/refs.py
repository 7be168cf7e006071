"""Ask a server where its refs are now, without a repository of our own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lessonguard.errors import GitError
from lessonguard.git.changes import CommitId
from lessonguard.git.command import complaint
from lessonguard.process import TimeLimitError, run

_TIMEOUT = 60.0


def remote_commits(url: str, refs: Iterable[str], *, variables: Mapping[str, str]) -> Mapping[str, CommitId]:
    """Give the commit of each ref, by its full name (`refs/heads/main`); of an annotated tag, its target.

    A ref that the server does not have is left out. `variables` are added to Git's environment.
    Raise `GitError` if the server cannot be asked.
    """
    wanted = list(dict.fromkeys(refs))
    patterns = [pattern for name in wanted for pattern in (name, f"{name}^{{}}")]
    try:
        # At the root, so that no repository, and so no setting of one, is found.
        result = run(
            ["git", "-c", "core.askPass=", "ls-remote", "--quiet", "--", url, *patterns],
            cwd="/",
            variables=variables,
            timeout=_TIMEOUT,
        )
    except TimeLimitError as error:
        raise GitError(f"Cannot ask {url} for its branches: {error.message}") from error
    if result.returncode:
        raise GitError(f"Cannot ask {url} for its branches: {complaint(result.stderr)}.")
    rows = [line.split("\t") for line in result.stdout.decode("utf-8", "surrogateescape").splitlines()]
    found = {name: commit for commit, name in rows}
    # A pattern also matches the ends of longer names, so each is looked up in full.
    return {name: CommitId(found.get(f"{name}^{{}}", found[name])) for name in wanted if name in found}
