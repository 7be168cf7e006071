"""Find accept comments: decisions to accept a finding, written beside the code they are about.

`# lessonguard: accept INC-245 until=2027-01-01 reason="read-only replica"`, in the comment
syntax of the language. Only real comments count, so Pygments says what is one; in a language
it does not know, a comment must begin its line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Comment
from pygments.util import ClassNotFound

from lessonguard.scan.accept_text import read_accept
from lessonguard.scan.source import Source
from lessonguard.scan.suppressions import AcceptComment, may_accept

_SHEBANG = re.compile(r"#!(?:\S*/env[ \t]+(?:-S[ \t]+)?|\S*/)([a-z]+)")
_LINE_COMMENT = re.compile(r"^[ \t]*(#|//|--|;|%|'|/\*|\*|<!--|\(\*|!)[^\n]*", re.MULTILINE)

# What Pygments counts as comments and people do not: `#include`, and the first line of a script.
_NO_COMMENTS = {Comment.Preproc, Comment.PreprocFile, Comment.Hashbang}


def find_accept_comments(source: Source, *, file_name: str) -> list[AcceptComment]:
    """List the accept comments of a file, in order; of a file with none this costs nothing."""
    if not may_accept(source.content):
        return []
    text = source.content.decode("utf-8", "surrogateescape")
    comments = list(_comments(text, file_name))
    targets = _next_lines_of_code(text, comments)
    breaks = [match.start() for match in re.finditer("\n", text)]
    found = []
    for start, comment in comments:
        for line, text in enumerate(comment.split("\n"), bisect_right(breaks, start - 1) + 1):
            if said := read_accept(text, line=line, applies_to=targets.get(line, line)):
                found.append(said)
    return found


def _comments(text: str, file_name: str) -> Iterator[tuple[int, str]]:
    """List the comments with their 0-based offsets in characters."""
    lexer = _lexer(text, file_name)
    if lexer is None:
        yield from ((match.start(), match.group()) for match in _LINE_COMMENT.finditer(text))
        return
    for start, kind, value in lexer.get_tokens_unprocessed(text):
        if Comment in kind.split() and not _NO_COMMENTS & set(kind.split()):
            yield start, value


def _lexer(text: str, file_name: str) -> Lexer | None:
    try:
        return get_lexer_for_filename(file_name, text)
    except ClassNotFound:
        pass
    interpreter = _SHEBANG.match(text)
    try:
        return get_lexer_by_name(interpreter.group(1)) if interpreter else None
    except ClassNotFound:
        return None


def _next_lines_of_code(text: str, comments: list[tuple[int, str]]) -> Mapping[int, int]:
    """Return for each 1-based line with nothing but comments the next line below that is not one."""
    kept, position = [], 0
    for start, value in comments:
        kept += [text[position:start], re.sub(r"[^\n]", "\0", value)]
        position = start + len(value)
    lines = "".join([*kept, text[position:]]).split("\n")
    targets: dict[int, int] = {}
    # From below, so that thousands of comments below each other take linear time.
    for number, line in reversed(list(enumerate(lines, 1))):
        if "\0" in line and not line.strip("\0 \t\r\f"):
            targets[number] = targets.get(number + 1, number + 1)
    return targets
