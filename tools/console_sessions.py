"""Run the commands in the console blocks of a document, and replace their output in the document.

A `console` block has commands, each after `$ `, and their output. A block after
`<!-- keys of: PATH -->` has keys of that YAML file, and replaces them there; one after
`<!-- more of: PATH -->` has a key and more items for its list. A block may name the exit code of its
last command: `console exit=2`; the default is 0.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

_BLOCK = re.compile(
    r"^(?:<!-- (?P<use>keys|more) of: (?P<path>\S+) -->\n)?"
    r"^(?P<fence>```+)(?P<info>.*)\n(?P<body>(?:.*\n)*?)(?P=fence)$",
    re.MULTILINE,
)
_EXIT = re.compile(r"\bexit=(\d+)")
_KEY = re.compile(r"^(?P<key>[\w-]+):.*\n(?:(?:[ \t-].*)?\n)*", re.MULTILINE)
_DAY = "2018-04-04T09:00:00+00:00"
_IDENTITY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Sam Author",
    "GIT_AUTHOR_EMAIL": "sam@example.com",
    "GIT_AUTHOR_DATE": _DAY,
    "GIT_COMMITTER_NAME": "Sam Author",
    "GIT_COMMITTER_EMAIL": "sam@example.com",
    "GIT_COMMITTER_DATE": _DAY,
}
"""No settings of a user and no clock, so that the output is the same for everybody."""


def replay(text: str, *, folder: Path) -> str:
    """Return the document with the current output of its commands, run in a folder, in their order.

    Raise `CalledProcessError` if a command ends with another exit code than its block says.
    """
    parts, end = [], 0
    for block in _BLOCK.finditer(text):
        parts += [text[end : block.start("body")], _play(block, folder)]
        end = block.end("body")
    return "".join([*parts, text[end:]])


def run(command: str, *, folder: Path, code: int = 0) -> str:
    """Run a command as a reader types it, in a terminal of 80 columns, and return all its output.

    Progress lines appear only if a command takes long, so they are left out.
    """
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # noqa: TID251 - as a reader has it
    environment = {"PATH": programs, "COLUMNS": "80", "LANG": "C.UTF-8", "HOME": str(folder), **_IDENTITY}
    result = subprocess.run(  # noqa: S602 - readers have a shell
        command, shell=True, cwd=folder, env=environment, capture_output=True, check=False, encoding="utf-8"
    )
    said = [line for line in result.stderr.splitlines(keepends=True) if not line.endswith("…\n")]
    output = result.stdout + "".join(said)
    if result.returncode != code:
        raise subprocess.CalledProcessError(result.returncode, command, output)
    return output


def _play(block: re.Match[str], folder: Path) -> str:
    body = block["body"]
    if block["info"].startswith("console"):
        commands = [line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ ")]
        expected = _EXIT.search(block["info"])
        codes = [0] * (len(commands) - 1) + [int(expected[1]) if expected else 0]
        shown = [
            f"$ {command}\n{run(command, folder=folder, code=code)}"
            for command, code in zip(commands, codes, strict=True)
        ]
        return "\n".join(shown)
    if block["use"]:
        path = folder / block["path"]
        text = _edited(path.read_text(encoding="utf-8"), body, is_more=block["use"] == "more")
        path.write_text(text, encoding="utf-8")
    return body


def _edited(text: str, body: str, *, is_more: bool) -> str:
    """Replace keys at the top level of a YAML file with all their values, or add items to their lists."""
    for key, lines in _keys(body).items():
        there = _keys(text)[key]
        text = text.replace(there, there.rstrip() + "\n" + lines.partition("\n")[2] if is_more else lines)
    return text


def _keys(text: str) -> dict[str, str]:
    """Return the lines of each key at the top level."""
    return {found["key"]: found[0] for found in _KEY.finditer(text)}
