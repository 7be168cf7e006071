"""The first line of a lesson file: it names the schema, so that editors complete and check."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path, PurePath

from lessonguard.lessons.schema import lesson_schema

# The schema of this major version. A copy in the repository comes first, because it works offline.
SCHEMA_URL = "https://raw.githubusercontent.com/OWNER/lessonguard/v1/schema/lesson.schema.json"

_COPY = PurePath("schema", "lesson.schema.json")
_HEADER = re.compile(r"^#[ \t]*(?:yaml-language-server:[ \t]*)?\$schema[ \t]*[=:][ \t]*\S")
_HEADER_LINE = re.compile(rf"{_HEADER.pattern}[^\r\n]*", re.MULTILINE)
_ENDS = re.compile("\r\n|\r|\n")


def schema_header(schema: str = SCHEMA_URL) -> str:
    """Return the comment that tells an editor's YAML language server where the schema is, without a line end.

    `schema` is a URL, or a path relative to the lesson file; see
    https://github.com/redhat-developer/yaml-language-server#using-inlined-schema
    """
    return f"# yaml-language-server: $schema={schema}"


def find_schema(folder: Path, *, top: Path | None) -> str:
    """Return what lesson files in `folder` should name as their schema.

    That is the copy at `schema/lesson.schema.json` below the top of the repository, if there is one
    of ours, else the public one. The folder need not exist.
    """
    if top is not None:
        copy = top / _COPY
        with suppress(OSError):
            if f'"{lesson_schema()["$id"]}"'.encode() in copy.read_bytes():
                return PurePath(os.path.relpath(copy.resolve(), folder.resolve())).as_posix()
    return SCHEMA_URL


def has_schema_header(text: str) -> bool:
    """Return whether the comments that a lesson file begins with name a schema, be it ours or another."""
    for line in _ENDS.split(text.removeprefix("\ufeff")):
        if _HEADER.match(line):
            return True
        if line.strip() and not line.startswith("#"):
            return False
    return False


def with_schema_header(text: str, schema: str = SCHEMA_URL) -> str:
    """Return the text of a lesson file with the header before it, unless it names a schema already.

    A byte order mark stays first, and the new line ends as the first line of the text does.
    """
    if has_schema_header(text):
        return text
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    end = found.group() if (found := _ENDS.search(text)) else "\n"
    return f"{mark}{schema_header(schema)}{end}{text.removeprefix(mark)}"


def replace_schema_header(text: str, schema: str) -> str:
    """Return the text of a lesson file, without a byte order mark, with this schema in place of any other."""
    if not has_schema_header(text):
        return with_schema_header(text, schema)
    return _HEADER_LINE.sub(lambda _: schema_header(schema), text, count=1)
