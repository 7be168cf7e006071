"""Make text from a change harmless: it was written by whoever opened it.

`visible` is for terminals, `log_text` for messages, `json_text` for JSON, `markdown_text`,
`markdown_name`, `markdown_prose`, `html_text`, `code_span` and `fence` for GitHub-flavoured
Markdown, `command_data` and `command_property` for workflow commands.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection

_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
_BREAK = "\u200b"  # a zero-width space: nobody sees it, and no mention or link survives it
_LINKING = re.compile(
    r"(?<=[@#])|(?<=www)(?=\.)|(?=://)|(?<=\bGH)(?=-\d)"  # people, addresses, issues
    r"|(?<=:)(?=(?:100|1234|(?!\d+:)[\w+-]+):)",  # emoji; of numbers only these two, not `a.py:7:1`
    re.IGNORECASE,
)
# GitHub links seven digits or more, as a word of their own: not those in `cache-feedback`.
_COMMIT = re.compile(r"(?<![0-9a-z])[0-9a-f]{7,}(?![0-9a-z])", re.IGNORECASE)
_MARKUP = re.compile(r"[\\`*_{}\[\]<>&#|~!$^]")
_LINE_START = re.compile(r"^(\d*)([-+=.)])")
_CODE = re.compile("`([^`]+)`")
_UNSAFE_IN_CODE_SPAN = re.compile(r"[\\`|<&]|^ | $")
_INVISIBLE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_COMMAND_START = re.compile(r"^(\s*):(?=:)")
_SURROGATE = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    r"""Spell out every character that a terminal obeys or hides, as Python would: `\x1b`, `\u202e`.

    Line breaks, tabs and bidirectional controls count among these. A byte of a path that is
    not UTF-8 (a surrogate escape) becomes `\xff`. What is left is printable, on one line.
    """
    if text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable() or unicodedata.category(character) == "Zs"
        else _spelled(character)
        for character in text
    )


def one_line(text: str) -> str:
    """Put prose on one line with single spaces, and make it visible."""
    return visible(" ".join(text.split()))


def log_text(text: str) -> str:
    """Make each line of a message visible, and none of them a command to the runner of GitHub Actions.

    It looks for `::name::` at the beginning of a line, and for the older `##[name]` anywhere.
    """
    lines = (_COMMAND_START.sub(rf"\1:{_BREAK}", visible(line)) for line in text.split("\n"))
    return "\n".join(lines).replace("##[", f"##{_BREAK}[")


def shortened(text: str, limit: int) -> str:
    """Cut text to at most `limit` characters, the last of them `…` if anything is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def json_text(document: object) -> str:
    r"""Write a document as JSON, indented by two spaces, with a line feed at its end.

    Keys keep their order. The result is always encodable as UTF-8 and safe to look at: a byte
    of a path that is not UTF-8 becomes the four characters `\xff`, and invisible characters
    are written as JSON escapes, which a parser reads as the same characters.
    """
    text = json.dumps(document, ensure_ascii=False, indent=2)
    text = _INVISIBLE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return _SURROGATE.sub(lambda found: "\\" + _spelled(found[0]), text) + "\n"


def markdown_text(text: str, *, names: Collection[str] = ()) -> str:
    """Write text for a line of Markdown, as nothing but text.

    It makes no markup, HTML, link, mention, emoji or reference to an issue or a commit: GitHub
    looks for the last five in the finished page, where a backslash no longer helps, so these
    are broken by a zero-width space. `names` are IDs of lessons, which stay whole, because people
    copy `INC-20260514` into accept comments and search for it; the base branch vouches for them.
    """
    return _LINE_START.sub(r"\1\\\2", _escaped(one_line(text), names))


def markdown_name(name: str) -> str:
    """Write the ID of a lesson of the base branch for a line of Markdown, so that it can be copied."""
    return markdown_text(name, names=[name])


def markdown_prose(text: str) -> str:
    """Write what a lesson says for a line of Markdown: as text, but what stands `so` is code."""
    parts = _CODE.split(one_line(text))
    written = (code_span(part) if index % 2 else _escaped(part) for index, part in enumerate(parts))
    return _LINE_START.sub(r"\1\\\2", "".join(written))


def html_text(text: str, *, names: Collection[str] = ()) -> str:
    """Write text for the inside of an HTML element, as nothing but text; see `markdown_text`."""
    return _unlinked(one_line(text), names).translate(_HTML)


def code_span(text: str) -> str:
    """Write code for the middle of a Markdown line or the cell of a table.

    What backticks cannot hold in a table (`|`, backslashes) or at all is written as HTML, in
    which Markdown finds e-mail addresses all the same.
    """
    shown = visible(text)
    if not shown.strip() or _UNSAFE_IN_CODE_SPAN.search(shown):
        written = re.sub(r"[^\w ./-]|_", lambda found: f"&#{ord(found[0])};", _unlinked(shown))
        return f"<code>{written}</code>"
    return f"`{shown}`"


def fence(lines: list[str], *, language: str = "") -> str:
    """Put lines of code in a Markdown fence that none of them can close.

    Tabs stay, other control characters are spelled out. An HTML comment in the code is broken
    by a zero-width space, so that it cannot pass for a marker of a comment of ours.
    """
    shown = ["\t".join(visible(part) for part in line.split("\t")) for line in lines]
    body = "\n".join(shown).replace("<!--", f"<{_BREAK}!--")
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{body}\n{ticks}"


def link(text: str, url: str) -> str:
    """Link text, which is Markdown already, to a web address; other addresses stay text."""
    if not re.match(r"https?://", url):
        return f"{text} ({markdown_text(url)})"

    def percent_encoded(found: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))

    safe = re.sub(r"[^\w.~:/?#@!$&'()*+,;=%-]", percent_encoded, url, flags=re.ASCII)
    return f"[{text}](<{safe}>)"


def command_data(text: str) -> str:
    """Write the message of a workflow command; `%`, CR and LF are as in GitHub's toolkit.

    Lines stay; other control characters are spelled out. The older command syntax `##[` is
    recognised in the middle of a line as well, so it is broken up.
    """
    lines = "\n".join(visible(line) for line in text.split("\n")).replace("##[", f"##{_BREAK}[")
    return lines.replace("%", "%25").replace("\n", "%0A")


def command_property(text: str) -> str:
    """Write the value of a property of a workflow command, such as `file`."""
    return command_data(visible(text)).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str, names: Collection[str] = ()) -> str:
    return _MARKUP.sub(r"\\\g<0>", _unlinked(text, names))


def _unlinked(text: str, names: Collection[str] = ()) -> str:
    whole = "|".join(re.escape(name) for name in names)
    parts = re.split(rf"(?<![\w.-])({whole})(?![\w-])", text) if names else [text]
    return "".join(part if index % 2 else _broken(part) for index, part in enumerate(parts))


def _broken(text: str) -> str:
    def apart(commit: re.Match[str]) -> str:
        return re.sub(".{6}(?=.)", rf"\g<0>{_BREAK}", commit[0])

    return _COMMIT.sub(apart, _LINKING.sub(_BREAK, text))


def _spelled(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - the surrogate escapes of PEP 383
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
