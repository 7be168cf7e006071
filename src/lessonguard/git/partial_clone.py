"""Fetch what a partial clone lacks, all at once instead of one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId, CommitId
from lessonguard.git.command import Git

_PROMISORS = r"^(remote\..*\.promisor|extensions\.partialclone)$"

_SHA1_DIGITS = 40
_NOBODY = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "XDG_CONFIG_HOME": "/dev/null",  # has attributes of its own
}


def fetch_missing(git: Git, blobs: Sequence[BlobId]) -> None:
    """Fetch those of the blobs that a partial clone lacks; do nothing in any other repository.

    Git itself would fetch one at a time as they are read. Raise `GitError` if it takes a fetch
    and that fails.
    """
    missing = _missing(git, blobs) if blobs and is_partial(git) else []
    if not missing:
        return
    words = []
    for remote in _promisors(git):
        # As Git fetches what it lacks itself (`fetch_objects` in promisor-remote.c).
        failure = git.fetch(remote, "--filter=blob:none", wanted=missing, negotiate=False)
        if not failure:
            return
        words.append(f"{remote}: {failure}")
    why = "; ".join(words) or "no remote is its promisor"
    raise GitError(
        f"Cannot fetch {len(missing)} files that this partial clone lacks ({why}).",
        hint="Try again when the remote can be reached.",
    )


def is_partial(git: Git) -> bool:
    """Tell by the packs, which Git marks: objects may lack only where such a pack refers to them."""
    return any((git.common / "objects" / "pack").glob("*.promisor"))


def has_commits(git: Git, commits: Sequence[CommitId]) -> bool:
    """Tell whether these commits, and the trees in them to the last, are here; fetch nothing."""
    if not commits:
        return True
    with offline(git, like=commits[0]) as alone:
        if missing_objects(
            alone, [f"{commit}^{{{kind}}}" for commit in commits for kind in ("commit", "tree")]
        ):
            return False
        # Only a partial clone can have the top of a tree without the rest (`--filter=tree:0`).
        walk = ("rev-list", "--no-walk", "--objects", "--filter=blob:none", "--quiet")
        return not is_partial(git) or not alone.attempt(*walk, *commits).returncode


def create_repository(folder: Path, *, like: str) -> Git:
    """Make an empty bare repository in a folder, for object names such as `like`: SHA-1 or SHA-256."""
    git = Git(directory=folder, common=folder, top=None)
    form = "sha1" if len(like) == _SHA1_DIGITS else "sha256"
    git.run("init", "--quiet", "--bare", "--template=", f"--object-format={form}", to="make a repository")
    return git


@contextmanager
def offline(git: Git, *, like: str) -> Iterator[Git]:
    """Give a Git with the same objects, but without anybody's settings, attributes or remotes.

    So what is missing is missing, and not fetched. `like` as in `create_repository`.
    """
    # Loaded here, because temporary folders bring much along, and few clones are partial.
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    with TemporaryDirectory(prefix="lessonguard-") as folder:
        empty = create_repository(Path(folder), like=like)
        yield empty.extended(**git.variables, **_NOBODY, GIT_OBJECT_DIRECTORY=str(git.common / "objects"))


def missing_objects(git: Git, names: Iterable[str]) -> list[str]:
    """Give those names, in order, for which there is no object here; Git may fetch it unless `offline`.

    A name may also be one as `<commit>^{tree}`.
    """
    answer = git.run(
        *("cat-file", "--batch-check=%(objectname)"),
        to="look for objects",
        stdin="".join(f"{name}\n" for name in names).encode(),
    )
    lines = answer.decode().splitlines()
    return [line.removesuffix(" missing") for line in lines if line.endswith(" missing")]


def _missing(git: Git, blobs: Sequence[BlobId]) -> list[str]:
    with offline(git, like=blobs[0]) as alone:
        return missing_objects(alone, blobs)


def _promisors(git: Git) -> list[str]:
    result = git.attempt("config", "-z", "--get-regexp", _PROMISORS)
    rows = [row.split("\n") for row in result.stdout.decode("utf-8", "surrogateescape").split("\0") if row]
    names = {
        value if key == "extensions.partialclone" else key.removeprefix("remote.").removesuffix(".promisor")
        for key, value in rows
        if value != "false"
    }
    return sorted(names, key=lambda name: (name != "origin", name))
