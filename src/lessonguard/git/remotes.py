"""Remotes: which hosts they are on, and where a server's refs are now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from lessonguard.errors import GitError
from lessonguard.git.changes import CommitId
from lessonguard.git.command import error_text
from lessonguard.git.credentials import public_address
from lessonguard.process import TimeLimitError, run

# An address as https://git-scm.com/docs/git-fetch#_git_urls has it: a URL, or `user@host:path` as for scp.
_HOST = re.compile(
    r"(?:[a-z+]+://(?:[^@/]*@)?(?P<host>[^/:]+)|(?:[^@/:]+@)?(?P<scp>[^/:]+):(?!//))", re.IGNORECASE
)

# Seconds for the list of refs, which a server sends in one answer.
_TIMEOUT = 60.0

_UNREACHED = "Check the address, and that GITHUB_TOKEN may read the repository; then try again."


def remote_hosts(folder: Path) -> frozenset[str]:
    """Return the hosts that the repository around a folder fetches from and pushes to, in lower case.

    A host may be an alias of the user's for SSH. Remotes that are folders have none. `url.*.insteadOf`
    counts. Raise `GitError` if Git cannot list the remotes.
    """
    result = run(["git", "remote", "--verbose"], cwd=folder)
    if result.returncode:
        raise GitError(f"Cannot list the remotes of {folder}: {error_text(result.stderr)}.")
    rows = [line.partition("\t")[2] for line in result.stdout.decode("utf-8", "replace").splitlines()]
    hosts = [found["host"] or found["scp"] for row in rows if (found := _HOST.match(row))]
    return frozenset(host.lower() for host in hosts)


def remote_commits(url: str, refs: Iterable[str], *, variables: Mapping[str, str]) -> Mapping[str, CommitId]:
    """Return the commit of each ref, by its full name (`refs/heads/main`); of an annotated tag, its target.

    A ref that the server does not have is left out. `variables` are added to Git's environment.
    Raise `GitError` if the server gives no answer.
    """
    problem = f"Cannot read the branches of {public_address(url)}"
    wanted = list(dict.fromkeys(refs))
    # `<tag>^{}` stands for the target of an annotated tag: https://git-scm.com/docs/git-ls-remote
    patterns = [pattern for name in wanted for pattern in (name, f"{name}^{{}}")]
    try:
        # At the root, so that Git finds no repository, and so no setting of one.
        result = run(
            ["git", "-c", "core.askPass=", "ls-remote", "--quiet", "--", url, *patterns],
            cwd="/",
            variables=variables,
            timeout=_TIMEOUT,
        )
    except TimeLimitError as error:
        raise GitError(f"{problem}: {error.message}", hint=_UNREACHED) from error
    if result.returncode:
        raise GitError(f"{problem}: {error_text(result.stderr)}.", hint=_UNREACHED)
    rows = [line.split("\t") for line in result.stdout.decode("utf-8", "surrogateescape").splitlines()]
    found = {name: commit for commit, name in rows}
    # A pattern also matches the ends of longer names, so each is looked up in full.
    return {name: CommitId(found.get(f"{name}^{{}}", found[name])) for name in wanted if name in found}
