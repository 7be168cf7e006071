"""Which incidents a text cites, such as `INC-245` in a comment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_WORD = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]*")


class CitationIndex:
    """Finds the incidents that code names, such as `INC-245` in a comment."""

    def __init__(self, incidents: Iterable[str]) -> None:
        """Prepare to find these IDs, as whole words."""
        self._incidents = {incident.encode(): incident for incident in incidents}
        # Most texts cite nothing: looking for the few beginnings that IDs share settles that.
        self._beginnings = {re.split(rb"\d", incident)[0] or incident for incident in self._incidents}

    def cited(self, content: bytes) -> Counter[str]:
        """Count how often each incident is named."""
        if not any(beginning in content for beginning in self._beginnings):
            return Counter()
        words = (match.group().rstrip(b"._-") for match in _WORD.finditer(content))
        return Counter(self._incidents[word] for word in words if word in self._incidents)
