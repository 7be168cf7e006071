"""Markdown as GitHub shows it in a comment: with its own parser, but without its later filters."""

from __future__ import annotations

import re
from collections.abc import Collection
from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped]  # it has no types
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]  # the same

LINKING = re.compile(
    r"@\w|#\d|\w://|www\.|\bGH-\d|(?<![0-9a-z])[0-9a-f]{7,}(?![0-9a-z])|:(octocat|\+1|100):", re.IGNORECASE
)
"""What GitHub makes a link, a mention or a picture of, in text that is not code."""

_EXPECTED = {
    *("p", "br", "strong", "code", "pre", "a", "ul", "li", "h3", "sub"),
    *("details", "summary"),
}
_EMPTY = {"br"}


def github_html(text: str) -> str:
    """Turn Markdown into HTML, raw HTML in it included; a line break breaks the line, as in any comment."""
    html: str = cmarkgfm.github_flavored_markdown_to_html(
        text, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_HARDBREAKS
    )
    return html


class Page(HTMLParser):
    """What a reader's browser makes of a comment: `prose` is its text outside of code."""

    def __init__(self, text: str) -> None:
        """Read Markdown."""
        super().__init__()
        self.prose: list[str] = []
        self.code: list[str] = []
        self.addresses: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(github_html(text))
        self.close()
        self.faults += [f"<{tag}> stays open" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element."""
        if tag not in _EXPECTED:
            self.faults.append(f"<{tag}> is not ours")
        if tag not in _EMPTY:
            self._open.append(tag)
        if tag == "code":
            self.code.append("")
        for name, value in attrs:
            if tag == "a" and name == "href":
                self.addresses.append(value or "")
            else:
                self.attributes.append((tag, name, value))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag in _EMPTY:
            return
        if self._open[-1:] == [tag]:
            self._open.pop()
        else:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        """Read text."""
        if "code" in self._open:
            self.code[-1] += data
        else:
            self.prose.append(data)

    def handle_comment(self, data: str) -> None:
        """Find a comment, where only a marker may be one."""
        self.faults.append(f"<!--{data}--> is a comment")

    def handle_decl(self, decl: str) -> None:
        """Find what browsers take for a comment."""
        self.handle_comment(decl)

    def handle_pi(self, data: str) -> None:
        """Find what browsers take for a comment."""
        self.handle_comment(data)


def assert_harmless(text: str, *, addresses: Collection[str]) -> None:
    """Assert that a comment shows text and code and what is ours, and nothing that hostile text asks for.

    `addresses` are the beginnings of those that it may link.
    """
    page = Page(text)
    assert page.faults == []
    assert "<!--" not in text
    assert [words for words in page.prose if LINKING.search(words)] == []
    assert [link for link in page.addresses if not link.startswith(tuple(addresses))] == []
    for tag, name, value in page.attributes:
        assert (tag, name) == ("pre", "lang")
        assert value in {"suggestion", "diff", "python"}
