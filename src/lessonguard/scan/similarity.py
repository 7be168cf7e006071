"""When are two pieces of code the same? Judged on tokens, so that layout never matters."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")

_LONGEST_GAP = 64
"""How many tokens may be missing at one place for the rest to count as the same code."""

_MOST_STARTS = 200
_MOST_TOKENS = 500
"""Bounds on the work, for minified code and other long lines."""


def similarity(one: Sequence[str], other: Sequence[str]) -> float:
    """Say how alike two token sequences are, from 0.0 to 1.0; long ones by their beginning."""
    if one == other:
        return 1.0
    matcher = SequenceMatcher(None, one[:_MOST_TOKENS], other[:_MOST_TOKENS], autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() > 0 else 0.0


def survives(code: Sequence[str], *, within: Sequence[str]) -> bool:
    """Tell whether `code` stands in `within` with nothing but whole pieces left out.

    `get(url)` survives in `get(url, timeout=5)`: what is missing, `, timeout=5`, is balanced
    in its brackets. It does not survive in `get(other); log(url)`.
    """
    if not code:
        return False
    starts = [index for index, token in enumerate(within) if token == code[0]]
    return any(_survives_from(code, within, start) for start in starts[:_MOST_STARTS])


def _survives_from(code: Sequence[str], within: Sequence[str], start: int) -> bool:
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
