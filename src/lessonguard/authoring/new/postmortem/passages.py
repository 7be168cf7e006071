"""The parts of a postmortem that say what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lessonguard.authoring.new.postmortem.outline import Block, Heading, Line
from lessonguard.authoring.new.postmortem.topics import find_topic
from lessonguard.record import record

_FIELD = 8
"""The level of a label in a paragraph: below every heading."""

_LISTS = frozenset({"actions", "timeline", "lessons"})
"""Topics whose items begin with labels of their own, about each item."""

_MOMENTS = frozenset({"began", "detected", "stabilized"})
_CLOSING, _OPENING = "[)\\]\"'”\u2019]*", "[(\\[\"'“\u2018`]*"
_END = re.compile(rf"[.!?:;…。\uff01\uff1f]{_CLOSING}$")
_BOUNDARY = re.compile(rf"[.!?…]{_CLOSING}\s+(?={_OPENING}[^\Wa-z_])|[。\uff01\uff1f]\s*")
_SHORT = 12  # characters hold any abbreviation, and the space behind it
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|ca|no|fig|dr|mr|mrs|ms|st|a\.m|p\.m)|\b[a-z])\.\s*$", re.IGNORECASE
)


@record
class Passage:
    """What stands under a heading or behind a label: its topic, and how well its words name that."""

    topic: str
    rank: int
    title: str
    line: int
    blocks: tuple[Block, ...]

    @property
    def origin(self) -> str:
        """Say where it is, in words: `“Root Cause”, line 31`."""
        return f"“{self.title}”, line {self.line}"

    @property
    def first(self) -> str:
        """Give the first line of text, or nothing."""
        lines = [line for block in self.blocks if block.kind != "title" for line in block.lines]
        return next((line.text for line in lines if line.text), "")

    @property
    def sentences(self) -> tuple[list[str], list[str]]:
        """Give the sentences of its paragraphs and items: what it begins with, and what is below titles."""
        parts: tuple[list[str], list[str]] = [], []
        is_below = False
        for block in self.blocks:
            is_below = is_below or (block.kind == "title" and bool(parts[0]))
            if block.kind in {"prose", "item"}:
                parts[is_below].extend(split_sentences(block.text))
        return parts


def split_sentences(text: str) -> list[str]:
    """Split prose into sentences, each with a sign at its end."""
    sentences, start = [], 0
    for boundary in _BOUNDARY.finditer(text):
        if not _ABBREVIATED.search(text[max(start, boundary.end() - _SHORT) : boundary.end()]):
            sentences.append(text[start : boundary.end()].strip())
            start = boundary.end()
    sentences += [text[start:].strip()]
    return [part if _END.search(part) else f"{part}." for part in sentences if part]


def find_passages(outline: Sequence[Heading | Block]) -> tuple[Passage, ...]:
    """Find what is about a known topic, in the order of the document.

    Headings below one that is known and are not known themselves belong to it. Labels in paragraphs, in
    items and in tables of two columns count as headings.
    """
    finder = _Finder()
    for part in outline:
        if isinstance(part, Heading):
            finder.enter(part)
        else:
            finder.take(part)
    return tuple(finder.passages())


class _Open:
    """A passage that is being read."""

    def __init__(self, topic: str, *, rank: int, title: str, line: int) -> None:
        self.topic = topic
        self.blocks: list[Block] = []
        self._about = (rank, title, line)

    def close(self) -> Passage:
        rank, title, line = self._about
        return Passage(topic=self.topic, rank=rank, title=title, line=line, blocks=tuple(self.blocks))


class _Finder:
    """Keep which headings the present place is under."""

    def __init__(self) -> None:
        self._all: list[_Open] = []
        self._stack: list[tuple[int, _Open | None]] = [(0, None)]
        self._item: tuple[int, _Open] | None = None

    def passages(self) -> Iterator[Passage]:
        return (passage.close() for passage in self._all if passage.topic)

    def enter(self, heading: Heading) -> None:
        """Begin what is under a heading."""
        self._item = None
        while self._stack[-1][0] >= heading.level:
            self._stack.pop()
        found = find_topic(heading.title)
        inner = self._open(heading.title, heading.line) if found else self._stack[-1][1]
        self._stack.append((heading.level, inner))
        if not found:
            self._add(Block(kind="title", line=heading.line, lines=(_field(heading.line, heading.title),)))

    def take(self, block: Block) -> None:
        """Add a block to what it stands under, or to the label it begins with."""
        if self._item and (block.kind != "item" or block.depth <= self._item[0]):
            self._item = None
        if block.kind == "row":
            self._take_row(block)
        elif block.kind == "item":
            self._take_item(block)
        else:
            self._take_prose(block)

    def _take_row(self, block: Block) -> None:
        labels = [label for label in block.cells[::2] if label]
        if len(block.columns) > 1 and all(find_topic(column) for column in block.columns):
            self._take_fields(block, [] if block.cells == block.columns else block.columns, block.cells)
        elif labels and len(block.cells) % 2 == 0 and all(map(self._is_field, labels)):
            self._take_fields(block, block.cells[::2], block.cells[1::2])
        else:
            self._add(block)

    def _take_fields(self, block: Block, labels: Sequence[str], values: Sequence[str]) -> None:
        """Take a row of a table whose columns, or whose every other cell, are the labels."""
        for label, value in zip(labels, values, strict=False):
            if self._is_field(label):
                self._open(label, block.line).blocks.append(_block(block, [_field(block.line, value)]))

    def _take_item(self, block: Block) -> None:
        first = block.lines[0]
        if self._item is None and self._is_field(first.label):
            opened = self._open(first.label, first.number)
            opened.blocks.append(_block(block, [_field(first.number, first.value), *block.lines[1:]]))
            self._item = block.depth, opened
            if self._topic == "timeline":
                self._add(block)
        elif self._item:
            self._item[1].blocks.append(block)
        else:
            self._add(block)

    def _take_prose(self, block: Block) -> None:
        rest: list[Line] = []
        for line in block.lines:
            if self._is_field(line.label):
                self._add(_block(block, rest))
                self.enter(Heading(title=line.label, line=line.number, level=_FIELD))
                rest = [_field(line.number, line.value)]
            else:
                rest.append(line)
        self._add(_block(block, rest))

    @property
    def _topic(self) -> str:
        opened = self._stack[-1][1]
        return opened.topic if opened else ""

    def _is_field(self, label: str) -> bool:
        found = find_topic(label) if label else None
        if found and self._topic in _LISTS:
            return self._topic == "timeline" and found[0] in _MOMENTS
        return found is not None

    def _add(self, block: Block) -> None:
        opened = self._stack[-1][1]
        if opened and (block.lines or block.cells):
            opened.blocks.append(block)

    def _open(self, title: str, line: int) -> _Open:
        topic, rank = find_topic(title) or ("", 0)
        self._all.append(_Open(topic, rank=rank, title=title, line=line))
        return self._all[-1]


def _field(number: int, value: str) -> Line:
    return Line(number=number, text=value, label="", value=value)


def _block(block: Block, lines: Sequence[Line]) -> Block:
    kept = tuple(line for line in lines if line.text)
    kind = "prose" if block.kind == "row" else block.kind
    number = kept[0].number if kept else block.line
    return Block(kind=kind, line=number, lines=kept, depth=block.depth, is_ticked=block.is_ticked)
