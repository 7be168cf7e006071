"""The diff of a pull request as GitHub shows it, made by the real Git: three lines of context."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_MOST_LINES = 20_000
_MOST_BYTES = 500_000
_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}


@dataclass(frozen=True, kw_only=True)
class DiffLine:
    """A line of a hunk: `sign` is `+`, `-` or a space, `position` as the API counts it.

    `left` is its number in base, `right` in head; None where it is not.
    """

    sign: str
    left: int | None
    right: int | None
    position: int

    def number(self, side: str) -> int | None:
        """Give the line's number on the side that a comment on it is to name.

        GitHub documents LEFT for deletions, and RIGHT for additions and context.
        """
        if side == "LEFT":
            return self.left if self.sign == "-" else None
        return self.right


@dataclass(frozen=True, kw_only=True)
class Hunk:
    """A hunk, with its text including the header."""

    lines: tuple[DiffLine, ...]
    text: tuple[str, ...]

    def find(self, line: int | None, side: str) -> DiffLine | None:
        """Give the line that a comment would be on, None if it is not in this hunk."""
        return next((each for each in self.lines if line and each.number(side) == line), None)

    def until(self, last: DiffLine) -> str:
        """Give the text from the header to this line, as `diff_hunk` has it."""
        first = self.lines[0].position - 1
        return "\n".join(self.text[: last.position - first + 1])


@dataclass(frozen=True, kw_only=True)
class FileDiff:
    """What changed in one file; `patch` is None where GitHub leaves it out."""

    path: str
    previous_path: str | None
    status: str
    blob: str
    mode: str
    hunks: tuple[Hunk, ...]
    patch: str | None
    additions: int = 0
    deletions: int = 0

    def find(self, line: int | None, side: str) -> tuple[Hunk, DiffLine] | None:
        """Give the place that a comment would be on, None if GitHub would refuse it."""
        for hunk in self.hunks if self.patch is not None else ():
            found = hunk.find(line, side)
            if found:
                return hunk, found
        return None


@dataclass(kw_only=True)
class _Section:
    """What stands after one `diff --git`."""

    hunks: list[Hunk] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    additions: int = 0
    deletions: int = 0
    is_shown: bool = True


def parse_diff(raw: bytes, patch: bytes) -> dict[str, FileDiff]:
    """Read `git diff --raw -z` and `git diff --patch` of the same commits; give files by path."""
    sections = iter(_sections(patch))
    files = {}
    for mode, blob, letter, paths in _entries(raw):
        own = [next(sections) for _ in range(2 if letter == "T" else 1)]
        file = _file(mode, blob, letter=letter, paths=paths, sections=own)
        files[file.path] = file
    return files


def _entries(raw: bytes) -> Iterator[tuple[str, str, str, list[str]]]:
    words = iter(raw.decode("utf-8", "surrogateescape").split("\0"))
    for word in words:
        if word:
            _, mode, old, new, status = word.split(" ")
            paths = [next(words) for _ in range(2 if status[0] in "RC" else 1)]
            yield mode, old if status == "D" else new, status[0], paths


def _file(mode: str, blob: str, *, letter: str, paths: list[str], sections: list[_Section]) -> FileDiff:
    hunks = tuple(hunk for section in sections for hunk in section.hunks)
    text = [line for section in sections for line in section.text]
    patch = "\n".join(text)
    is_huge = len(text) > _MOST_LINES or len(patch.encode()) > _MOST_BYTES
    is_shown = bool(hunks) and not is_huge and all(section.is_shown for section in sections)
    return FileDiff(
        path=paths[-1],
        previous_path=paths[0] if len(paths) > 1 else None,
        status=_STATUS[letter],
        blob=blob,
        mode=mode,
        hunks=hunks,
        patch=patch if is_shown else None,
        additions=sum(section.additions for section in sections),
        deletions=sum(section.deletions for section in sections),
    )


def _sections(patch: bytes) -> list[_Section]:
    """Split a patch by the counts in its hunk headers: content may look like a header."""
    sections: list[_Section] = []
    lines = patch.split(b"\n")
    index = 0
    while index < len(lines):
        line = lines[index]
        header = _HUNK.match(line)
        index += 1
        if line.startswith(b"diff --git "):
            sections.append(_Section())
        elif line.startswith((b"Binary files ", b"GIT binary patch")):
            sections[-1].is_shown = False
        elif header:
            index = _read_hunk(lines, index, section=sections[-1])
    return sections


def _read_hunk(lines: Sequence[bytes], index: int, *, section: _Section) -> int:
    """Read the hunk whose header is the line before `index`; return the index behind it."""
    header = _HUNK.match(lines[index - 1])
    assert header
    left, old_count, right, new_count = (int(text or 1) for text in header.groups())
    end = index
    ends = left + old_count, right + new_count
    found = []
    is_huge = old_count + new_count > 2 * _MOST_LINES  # nobody will ask for its lines
    while (left, right) != ends or lines[end].startswith(b"\\"):
        sign = lines[end][:1].decode("latin-1")
        if sign != "\\" and not is_huge:
            position = len(section.text) + end - index + 1
            found.append(_line(sign, left, right, position=position))
        left += sign in " -"
        right += sign in " +"
        section.additions += sign == "+"
        section.deletions += sign == "-"
        end += 1
    section.is_shown = section.is_shown and not is_huge
    if not is_huge:
        text = [line.decode("utf-8", "replace") for line in lines[index - 1 : end]]
        section.text += text
        section.hunks.append(Hunk(lines=tuple(found), text=tuple(text)))
    return end


def _line(sign: str, left: int, right: int, *, position: int) -> DiffLine:
    return DiffLine(
        sign=sign,
        left=None if sign == "+" else left,
        right=None if sign == "-" else right,
        position=position,
    )
