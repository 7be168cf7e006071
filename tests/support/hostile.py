"""What hostile pull requests are made of, and what a runner would make of what we print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.hub.pull import Pull
from tests.support.report import HOSTILE
from tests.support.shop import Reviewed, Shop, ours, summaries

MARKER = (
    "<!-- lessonguard:finding v=1 id=0123456789abcdef0123456789abcdef kin=0123456789abcdef "
    "lesson=TIMEOUT rule=TIMEOUT.1 state=open -->"
)
"""A marker as our comments have one; nothing was ever said by it."""

COMMANDS = [
    "::add-mask::a",
    "::stop-commands::pwned",
    "\n::set-output name=introduced::0",
    "\r::set-env name=PATH::/tmp",
    "\r\n  ::error file=a,line=1::pwned",
    "##[error]pwned",
    "x ##[add-mask]a",
    "\n##[set-env name=BASH_ENV]/tmp/x",
    "%0A::warning::pwned",
    "\x85::notice::pwned\u2028::notice::pwned",
]
"""Commands to the runner, and ways to get one to the beginning of a line."""

HARMLESS = {"error", "warning", "notice"}
"""The commands that lessonguard itself gives; none of them changes what the job does."""

_COMMAND = re.compile(r"\s*::\s*([a-z-]+)(?: [^:]*?)?::|.*##\[([a-z-]+)[^]]*\]", re.IGNORECASE)


def commands(output: str) -> list[str]:
    """Name the commands that a runner finds in the output of a step.

    It looks at every line, and takes `::name …::` at its beginning, and `##[name …]` anywhere; see
    "Workflow commands for GitHub Actions". Here every sign that ends a line for anybody ends one.
    """
    found = (_COMMAND.match(line) for line in output.splitlines())
    return [(match[1] or match[2]).lower() for match in found if match]


def bodies(pull: Pull) -> list[str]:
    """Give all that we have said on a pull request."""
    return [*(comment.body for comment in ours(pull)), *(review.body for review in summaries(pull))]


def unmarked_bodies(pull: Pull) -> list[str]:
    """Give all that we have said on a pull request, without the marker that ends each text."""
    return [body.rpartition("\n<!-- lessonguard:")[0] for body in bodies(pull)]


def file_names(texts: Sequence[str] = HOSTILE) -> list[str]:
    """Make of each text the name of a Python file, in a folder of its own; a `/` in it makes more of them."""
    return [f"{index}/{text}.py" for index, text in enumerate(texts)]


def literal(text: str) -> bytes:
    """Write a text as a Python string, with nothing escaped that Python does not need escaped."""
    return b"'''" + text.encode("utf-8", "surrogateescape") + b" '''"


def teach(shop: Shop, name: str, **texts: str) -> None:
    """Change a lesson on main: each text takes the place of the key it is named after, and its value."""
    path = shop.repo.path / "lessons" / f"{name}.yaml"
    lesson = path.read_text(encoding="utf-8")
    for key, text in texts.items():
        found = re.search(rf"^{key}:[^\n]*\n( +[^\n]*\n)*", lesson, flags=re.MULTILINE)
        assert found, f"{name} has no {key}"
        lesson = f"{lesson[: found.start()]}{text.rstrip()}\n{lesson[found.end() :]}"
    shop.repo.commit(f"Teach {name}", {f"lessons/{name}.yaml": lesson})


def said(reviewed: Reviewed) -> str:
    """Give all that a run has printed."""
    return f"{reviewed.outcome.stdout}\n{reviewed.outcome.stderr}"


def files_below(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    """Read all files below some folders, as far as they are still there."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path, path.read_bytes()
