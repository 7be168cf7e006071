"""The code that a fix changed: its files before and after, and the places in them that examples can show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import PurePosixPath

from lessonguard.authoring.new.fix.blocks import dedent, find_blocks
from lessonguard.authoring.tree import DATA, language_of
from lessonguard.git.changes import ChangedFile, CommitId, FileVersion, Hunk, LineMap
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import is_lesson_path
from lessonguard.record import record
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.targets import MAX_BYTES

# An example is read on one screen, beside the keys of the lesson, so it has at most 30 lines.
_MAX_EXAMPLE_LINES = 30

# Code with longer lines is minified or generated: nobody compares two such lines by eye.
_MAX_LINE_CHARACTERS = 300

# As many lines around a change as `git diff` shows by default, see https://git-scm.com/docs/git-diff (-U).
_CONTEXT_LINES = 3

_TESTS_AND_DOCUMENTS = re.compile(
    r"(?:^|/)(?:tests?|__tests__|spec|specs|testdata|fixtures?|docs?|examples?|vendor|node_modules|third_party)/"
    r"|(?:^|/)(?:test_[^/]*|conftest|[^/]*(?:_test|_spec|[.-]test|[.-]spec|Tests?|\.min|\.lock|-lock|\.pb|_pb2))"
    r"\.[^/]*$|\.(?:md|rst|txt|lock|sum|snap|svg)$|(?:^|/)(?:CHANGELOG|CHANGES|NEWS)[^/]*$"
)
_COMMENT_OR_IMPORT = re.compile(
    r"(?:#(?!\[|!|include\b|define\b)|//|/\*|\*(?:\s|/|$)|--\s|<!--|import\b|from\b.*\bimport\b|using\s+[\w.]+;|package\b|require\b)"
)


@record
class SourceFile:
    """A file before and after the fix: its paths, and its lines without line endings.

    `language` is the name that a rule would use.
    """

    before_path: str
    after_path: str
    before: Sequence[str]
    after: Sequence[str]
    hunks: Sequence[Hunk]
    language: str


@record
class Excerpt:
    """A range of lines of a file before the fix, and the same code after it; 1-based, end exclusive."""

    file: SourceFile
    before: range
    after: range

    @property
    def bad(self) -> str:
        """Return the code before the fix, without the indentation that all of its lines have."""
        return dedent([self.file.before[number - 1] for number in self.before])

    @property
    def good(self) -> str:
        """Return the code after the fix, without the indentation that all of its lines have."""
        return dedent([self.file.after[number - 1] for number in self.after])


@record
class ChangedPlace:
    """A changed place: the blocks of code around it, the best first, and how well it shows the fix.

    `changed` are the lines that the fix wrote, or the line beside what it deleted. `lines` are these with
    some context, whether or not they can be parsed alone. A larger `weight` shows the fix better.
    """

    file: SourceFile
    changed: range
    lines: Excerpt
    blocks: tuple[Excerpt, ...]
    weight: int


@record
class ChangedCode:
    """What a fix changed: all paths, the files that can be read, and in words what is left out."""

    paths: tuple[str, ...]
    files: tuple[SourceFile, ...]
    left_out: tuple[str, ...]


def is_test_or_document(path: str) -> bool:
    """Return whether a file is a test, a document, generated or from another project."""
    return bool(_TESTS_AND_DOCUMENTS.search(path)) or PurePosixPath(path).name.startswith(".")


def read_changed_code(
    repository: Repository, parent: CommitId, commit: CommitId, *, languages: Languages, folder: str
) -> ChangedCode:
    """Read the files that differ between two commits, except for lessons, which are in `folder`.

    Tests and documents are left out, unless the fix changed nothing else: then the fix is about them.
    """
    files = [
        file
        for file in repository.changed_files(parent, commit)
        if not is_lesson_path(file.path, folder=folder) and file.path.isprintable()
    ]
    # Some incidents are caused by tests: in 2018, a test suite emptied the production database of Travis CI.
    main = [file for file in files if not is_test_or_document(file.path)] or files
    reader = _Reader(repository, languages, main)
    read = [(file, reader.read(file)) for file in main]
    return ChangedCode(
        paths=tuple(file.path for file in main),
        files=tuple(source for _, source in read if isinstance(source, SourceFile)),
        left_out=(
            *(f"{file.path}: {why}" for file, why in read if isinstance(why, str)),
            *(f"{file.path}: a test, a document or generated" for file in files if file not in main),
        ),
    )


class _Reader:
    """Reads the contents of all files in one batch: in a partial clone, each read may ask the server."""

    def __init__(self, repository: Repository, languages: Languages, files: Sequence[ChangedFile]) -> None:
        self._languages = languages
        sides = [side for file in files for side in (file.base, file.head) if side]
        self._contents = repository.read_blobs([side.blob for side in sides], limit=MAX_BYTES)
        pairs = [(file.base.blob, file.head.blob) for file in files if file.base and file.head]
        self._hunks = repository.hunks(pairs)

    def read(self, file: ChangedFile) -> SourceFile | str:
        """Return both versions of a file, or in words why it cannot be an example."""

        def text(version: FileVersion) -> str | None:
            content = self._contents[version.blob]
            if isinstance(content, int) or b"\0" in content:
                return None
            with suppress(UnicodeDecodeError):
                return content.decode("utf-8-sig").replace("\r\n", "\n")
            return None

        if file.base is None or file.head is None:
            return "the fix added this file" if file.head else "the fix deleted this file"
        texts = [text(side) for side in (file.base, file.head)]
        if None in texts:
            return "it is not text in UTF-8, or too large"
        content = self._contents[file.head.blob]
        script = content if file.head.executable and isinstance(content, bytes) else b""
        language = language_of(file.head.path, self._languages, script=script)
        if not language:
            return "Semgrep knows no language for this file name"
        before, after = (found.removesuffix("\n").split("\n") for found in texts if found is not None)
        return SourceFile(
            before_path=file.base.path,
            after_path=file.head.path,
            before=before,
            after=after,
            hunks=self._hunks[file.base.blob, file.head.blob],
            language=language,
        )


def main_language(files: Sequence[SourceFile]) -> str:
    """Return the language with the most changed lines; a programming language before one of data."""
    sizes: dict[str, int] = {}
    for file in files:
        size = sum(hunk.base_count + hunk.head_count for hunk in file.hunks)
        sizes[file.language] = sizes.get(file.language, 0) + size
    return max(sizes, key=lambda name: (name not in DATA, sizes[name]), default="")


def find_changed_places(file: SourceFile) -> list[ChangedPlace]:
    """List the changed places of a file, the best example first; not comments, imports and blank lines.

    Replaced code is a better example than added code, and that is better than removed code; then a small
    change is better than a large one. Changes in one function are one place. New functions are left out:
    there is no code before them.
    """
    places: dict[range, ChangedPlace] = {}
    for hunk in file.hunks:
        removed, added = _count_code(file.before, hunk.base_lines), _count_code(file.after, hunk.head_lines)
        if not (removed or added):
            continue
        # The kind of change first: 1,000 is more than the sizes differ by, which are cut off at 999 lines.
        kind = 3 if removed and added else 2 if added else 1
        weight = kind * 1000 - min(removed + added, 999)
        blocks = tuple(_blocks(file, hunk))
        is_new = bool(blocks) and not blocks[0].bad.strip() and len(blocks[0].after) > 1
        blocks = tuple(block for block in blocks if block.bad.strip())
        key = blocks[0].after if blocks else hunk.head_lines
        if not is_new and (key not in places or places[key].weight < weight):
            places[key] = ChangedPlace(
                file=file,
                changed=hunk.head_lines or _line_beside(hunk.head_lines, file.after),
                lines=_with_context(file, hunk),
                blocks=blocks,
                weight=weight,
            )
    return sorted(places.values(), key=lambda place: -place.weight)


def _count_code(lines: Sequence[str], numbers: Iterable[int]) -> int:
    """Count the lines that are neither blank nor punctuation, and no comments or imports."""
    texts = [lines[number - 1].strip() for number in numbers]
    return sum(bool(re.search(r"\w", text)) and not _COMMENT_OR_IMPORT.match(text) for text in texts)


def _blocks(file: SourceFile, hunk: Hunk) -> Iterator[Excerpt]:
    """List the blocks around a change that are short enough on both sides; a short file is one, too."""
    lines = LineMap(file.hunks)
    # Blank lines at the ends of a hunk belong to no function, so they would make the block too large.
    written = [number for number in hunk.head_lines if file.after[number - 1].strip()]
    after = range(written[0], written[-1] + 1) if written else _line_beside(hunk.head_lines, file.after)
    whole = range(1, len(file.after) + 1)
    blocks = find_blocks(file.after, after, most=_MAX_EXAMPLE_LINES)
    for block in (*blocks, *([whole] if len(whole) <= _MAX_EXAMPLE_LINES else [])):
        before = lines.region(block.start, block.stop - 1)
        excerpt = Excerpt(file=file, before=before, after=block)
        widest = max(map(len, f"{excerpt.bad}{excerpt.good}".split("\n")))
        if len(before) <= _MAX_EXAMPLE_LINES and widest <= _MAX_LINE_CHARACTERS:
            yield excerpt


def _with_context(file: SourceFile, hunk: Hunk) -> Excerpt:
    first = max(1, hunk.head_lines.start - _CONTEXT_LINES)
    end = min(max(first, hunk.head_lines.stop - 1 + _CONTEXT_LINES), first + _MAX_EXAMPLE_LINES)
    last = min(len(file.after), end)
    before = LineMap(file.hunks).region(first, last)
    return Excerpt(file=file, before=before[:_MAX_EXAMPLE_LINES], after=range(first, last + 1))


def _line_beside(gap: range, lines: Sequence[str]) -> range:
    """Return the line before a gap, or the first line if the gap is at the top of the file."""
    number = max(1, min(gap.start - 1, len(lines)))
    return range(number, number + 1)
