"""Write the generated files of the repository, or with `--check` say which of them are out of date."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from lessonguard.lessons.schema import render_schema

_ROOT = Path(__file__).parents[1]
_GENERATED: dict[str, Callable[[], str]] = {
    "schema/lesson.schema.json": render_schema,
}


def main(arguments: list[str]) -> int:
    """Write what is out of date; with `--check` only name it and give 1."""
    stale = {name: text for name, render in _GENERATED.items() if _read(name) != (text := render())}
    for name, text in stale.items():
        if "--check" in arguments:
            print(f"{name} is out of date; run: make generate", file=sys.stderr)
            continue
        (_ROOT / name).write_text(text, encoding="utf-8")
        print(f"wrote {name}")
    return 1 if stale and "--check" in arguments else 0


def _read(name: str) -> str | None:
    path = _ROOT / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
