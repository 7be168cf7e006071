"""Read what `git diff-tree` prints: the list of changed files, and the hunks of a patch."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lessonguard.git.changes import BlobId, ChangedFile, FileVersion, Hunk

# Options of git-diff-tree(1) for a list of changed files, and for finding which of them were renamed:
# half of a file must have stayed, as in `git diff`, and beyond 1,000 candidates only equal files are paired,
# because the time grows with their square: https://git-scm.com/docs/git-diff-tree
LISTING = ("--raw", "-r", "-z", "--no-abbrev")
RENAMES = ("-M50%", "-l1000")

# The modes of regular files, and whether they are executable; 120000 is a symlink and 160000 a submodule.
# See https://git-scm.com/docs/git-fast-import, `filemodify`
_REGULAR = {"100644": False, "100755": True}
_SUBMODULE = "160000"

_INDEX = re.compile(r"^index ([0-9a-f]{40,})\.\.([0-9a-f]{40,})", re.MULTILINE)

_HEADER = re.compile(
    r"^@@ -(?P<base>[0-9]+)(?:,(?P<base_count>[0-9]+))? \+(?P<head>[0-9]+)(?:,(?P<head_count>[0-9]+))? @@",
    re.MULTILINE,
)


def parse_raw(listing: bytes) -> tuple[ChangedFile, ...]:
    """Return the changed regular files of a listing by `LISTING`, sorted by path.

    Symlinks and submodules are left out; a symlink that became a file counts as added, a file
    that became one as deleted.
    """
    # One record: `:100644 100644 <base> <head> R87`, NUL, the path, NUL; renames and copies have two paths.
    # See https://git-scm.com/docs/git-diff-tree#_raw_output_format
    fields = iter(listing.decode("utf-8", "surrogateescape").split("\0")[:-1])
    files = []
    for heading in fields:
        base_mode, head_mode, base_blob, head_blob, status = heading.removeprefix(":").split(" ")
        base_path = next(fields)
        head_path = next(fields) if status.startswith(("R", "C")) else base_path
        base = _version(base_mode, base_blob, base_path)
        head = _version(head_mode, head_blob, head_path)
        if base or head:
            files.append(ChangedFile(base=base, head=head))
    return tuple(sorted(files, key=lambda file: file.path))


def parse_listings(output: bytes) -> list[tuple[str, bytes]]:
    """Return the name of each commit, and its listing by `LISTING`, from what `--stdin` prints for many."""
    listings: list[tuple[str, list[bytes]]] = []
    fields = iter(output.split(b"\0")[:-1])
    for field in fields:
        if not field.startswith(b":"):
            listings.append((field.decode(), []))
            continue
        status = field.rpartition(b" ")[2]
        paths = [next(fields) for _ in range(2 if status.startswith((b"R", b"C")) else 1)]
        listings[-1][1].extend([field, *paths])
    return [(name, b"".join(field + b"\0" for field in listed)) for name, listed in listings]


def parse_raw_blobs(listing: bytes) -> tuple[BlobId, ...]:
    """Return the blobs of both sides that a listing by `LISTING` and `--no-renames` names, in its order.

    Symlinks have a blob, too: the path that they point to.
    """
    headings = listing.decode("utf-8", "surrogateescape").split("\0")[:-1:2]
    sides = []
    for heading in headings:
        base_mode, head_mode, base_blob, head_blob, _ = heading.removeprefix(":").split(" ")
        sides += [(base_mode, base_blob), (head_mode, head_blob)]
    return tuple(BlobId(blob) for mode, blob in sides if mode != _SUBMODULE and blob.strip("0"))


def parse_patch_hunks(patch: str) -> tuple[Hunk, ...]:
    """Return the hunks of one file's patch without its heading, in order; their lines include context.

    GitHub's `patch` of a file is such a patch:
    https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
    """
    # All lines but the headings of hunks begin with a space, `+`, `-` or `\`, so no content looks like one.
    return tuple(
        Hunk(
            base_start=int(found["base"]),
            base_count=int(found["base_count"] or 1),
            head_start=int(found["head"]),
            head_count=int(found["head_count"] or 1),
        )
        for found in _HEADER.finditer(patch)
    )


def parse_hunks(patch: bytes) -> Mapping[tuple[BlobId, BlobId], tuple[Hunk, ...]]:
    """Return the hunks of each file of a patch, by its base blob and its head blob, ordered by line.

    The patch comes from Git with `--full-index`: an `index` line names both blobs in full, so that
    file names, however quoted, do not matter. Contents need not be text.
    """
    if not patch:
        return {}
    from unidiff.patch import PatchSet  # noqa: PLC0415 - 15 ms that most scans need not spend

    # Any bytes are Latin-1. Git ends lines at "\n" only, but `str.splitlines` also at "\f" and U+2028.
    lines = [f"{line}\n" for line in patch.decode("latin-1").split("\n")[:-1]]
    hunks: dict[tuple[BlobId, BlobId], tuple[Hunk, ...]] = {}
    for file in PatchSet(lines, metadata_only=True):
        index = _INDEX.search("".join(file.patch_info or ()))
        if index is None:
            raise ValueError("a patch that does not name its blobs in full: see --full-index")
        hunks[BlobId(index[1]), BlobId(index[2])] = tuple(
            Hunk(
                base_start=hunk.source_start,
                base_count=hunk.source_length,
                head_start=hunk.target_start,
                head_count=hunk.target_length,
            )
            for hunk in file
        )
    return hunks


def _version(mode: str, blob: str, path: str) -> FileVersion | None:
    if mode not in _REGULAR:
        return None
    return FileVersion(path=path, blob=BlobId(blob), executable=_REGULAR[mode])
