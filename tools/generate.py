"""Write the generated files of the repository, or with `--check` say which of them are out of date."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from lessonguard.demo import build_demo
from lessonguard.lessons.schema import render_schema

_ROOT = Path(__file__).parents[1]
_SESSION = ("<!-- session:begin -->\n", "<!-- session:end -->\n")


def _readme() -> str:
    """Give the README with a real session in its place."""
    before, _, rest = (_ROOT / "README.md").read_text(encoding="utf-8").partition(_SESSION[0])
    after = rest.partition(_SESSION[1])[2]
    return f"{before}{_SESSION[0]}```console\n{_session()}```\n{_SESSION[1]}{after}"


def _session() -> str:
    """Show a commit of the demonstration, and what a scan says of it."""
    with tempfile.TemporaryDirectory() as folder:
        build_demo(Path(folder))
        commands = (
            "git diff -U0 main narrow-except | tail -n 3",
            "lessonguard scan --base main --head narrow-except",
        )
        shown = [f"$ {command}\n{_run(command, cwd=folder)}" for command in commands]
    return "\n".join(shown)


def _run(command: str, *, cwd: str) -> str:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # noqa: TID251 - as a user has it
    environment = {"PATH": programs, "COLUMNS": "80", "HOME": cwd}
    result = subprocess.run(command, shell=True, cwd=cwd, env=environment, stdout=subprocess.PIPE, check=True)  # noqa: S602
    return result.stdout.decode()


_GENERATED: dict[str, Callable[[], str]] = {
    "README.md": _readme,
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
