"""The language of a file, as a rule names it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lessonguard.semgrep.languages import Languages

DATA = frozenset({"json", "yaml", "xml", "html"})
"""Languages of data and pages rather than of programs."""

_FULL_NAMES = {"js": "javascript", "ts": "typescript"}
_MEANT = ("python", "c")
"""Languages that share the names of their files with others, which hardly anybody means."""


def language_of(path: str, languages: Languages, *, script: bytes = b"") -> str:
    """Name the language of a file by its name, or by the first line of a `script`; empty if there is none."""
    names = languages.of_name(path) | languages.of_shebang(script)
    known = [row.id for row in languages.rows if row.is_target and row.id in names]
    chosen = next((name for name in _MEANT if name in known), next(iter(known), ""))
    return _FULL_NAMES.get(chosen, chosen)


def usual_language(paths: Iterable[str], languages: Languages) -> str:
    """Name the language that most of these files are in, programs before data; empty if there is none."""
    counts = Counter(name for path in paths if (name := language_of(path, languages)))
    return max(counts, key=lambda name: (name not in DATA, counts[name]), default="")
