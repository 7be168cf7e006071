"""Write new files, as a whole or not at all, and never over others."""

from __future__ import annotations

import os
from pathlib import Path


def create_file(path: Path, data: bytes) -> None:
    """Give a file its name when it is complete, and make the folders that it is in.

    Raise `FileExistsError` if the name is taken, be it by a link that leads nowhere, and `OSError` if the
    file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(data)
        try:
            path.hardlink_to(unfinished)
        except FileExistsError:
            raise
        except OSError:  # a file system that knows no second names
            with path.open("xb") as file:
                file.write(data)
    finally:
        unfinished.unlink(missing_ok=True)


def shown_path(path: Path) -> str:
    """Give a path as one would type it here."""
    return os.path.relpath(path)
