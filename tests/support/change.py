"""Everything that a scan learns about a change, and a repository with a change of every kind."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lessonguard.git.changes import BlobId, ChangedFile, CommitId, Hunk
from lessonguard.git.repository import Repository
from tests.support.repo import Repo

Pair = tuple[BlobId, BlobId]
LINES = "".join(f"line {number}\n" for number in range(30))


@dataclass(frozen=True, kw_only=True)
class Seen:
    """All that a scan learns about a change."""

    base: CommitId
    files: tuple[ChangedFile, ...]
    blobs: Mapping[BlobId, bytes | int]
    hunks: Mapping[Pair, tuple[Hunk, ...]]
    shown: Mapping[Pair, tuple[Hunk, ...]]


def pair_of(file: ChangedFile) -> Pair:
    """Return the two blobs of a file that base and head have."""
    assert file.base
    assert file.head
    return file.base.blob, file.head.blob


def see(path: Path, base: str = "main", head: str = "change") -> Seen:
    """Read everything about a change."""
    with Repository.open(path) as repository:
        tip = repository.resolve(head)
        start = repository.merge_base(repository.resolve(base), tip)
        files = repository.changed_files(start, tip)
        versions = [version for file in files for version in (file.base, file.head) if version]
        pairs = [pair_of(file) for file in files if file.base and file.head]
        return Seen(
            base=start,
            files=files,
            blobs=repository.read_blobs([version.blob for version in versions], limit=1_000_000),
            hunks=repository.hunks(pairs),
            shown=repository.shown_hunks(pairs),
        )


def build_change(path: Path) -> Repo:
    """Build a repository whose branch `change` does one of everything to files."""
    repo = Repo(path)
    repo.commit(
        "Start",
        {
            "kept.py": "kept\n",
            "edited.py": LINES,
            "old.py": LINES + "moved\n",
            "dead.py": "dead\n",
            "run.sh": "run\n",
            "crlf.py": "a\r\nb\r\n",
            "data.bin": b"\0\1\2\n\3\n",
            "notes.txt": "note\n",
        },
    )
    repo.branch("change")
    for name in ("dead.py", "old.py"):
        (repo.path / name).unlink()
    (repo.path / "run.sh").chmod(0o755)
    (repo.path / "link.py").symlink_to("kept.py")
    repo.write(
        {
            "edited.py": LINES.replace("line 3\n", "line three\n").replace("line 9\n", "") + "end",
            "new.py": LINES + "moved here\n",
            "added.py": "added\n",
            "crlf.py": "a\nb\nc\n",
            "data.bin": b"\0\1\2\n\4\n",
            'a "b"\t\n\\ä.py': "odd\n",
        }
    )
    (repo.path / os.fsdecode(b"\xff.py")).write_bytes(b"latin\n")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},module")
    repo.commit("Change")
    repo.switch("main").commit("Meanwhile", {"kept.py": "kept otherwise\n"})
    return repo


def numbers(hunks: Iterable[Hunk]) -> list[tuple[int, int, int, int]]:
    """Return the four numbers of each hunk."""
    return [(hunk.base_start, hunk.base_count, hunk.head_start, hunk.head_count) for hunk in hunks]


def hunks_of(seen: Seen, path: str) -> list[tuple[int, int, int, int]]:
    """Return the four numbers of each hunk of one file."""
    [file] = [file for file in seen.files if file.path == path]
    return numbers(seen.hunks[pair_of(file)])
