"""The files of a fix, before and after, as far as a rule could be about them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from lessonguard.authoring.language import DATA, language_of
from lessonguard.authoring.new.fix.spots import Sources, is_side_issue
from lessonguard.git.changes import ChangedFile, CommitId, FileVersion, Hunk
from lessonguard.git.repository import Repository
from lessonguard.record import record
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.targets import MAX_BYTES


@record
class Touched:
    """What a fix touched: paths that matter, those that can be read, and what was left out, in words."""

    paths: tuple[str, ...]
    sources: tuple[Sources, ...]
    left_out: tuple[str, ...]


def read_touched(
    repository: Repository, parent: CommitId, commit: CommitId, *, languages: Languages, folder: str
) -> Touched:
    """Read the files in which two commits differ; those in `folder`, the lessons, do not count.

    Tests and the like are left out, unless they are all that there is: then the fix is about them.
    """
    files = [
        file
        for file in repository.changed_files(parent, commit)
        if not file.path.startswith(f"{folder}/") and file.path.isprintable()
    ]
    main = [file for file in files if not is_side_issue(file.path)] or files
    aside = [file.path for file in files if file not in main]
    reader = _Reader(repository, languages, main)
    made = [(file, reader.read(file)) for file in main]
    return Touched(
        paths=tuple(file.path for file in main),
        sources=tuple(sources for _, sources in made if isinstance(sources, Sources)),
        left_out=(
            *(f"{file.path}: {why}" for file, why in made if isinstance(why, str)),
            *(f"{path}: a test, a document or the like" for path in aside),
        ),
    )


class _Reader:
    """Reads all contents at once, then makes something of each file."""

    def __init__(self, repository: Repository, languages: Languages, files: Sequence[ChangedFile]) -> None:
        self._languages = languages
        sides = [side for file in files for side in (file.base, file.head) if side]
        self._contents = repository.read_blobs([side.blob for side in sides], limit=MAX_BYTES)
        pairs = [(file.base.blob, file.head.blob) for file in files if file.base and file.head]
        self._hunks = repository.hunks(pairs)

    def read(self, file: ChangedFile) -> Sources | str:
        """Give both versions of a file, or say why there are none to look at."""
        if file.base is None or file.head is None:
            return "it is new" if file.head else "it is gone"
        texts = [self._text(side) for side in (file.base, file.head)]
        language = self._language(file.head)
        if None in texts:
            return "it is not text in UTF-8, or too large"
        if not language:
            return "Semgrep reads no language of that name"
        before, after = (text.removesuffix("\n").split("\n") for text in texts if text is not None)
        return Sources(
            before_path=file.base.path,
            after_path=file.head.path,
            before=before,
            after=after,
            hunks=self._hunks[file.base.blob, file.head.blob],
            language=language,
        )

    def _language(self, version: FileVersion) -> str:
        content = self._contents[version.blob]
        script = content if version.executable and isinstance(content, bytes) else b""
        return language_of(version.path, self._languages, script=script)

    def _text(self, version: FileVersion) -> str | None:
        content = self._contents[version.blob]
        if isinstance(content, int) or b"\0" in content:
            return None
        with suppress(UnicodeDecodeError):
            return content.decode("utf-8-sig").replace("\r\n", "\n")
        return None


def main_language(sources: Sequence[Sources]) -> str:
    """Give the language in which most lines were changed; one of programs before one of data."""
    sizes: dict[str, int] = {}
    for each in sources:
        sizes[each.language] = sizes.get(each.language, 0) + _size(each.hunks)
    return max(sizes, key=lambda name: (name not in DATA, sizes[name]), default="")


def _size(hunks: Sequence[Hunk]) -> int:
    return sum(hunk.base_count + hunk.head_count for hunk in hunks)
