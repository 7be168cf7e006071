"""Look at the objects of a repository as if nothing else were there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from lessonguard.git.command import Git

_SHA1_DIGITS = 40
_NOBODY = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "XDG_CONFIG_HOME": "/dev/null",  # has attributes of its own
}


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
