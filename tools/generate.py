"""Write the generated files of the repository, or with `--check` list those that are out of date."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from lessonguard.demo_repository import build_demo
from lessonguard.lessons.schema import render_schema
from tools.console_sessions import replay, run
from tools.generated_parts import fill
from tools.lesson_format import blocks
from tools.library_pages import library_documents
from tools.tutorial import build_tutorial

_ROOT = Path(__file__).parents[1]


def _readme() -> str:
    """Return the README with the output of a real session."""
    with tempfile.TemporaryDirectory() as folder:
        build_demo(Path(folder))
        commands = (
            "git diff -U0 main narrow-except | tail -n 3",
            "lessonguard scan --base main --head narrow-except",
        )
        shown = [f"$ {command}\n{run(command, folder=Path(folder))}" for command in commands]
    return fill(_text("README.md"), {"session": "```console\n" + "\n".join(shown) + "```\n"})


def _pre_push() -> str:
    """Return the document of the hook with the output of a push that it stops."""
    before = (
        "git commit --quiet --all --message 'Let the lesson block'",
        "git init --quiet --bare ../shop.git",
        "git remote add origin ../shop.git",
        "git push --quiet origin main",
        "lessonguard hook install",
    )
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        shop.mkdir()
        build_demo(shop)
        [lesson] = shop.glob("lessons/*.yaml")
        text = lesson.read_text(encoding="utf-8")
        lesson.write_text(text.replace("\nmode: comment\n", "\nmode: block\n"), encoding="utf-8")
        for command in before:
            run(command, folder=shop)
        command = "git push origin narrow-except"
        said = run(command, folder=shop, code=1)
    return fill(_text("docs/pre-push.md"), {"session": f"```console\n$ {command}\n{said}```\n"})


def _lesson_format() -> str:
    """Return the document of the lesson file with its generated tables."""
    states = re.search(r"^\| state \|.*\n(?:\|.*\n)+", _text("README.md"), flags=re.MULTILINE)
    if not states:
        raise ValueError("README.md has no table of states.")
    return fill(_text("docs/lesson-format.md"), {**blocks(_ROOT), "states": states[0]})


def _writing_lessons() -> str:
    """Return the tutorial with the output of its commands."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "tutorial"
        place.mkdir()
        build_tutorial(place)
        return replay(_text("docs/writing-lessons.md"), folder=place)


_GENERATED: dict[str, Callable[[], str]] = {
    "README.md": _readme,
    "docs/lesson-format.md": _lesson_format,
    "docs/pre-push.md": _pre_push,
    "docs/writing-lessons.md": _writing_lessons,
    "schema/lesson.schema.json": render_schema,
}


def main(arguments: list[str]) -> int:
    """Write or remove files that are out of date; with `--check` only list them, and return 1."""
    texts = {**{name: render() for name, render in _GENERATED.items()}, **library_documents(_ROOT)}
    stale = {name: text for name, text in texts.items() if _read(name) != text}
    for name, text in stale.items():
        if "--check" in arguments:
            print(f"{name} is out of date; run: make generate", file=sys.stderr)
        elif text is None:
            (_ROOT / name).unlink()
            print(f"removed {name}")
        else:
            (_ROOT / name).parent.mkdir(exist_ok=True)
            (_ROOT / name).write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    return 1 if stale and "--check" in arguments else 0


def _read(name: str) -> str | None:
    return _text(name) if (_ROOT / name).is_file() else None


def _text(name: str) -> str:
    return (_ROOT / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
