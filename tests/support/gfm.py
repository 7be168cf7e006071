"""Markdown as GitHub shows it in a comment: with its own parser, but without its later filters."""

from __future__ import annotations

import cmarkgfm  # type: ignore[import-untyped]  # it has no types
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]  # the same


def github_html(text: str) -> str:
    """Turn Markdown into HTML, raw HTML in it included; a line break breaks the line, as in any comment."""
    html: str = cmarkgfm.github_flavored_markdown_to_html(
        text, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_HARDBREAKS
    )
    return html
