"""Names that a stranger finds: every module is called by a word of the README, the glossary or a standard."""

from __future__ import annotations

import re
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_SOURCE = _ROOT / "src/lessonguard"
_TEXT = "".join((_ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md"))
_WORDS = {word.lower() for word in re.findall(r"[A-Za-z]+", _TEXT)}

# Python's own, and formats that the README lists by other names.
_PYTHON = {"main", "process", "record", "errors", "json", "yaml", "cli", "git", "github"}


def test_the_word_of_every_module_is_explained() -> None:
    names = [path.relative_to(_SOURCE) for path in sorted(_SOURCE.rglob("*.py")) if path.stem != "__init__"]

    unknown = {
        str(name): word
        for name in names
        for word in name.stem.strip("_").split("_")
        if not {word, f"{word}s", word.removesuffix("s")} & (_WORDS | _PYTHON)
    }

    assert unknown == {}


def test_the_document_for_developers_names_what_is_there() -> None:
    """It names files of `src/lessonguard`, and behind some of them what they define."""
    text = (_ROOT / "docs/development.md").read_text(encoding="utf-8")
    steps = re.findall(r"^\d+\. `[\w/]+\.py` `\w+`", text, flags=re.MULTILINE)
    defined = re.findall(r"`([a-z_/]+\.py)` `(\w+)`", text)
    files = {name for name in re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", text) if not name.startswith("tests/")}
    paths = {name: _ROOT / name if name.startswith("tools/") else _SOURCE / name for name in files}

    assert len(steps) == 20
    assert [name for name, path in paths.items() if not path.is_file()] == []
    assert [(name, word) for name, word in defined if not _defines(_SOURCE / name, word)] == []


def _defines(path: Path, name: str) -> bool:
    pattern = rf"^(?: *def |class |){name}\b(?:[(:]| = )"
    return re.search(pattern, path.read_text(encoding="utf-8"), flags=re.MULTILINE) is not None
