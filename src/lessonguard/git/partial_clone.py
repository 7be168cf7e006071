"""Partial clones: which objects are missing, and fetching them all at once instead of one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId, CommitId
from lessonguard.git.command import Git

# Both ways to name the remotes of a partial clone; the second is that of Git before 2.24.
# See https://git-scm.com/docs/partial-clone#_using_many_promisor_remotes
_PROMISORS = r"^(remote\..*\.promisor|extensions\.partialclone)$"

# A SHA-256 has 64: https://git-scm.com/docs/hash-function-transition
_SHA1_DIGITS = 40

# Settings and attributes of nobody: https://git-scm.com/docs/git#_environment_variables
_NO_CONFIG = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "XDG_CONFIG_HOME": "/dev/null",  # else Git reads `git/attributes` there: `core.attributesFile`
}


def has_commits(git: Git, commits: Sequence[CommitId]) -> bool:
    """Return whether these commits are here with all of their trees; fetch nothing."""
    if not commits:
        return True
    with offline(git, like=commits[0]) as local:
        names = [f"{commit}^{{{kind}}}" for commit in commits for kind in ("commit", "tree")]
        if missing_objects(local, names):
            return False
        # Only a partial clone can have the top of a tree without the rest, made with `--filter=tree:0`.
        walk = ("rev-list", "--no-walk", "--objects", "--filter=blob:none", "--quiet")
        return not git.is_partial or not local.attempt(*walk, *commits).returncode


def fetch_missing(git: Git, blobs: Sequence[BlobId]) -> None:
    """Fetch, at once, those of the blobs that a partial clone lacks.

    Git itself would fetch one after the other as they are read. Raise `GitError` if the fetch fails.
    """
    with offline(git, like=blobs[0]) as local:
        missing = missing_objects(local, blobs)
    if not missing:
        return
    failures = []
    for remote in _promisors(git):
        # As Git itself fetches what it lacks: `fetch_objects` in its promisor-remote.c.
        failure = git.fetch(remote, "--filter=blob:none", wanted=missing, negotiate=False)
        if not failure:
            return
        failures.append(f"{remote}: {failure}")
    why = "; ".join(failures) or "it names no remote to fetch them from"
    raise GitError(
        f"Cannot fetch the contents of {len(missing)} files that this partial clone lacks: {why}.",
        hint="Try again when the remote can be reached, or fetch all: `git fetch --refetch --no-filter`.",
    )


def create_repository(folder: Path, *, like: str) -> Git:
    """Create an empty bare repository in a folder, for object names such as `like`: SHA-1 or SHA-256."""
    git = Git(directory=folder, common=folder, top=None)
    form = "sha1" if len(like) == _SHA1_DIGITS else "sha256"
    git.run("init", "--quiet", "--bare", "--template=", f"--object-format={form}", to="make a repository")
    return git


@contextmanager
def offline(git: Git, *, like: str) -> Iterator[Git]:
    """Provide a Git with the same objects, but without anybody's settings, attributes or remotes.

    So what is missing is missing, and is not fetched. `like` as in `create_repository`.
    """
    # Loaded here, because `tempfile` brings much along, and few clones are partial.
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    with TemporaryDirectory(prefix="lessonguard-") as folder:
        empty = create_repository(Path(folder), like=like)
        yield empty.extended(**git.variables, **_NO_CONFIG, GIT_OBJECT_DIRECTORY=str(git.common / "objects"))


def missing_objects(git: Git, names: Iterable[str]) -> list[str]:
    """List those names, in order, for which there is no object here; Git may fetch it unless `offline`.

    A name may also be one as `<commit>^{tree}`.
    """
    answer = git.run(
        *("cat-file", "--batch-check=%(objectname)"),
        to="look for objects",
        stdin="".join(f"{name}\n" for name in names).encode(),
    )
    lines = answer.decode().splitlines()
    return [line.removesuffix(" missing") for line in lines if line.endswith(" missing")]


def _promisors(git: Git) -> list[str]:
    result = git.attempt("config", "-z", "--get-regexp", _PROMISORS)
    rows = [row.split("\n") for row in result.stdout.decode("utf-8", "surrogateescape").split("\0") if row]
    names = {
        value if key == "extensions.partialclone" else key.removeprefix("remote.").removesuffix(".promisor")
        for key, value in rows
        if value != "false"
    }
    return sorted(names, key=lambda name: (name != "origin", name))
