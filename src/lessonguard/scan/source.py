"""The text of one version of a file, addressed by byte, by line and by token."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property

from lessonguard.scan.finding import Position, SourceLine

_TOKEN = re.compile(r"\w+|[^\w\s]")


def tokenize(text: str) -> tuple[str, ...]:
    """Split code into words and single signs, so that white space no longer matters."""
    return tuple(_TOKEN.findall(text))


class Source:
    """A file's content, with lines as Git counts them: ended by a line feed and nothing else.

    Lines are 1-based, offsets 0-based bytes. Bytes that are not UTF-8 count as one character
    each. `content` has no byte order mark.
    """

    def __init__(self, content: bytes) -> None:
        """Keep the content; everything else is computed when asked for."""
        self.content = content
        self._excerpts: dict[int, SourceLine] = {}

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(rb"\n", self.content))]

    @property
    def line_count(self) -> int:
        """Count the lines; an end without a line feed still ends a line."""
        return len(self._starts) - (self._starts[-1] == len(self.content))

    def line_at(self, offset: int) -> int:
        """Give the line that holds the byte at `offset`."""
        return bisect_right(self._starts, offset)

    def lines_of(self, start: int, end: int) -> range:
        """Give the lines that the bytes from `start` to before `end` stand on."""
        first = self.line_at(start)
        return range(first, self.line_at(max(start, end - 1)) + 1)

    def position(self, offset: int) -> Position:
        """Translate a byte offset to a line and a column in characters."""
        line = self.line_at(offset)
        before = self.content[self._starts[line - 1] : offset]
        return Position(line=line, column=len(_decode(before)) + 1)

    def text(self, start: int, end: int) -> str:
        """Give the text between two byte offsets; undecodable bytes are replaced."""
        return _readable(self.content[start:end])

    def line(self, number: int) -> SourceLine:
        """Give one whole line without its ending; an empty one beyond the end of the file."""
        return SourceLine(number=number, text=_readable(self._line_bytes(number)))

    def excerpt(self, lines: Sequence[int]) -> tuple[SourceLine, ...]:
        """Give some whole lines as `line` does, to be kept: whoever asks for the same gets the same.

        A line may be as long as the file, and thousands of matches may stand on it.
        """
        for number in lines:
            if number not in self._excerpts:
                self._excerpts[number] = self.line(number)
        return tuple(self._excerpts[number] for number in lines)

    def tokens(self, lines: range, *, without: Iterable[tuple[int, int]] = ()) -> tuple[str, ...]:
        """Give the tokens of some whole lines; the bytes of `without` (start, end) count as a sign."""
        if not lines:
            return ()
        offset = self._starts[lines.start - 1]
        text = bytearray(self.content[offset : self._end(lines.stop - 1)])
        for start, end in without:
            first, last = max(0, start - offset), max(0, end - offset)
            text[first:last] = re.sub(rb"[^\n]", b"\0", text[first:last])
        return tokenize(_decode(bytes(text)))

    def token_text(self, start: int, end: int) -> tuple[str, ...]:
        """Give the tokens between two byte offsets."""
        return tokenize(_decode(self.content[start:end]))

    def raw_lines(self, lines: range) -> bytes:
        """Give some whole lines as they stand, except for the ending of the last."""
        return self.content[self._starts[lines.start - 1] : self._end(lines.stop - 1)].removesuffix(b"\n")

    def byte_count(self, lines: range) -> int:
        """Give how long some whole lines are, in bytes."""
        return self._end(lines.stop - 1) - self._starts[lines.start - 1] if lines else 0

    def _line_bytes(self, number: int) -> bytes:
        if not 0 < number <= len(self._starts):
            return b""
        return self.content[self._starts[number - 1] : self._end(number)].rstrip(b"\r\n")

    def _end(self, number: int) -> int:
        return self._starts[number] if number < len(self._starts) else len(self.content)


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _readable(data: bytes) -> str:
    return re.sub("[\udc80-\udcff]", "\N{REPLACEMENT CHARACTER}", _decode(data))
