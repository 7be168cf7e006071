"""The identity of a finding across pushes, made without line numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from lessonguard.scan.finding import Fingerprint
from lessonguard.scan.source import Source, tokenize

# Lines of flow control in any language, and lines without a word, such as `{`.
_FLOW = re.compile(
    r"\W*((if|elif|else|elsif|unless|for|foreach|while|until|loop|do|switch|case|default|match|when|"
    r"try|catch|except|rescue|ensure|finally|with|using|begin|end|return|await|lock|synchronized)\b|$)"
)


class Fingerprints:
    """Makes the fingerprints of one version of one file, in the order of their positions."""

    def __init__(self, source: Source, *, path: str) -> None:
        """Start counting equals anew. `path` is that of head, also for what is gone from it."""
        self._source = source
        self._path = path
        self._enclosing = enclosing_lines(source)
        self._seen: Counter[tuple[str, ...]] = Counter()

    def make(self, *, incident: str, rule: str, tokens: Sequence[str], line: int) -> Fingerprint:
        """Hash the lesson, the path, the text, what encloses it, and the ordinal among equals."""
        enclosing = self._enclosing[line]
        context = " ".join(tokenize(self._source.line(enclosing).text)) if enclosing else ""
        identity = (incident, rule, self._path, " ".join(tokens), context)
        ordinal = self._seen[identity]
        self._seen[identity] += 1
        text = "\0".join((*identity, str(ordinal)))
        return Fingerprint(sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32])


def enclosing_lines(source: Source) -> list[int]:
    """Return, for each 1-based line, the nearest less indented line above that is not flow control.

    That is the function, class, resource or job a line belongs to, in any language that people
    indent; 0 at the top level and for item 0. Flow control is passed over, so that wrapping code
    in a `try` does not change its identity.
    """
    result, stack = [0], [(-1, 0)]
    for number in range(1, source.line_count + 1):
        text = source.line(number).text
        expanded = text.expandtabs(8)
        # An empty line belongs to what is open above it.
        indent = len(expanded) - len(expanded.lstrip()) if text.strip() else stack[-1][0] + 1
        while stack[-1][0] >= indent:
            stack.pop()
        result.append(stack[-1][1])
        if not _FLOW.match(text):
            stack.append((indent, number))
    return result
