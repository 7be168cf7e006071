"""Where the remotes of a repository are."""

from __future__ import annotations

import re
from pathlib import Path

from lessonguard.errors import GitError
from lessonguard.git.command import complaint
from lessonguard.process import run

_HOST = re.compile(
    r"(?:[a-z+]+://(?:[^@/]*@)?(?P<host>[^/:]+)|(?:[^@/:]+@)?(?P<scp>[^/:]+):(?!//))", re.IGNORECASE
)


def remote_hosts(folder: Path) -> frozenset[str]:
    """Give the hosts that the repository around a folder fetches from and pushes to, in lower case.

    A host may be an alias of the user's for SSH. Remotes that are folders have none. `url.*.insteadOf`
    counts. Raise `GitError` if Git cannot list the remotes.
    """
    result = run(["git", "remote", "--verbose"], cwd=folder)
    if result.returncode:
        raise GitError(f"Cannot list the remotes of {folder}: {complaint(result.stderr)}.")
    rows = [line.partition("\t")[2] for line in result.stdout.decode("utf-8", "replace").splitlines()]
    hosts = [found["host"] or found["scp"] for row in rows if (found := _HOST.match(row))]
    return frozenset(host.lower() for host in hosts)
