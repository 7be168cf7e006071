"""A cache of parsed lessons in one file; losing it costs time and nothing else."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any


def read_cache(path: Path) -> dict[str, Any]:
    """Return what `write_cache` wrote: JSON values by key.

    Whatever does not look like the complete work of this very version of lessonguard is as good as empty:
    no file, no permission, another version, a half-written or damaged file.
    """
    # Of 200,000 brackets in each other, Python's JSON raises RecursionError, which is no ValueError.
    with suppress(OSError, ValueError, RecursionError):
        header, _, body = path.read_bytes().partition(b"\n")
        if header == _header(body) and isinstance(entries := json.loads(body), dict):
            return entries
    return {}


def write_cache(path: Path, entries: Mapping[str, Any]) -> None:
    """Replace the file as a whole, so that other processes see the old one or the new one.

    A folder that cannot be written is no error: a read-only checkout works, only slower.
    """
    body = json.dumps(entries, separators=(",", ":")).encode()
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    # Two processes may write at once, because scans run side by side, so each has a file of its own.
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            unfinished.write_bytes(_header(body) + b"\n" + body)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def _header(body: bytes) -> bytes:
    return f"lessonguard lessons {_version()} {zlib.crc32(body)}".encode()


@cache
def _version() -> str:
    """Return a checksum of the sources of this package.

    A version number would not do: in a checkout the code changes and its version does not.
    """
    checksum = 0
    for source in sorted(Path(__file__).parent.glob("*.py")):
        checksum = zlib.crc32(source.read_bytes(), checksum)
    return f"{checksum:08x}"
