"""Fetch what a partial clone lacks, all at once instead of one by one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lessonguard.change.command import Git
from lessonguard.change.model import BlobId
from lessonguard.errors import GitError

_PROMISORS = r"^(remote\..*\.promisor|extensions\.partialclone)$"
_SHA1_DIGITS = 40


def fetch_missing(git: Git, blobs: Iterable[BlobId]) -> None:
    """Fetch those of the blobs that a partial clone lacks; do nothing in any other repository.

    Git itself would fetch one at a time as they are read. Raise `GitError` if it takes a fetch
    and that fails.
    """
    missing = _missing(git, list(blobs)) if _is_partial(git) else []
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


def _is_partial(git: Git) -> bool:
    """Tell by the packs, which Git marks: objects may lack only where such a pack refers to them."""
    return any((git.common / "objects" / "pack").glob("*.promisor"))


def _missing(git: Git, blobs: list[BlobId]) -> list[str]:
    """Look the blobs up as a repository would that has the same objects, but nobody to fetch from."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - slow to load, and few clones are partial

    form = "sha1" if len(blobs[0]) == _SHA1_DIGITS else "sha256"
    with TemporaryDirectory(prefix="lessonguard-") as folder:
        empty = Git(directory=Path(folder), common=Path(folder), top=None)
        empty.run("init", "--quiet", "--bare", "--template=", f"--object-format={form}", to="look for files")
        answer = empty.extended(GIT_OBJECT_DIRECTORY=str(git.common / "objects")).run(
            *("cat-file", "--batch-check=%(objectname)"),
            to="look for files",
            stdin="".join(f"{blob}\n" for blob in blobs).encode(),
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
