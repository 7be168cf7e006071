"""Replace the generated parts of a document, which are between two comments with the name of the part."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PART = re.compile(
    r"^<!-- (?P<name>[\w-]+):begin -->\n.*?^<!-- (?P=name):end -->\n", re.MULTILINE | re.DOTALL
)


def fill(text: str, parts: Mapping[str, str]) -> str:
    """Return the text with each part, whole lines, between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.

    Raise `ValueError` if a part has no place in the text, or a place has no part.
    """
    places = [found["name"] for found in _PART.finditer(text)]
    if sorted(places) != sorted(parts):
        raise ValueError(f"The document has places for {places}, and the parts are {list(parts)}.")
    return _PART.sub(lambda found: _between(found["name"], parts[found["name"]]), text)


def part(text: str, name: str) -> str:
    """Return the current content of a part."""
    return text.partition(f"<!-- {name}:begin -->\n")[2].partition(f"<!-- {name}:end -->\n")[0]


def _between(name: str, content: str) -> str:
    return f"<!-- {name}:begin -->\n{content}<!-- {name}:end -->\n"
