"""Read the headings and blocks of a Markdown document as plain text; the only importer of the parser."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lessonguard.record import record

# Around emphasised text while it is read. `cleaned` has removed control characters, so these cannot be there.
_BOLD, _PLAIN = "\x02", "\x03"
_LABELS = (
    re.compile(rf"{_BOLD}([^{_BOLD}{_PLAIN}]+?)\s*(?::\s*{_PLAIN}|{_PLAIN}\s*:)\s*(.*)", re.DOTALL),
    re.compile(r"([^\W\d_][^:.,;!?`]{1,40}?)\s*:(?:\s+(.*)|$)", re.DOTALL),
)
# Between the parts of a line with several labels, such as `**Date:** 2026-05-14 | **Severity:** P1`.
_SEVERAL_LABELS = re.compile(rf"\s[|·•]\s+(?={_BOLD})")
_ALONE = re.compile(rf"{_BOLD}([^{_BOLD}{_PLAIN}]+){_PLAIN}:?")
_BOX = re.compile(r"\[([ xX])\]\s+")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?)")

# The text for tokens that have none. The Markdown parser names them as markdown-it does, see
# https://markdown-it-py.readthedocs.io/en/latest/using.html#the-token-stream.
_SIGNS = {
    **dict.fromkeys(("strong_open", "em_open"), _BOLD),
    **dict.fromkeys(("strong_close", "em_close"), _PLAIN),
    **dict.fromkeys(("softbreak", "hardbreak"), "\n"),
    "image": "",
}

# Word processors put these hyphens into dates, so that they are not broken at the end of a line.
_HYPHENS = "\u2010\u2011"

# A paragraph that is all bold is a heading, too: below the real ones, which have the levels 1 to 6.
_BOLD_LEVEL = 7


@record
class Line:
    """A line of a block: its number in the document, 1-based, and its text.

    `label` is the beginning up to a colon, as in `Owner: …` or `**Owner**: …`, and `value` the text after
    it; without a label, the value is the whole text.
    """

    number: int
    text: str
    label: str
    value: str


@record
class Block:
    """A paragraph, an item of a list, a row of a table, or a title inside a section.

    `depth` is the number of lists that an item is in; `is_ticked` is None for an item without a box. A row
    has `cells` instead of lines, and `columns`, the first row of its table, which is a block as well.
    """

    kind: Literal["prose", "item", "row", "title"]
    line: int
    lines: tuple[Line, ...] = ()
    depth: int = 0
    is_ticked: bool | None = None
    cells: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the whole text on one line."""
        return " ".join(" ".join([*(line.text for line in self.lines), *self.cells]).split())


@record
class Heading:
    """A heading: its line, 1-based, and its level from 1 to 6, or 7 for a paragraph that is all bold."""

    title: str
    line: int
    level: int


def read_outline(text: str) -> tuple[Heading | Block, ...]:
    """Read the headings and blocks of a document, in order.

    The text must be `cleaned`. Of emphasis, links and HTML the text is kept, and code keeps its backticks.
    Images, blocks of code and blocks of HTML are left out.
    """
    return tuple(_Reader(MarkdownIt("commonmark").enable("table").parse(text)).read())


def cleaned(text: str) -> str:
    """Return text without what nobody sees: escape sequences of terminals, control and format characters.

    Line endings stay, and every other kind of space or hyphen becomes a plain one.
    """

    def seen(character: str) -> str:
        if character in "\n\t" or character.isprintable():
            return "-" if character in _HYPHENS else character
        category = unicodedata.category(character)
        return " " if category.startswith("Z") or character == "\x85" else ""

    return "".join(map(seen, re.sub(r"\r\n?", "\n", _ESCAPES.sub("", text))))


class _Reader:
    """Reads the tokens of a document in order."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._depth = 0
        self._columns: tuple[str, ...] = ()
        self._cells: list[str] = []
        self._row = 0

    def read(self) -> Iterator[Heading | Block]:
        opening = self._tokens[0] if self._tokens else None
        for token in self._tokens:
            if token.type == "inline" and opening is not None:
                yield from self._read_inline(token, opening)
            elif token.nesting == 1:
                opening = token
            if token.type in {"bullet_list_open", "ordered_list_open"}:
                self._depth += 1
            elif token.type in {"bullet_list_close", "ordered_list_close"}:
                self._depth -= 1
            elif token.type == "table_open":
                self._columns = ()
            elif token.type == "tr_open":
                self._cells = []
                self._row = _number(token)
            elif token.type == "tr_close":
                cells = tuple(self._cells)
                self._columns = self._columns or cells
                yield Block(kind="row", line=self._row, cells=cells, columns=self._columns)

    def _read_inline(self, token: Token, opening: Token) -> Iterator[Heading | Block]:
        lines = [
            _line(number, part)
            for number, raw in enumerate(_raw(token).split("\n"), start=_number(token))
            for part in _SEVERAL_LABELS.split(raw)
        ]
        if opening.type in {"th_open", "td_open"}:
            self._cells.append(" ".join(line.text for line in lines))
            return
        if opening.type == "heading_open":
            title = " ".join(line.text for line in lines)
            yield Heading(title=title, line=_number(token), level=int(opening.tag[1:]))
            return
        alone = _ALONE.fullmatch(_raw(token).partition("\n")[0].strip())
        if alone and not self._depth:
            yield Heading(title=_plain(alone[1]).rstrip(" :"), line=lines[0].number, level=_BOLD_LEVEL)
            lines = lines[1:]
        if not lines:
            return
        box = _BOX.match(lines[0].text) if self._depth else None
        if box:
            lines[0] = _line(lines[0].number, lines[0].text[box.end() :])
        yield Block(
            kind="item" if self._depth else "prose",
            line=lines[0].number,
            lines=tuple(lines),
            depth=self._depth,
            is_ticked=box[1] in "xX" if box else None,
        )


def _number(token: Token) -> int:
    return (token.map[0] if token.map else 0) + 1


def _line(number: int, raw: str) -> Line:
    text = " ".join(raw.split())
    for pattern in _LABELS:
        if found := pattern.fullmatch(text):
            label, value = _plain(found[1]), _plain(found[2] or "")
            return Line(number=number, text=_plain(text), label=label, value=value)
    return Line(number=number, text=_plain(text), label="", value=_plain(text))


def _plain(raw: str) -> str:
    return " ".join(raw.replace(_BOLD, "").replace(_PLAIN, "").split())


def _raw(token: Token) -> str:
    """Return the text of a paragraph, line by line, with marks around emphasised text."""

    def text(child: Token) -> str:
        if child.type == "code_inline":
            return f"`{child.content}`"
        if child.type == "html_inline":
            return " " if child.content.startswith("<br") else ""
        return _SIGNS.get(child.type, child.content)

    raw = "".join(map(text, token.children or ()))
    return re.sub(rf"{_BOLD}+", _BOLD, re.sub(rf"{_PLAIN}+", _PLAIN, raw))
