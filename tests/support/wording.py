"""Expected lines that quote another program, whose words change with its version."""

from __future__ import annotations

import re
from collections.abc import Sequence

_QUOTE = re.compile(r"\\\{[A-Z]\w+(?:\\ \w+)*\\\}")


def with_quotes(expected: Sequence[str], actual: Sequence[str]) -> list[str]:
    """Return the expected lines, with `{PyYAML}` and the like replaced by what the actual lines say there.

    The name is that of the program, for readers; any words but none match.
    """
    pairs = zip(expected, [*actual, *[""] * len(expected)], strict=False)
    return [line if _quotes(line, said) is None else said for line, said in pairs]


def _quotes(line: str, said: str) -> re.Match[str] | None:
    return re.fullmatch(_QUOTE.sub(".+", re.escape(line)), said)
