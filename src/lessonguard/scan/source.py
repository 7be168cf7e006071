"""The text of one version of a file, by byte, by line and by token; and whether other code survives in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property

from lessonguard.scan.finding import Position, SourceLine

_TOKEN = re.compile(r"\w+|[^\w\s]")
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")

# How many tokens may be missing at one place for the rest to count as the same code: `, timeout=5` is 4.
_LONGEST_GAP = 64

# At how many places surviving code is searched, so that minified code with one token over and over, such
# as `(`, takes bounded time.
_MOST_STARTS = 200


def tokenize(text: str) -> tuple[str, ...]:
    """Split code into words and single signs, so that white space no longer matters."""
    return tuple(_TOKEN.findall(text))


class Source:
    """A file's content, with lines as Git counts them: ended by a line feed and nothing else.

    Lines are 1-based, offsets 0-based bytes. Bytes that are not UTF-8 count as one character
    each. `content` has no byte order mark.
    """

    def __init__(self, content: bytes) -> None:
        """Take the content; everything else is computed when it is needed."""
        self.content = content
        self._excerpts: dict[int, SourceLine] = {}
        self._tokens: tuple[range, tuple[str, ...], frozenset[str]] = range(0), (), frozenset()

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(rb"\n", self.content))]

    @property
    def line_count(self) -> int:
        """Return how many lines there are; an end without a line feed still ends a line."""
        return len(self._starts) - (self._starts[-1] == len(self.content))

    def line_at(self, offset: int) -> int:
        """Return the line that holds the byte at `offset`."""
        return bisect_right(self._starts, offset)

    def lines_of(self, start: int, end: int) -> range:
        """Return the lines that the bytes from `start` to before `end` stand on."""
        first = self.line_at(start)
        return range(first, self.line_at(max(start, end - 1)) + 1)

    def position(self, offset: int) -> Position:
        """Return a byte offset as a line and a column in characters."""
        line = self.line_at(offset)
        before = self.content[self._starts[line - 1] : offset]
        return Position(line=line, column=len(_decode(before)) + 1)

    def text(self, start: int, end: int) -> str:
        """Return the text between two byte offsets; undecodable bytes are replaced."""
        return _readable(self.content[start:end])

    def line(self, number: int) -> SourceLine:
        """Return one whole line without its ending; an empty one beyond the end of the file."""
        within = 0 < number <= len(self._starts)
        line = self.content[self._starts[number - 1] : self._end(number)] if within else b""
        return SourceLine(number=number, text=_readable(line.rstrip(b"\r\n")))

    def excerpt(self, lines: Sequence[int]) -> tuple[SourceLine, ...]:
        """Return some whole lines as `line` does, always the same objects for the same lines.

        A line may be as long as the file, and thousands of matches may stand on it.
        """
        for number in lines:
            if number not in self._excerpts:
                self._excerpts[number] = self.line(number)
        return tuple(self._excerpts[number] for number in lines)

    def tokens(self, lines: range, *, without: Iterable[tuple[int, int]] = ()) -> tuple[str, ...]:
        """Return the tokens of some whole lines; the bytes of `without` (start, end) count as a sign."""
        blanks = tuple(without)
        if not blanks:
            return self._tokens_of(lines)[0]
        if not lines:
            return ()
        offset = self._starts[lines.start - 1]
        text = bytearray(self.content[offset : self._end(lines.stop - 1)])
        for start, end in blanks:
            first, last = max(0, start - offset), max(0, end - offset)
            text[first:last] = re.sub(rb"[^\n]", b"\0", text[first:last])
        return tokenize(_decode(bytes(text)))

    def words(self, lines: range) -> frozenset[str]:
        """Return the different tokens of some whole lines."""
        return self._tokens_of(lines)[1]

    def _tokens_of(self, lines: range) -> tuple[tuple[str, ...], frozenset[str]]:
        """Return the tokens of some whole lines, and these without their order.

        The last ones are kept, because thousands of matches may ask for the same lines in a row.
        """
        if lines != self._tokens[0]:
            text = self.content[self._starts[lines.start - 1] : self._end(lines.stop - 1)] if lines else b""
            tokens = tokenize(_decode(text))
            self._tokens = lines, tokens, frozenset(tokens)
        return self._tokens[1:]

    def token_text(self, start: int, end: int) -> tuple[str, ...]:
        """Return the tokens between two byte offsets."""
        return tokenize(_decode(self.content[start:end]))

    def raw_lines(self, lines: range) -> bytes:
        """Return some whole lines as they stand, except for the ending of the last."""
        return self.content[self._starts[lines.start - 1] : self._end(lines.stop - 1)].removesuffix(b"\n")

    def byte_count(self, lines: range) -> int:
        """Return how long some whole lines are, in bytes."""
        return self._end(lines.stop - 1) - self._starts[lines.start - 1] if lines else 0

    def _end(self, number: int) -> int:
        return self._starts[number] if number < len(self._starts) else len(self.content)


def survives(code: Sequence[str], *, within: Sequence[str]) -> bool:
    """Return whether the tokens of `code` stand in `within` with nothing but whole pieces left out.

    `get(url)` survives in `get(url, timeout=5)`: what is missing, `, timeout=5`, is balanced
    in its brackets. It does not survive in `get(other); log(url)`.
    """

    def survives_from(start: int) -> bool:
        wanted, depth, gap = 0, 0, 0
        for token in within[start:]:
            if depth == 0 and token == code[wanted]:
                wanted, gap = wanted + 1, 0
                if wanted == len(code):
                    return True
                continue
            depth += (token in _OPENING) - (token in _CLOSING)
            gap += 1
            if depth < 0 or gap > _LONGEST_GAP:
                return False
        return False

    starts = [index for index, token in enumerate(within) if code and token == code[0]]
    return any(map(survives_from, starts[:_MOST_STARTS]))


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _readable(data: bytes) -> str:
    return re.sub("[\udc80-\udcff]", "\N{REPLACEMENT CHARACTER}", _decode(data))
