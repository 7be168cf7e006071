"""Find accept comments: decisions to accept a finding, written beside the code they are about.

`# lessonguard: accept INC-245 until=2027-01-01 reason="read-only replica"`, in the comment
syntax of the language that a rule reads the file as; Pygments says what is a comment in it.
For rules of no language, such as `regex`, any sign that begins a comment somewhere may stand
before it. A line that was meant as one and is no comment is a fault, and never passed over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Comment
from pygments.util import ClassNotFound

from lessonguard.scan.accept_text import not_a_comment, read_accept
from lessonguard.scan.source import Source
from lessonguard.scan.suppressions import AcceptComment, may_accept
from lessonguard.semgrep.interface import NEVER, Deadline

_SHEBANG = re.compile(r"#!(?:\S*/env[ \t]+(?:-S[ \t]+)?|\S*/)([a-z]+)")
_LINE_COMMENT = re.compile(r"^[ \t]*(#|//|--|;|%|'|/\*|\*|<!--|\(\*|!)[^\n]*", re.MULTILINE)
_OF_TEMPLATES = r"<!--|\{#-?|<%#|\{\{-?[ \t]?/\*"
_OPENERS = rf"#+|//+|--|;+|%+|'|!|\*|/\*+|\(\*|{_OF_TEMPLATES}"


def _marked_after(openers: str) -> re.Pattern[str]:
    pattern = rf"(?:^|(?<=\s))(?:{openers})[ \t]*lessonguard\b[^\n]*"
    return re.compile(pattern, re.MULTILINE | re.IGNORECASE)


_AFTER_ANY_OPENER = _marked_after(_OPENERS)
_IN_TEMPLATES = _marked_after(_OF_TEMPLATES)

# Semgrep's names of languages are Pygments' too, but for these, whose comments are like those of another.
_LIKE = {
    "apex": "java",
    "cairo": "js",
    "circom": "js",
    "fga": "python",
    "hack": "php",
    "move_on_aptos": "js",
    "move_on_sui": "js",
}
_NO_LANGUAGES = {"generic", "aliengrep", "regex"}

# Where Pygments takes comments for something else: in Terraform behind `"${…}"` on the same line, in a
# Dockerfile inside of a continued `RUN` and where they are indented.
_COMMENTS = {
    "dockerfile": re.compile(r"^[ \t]*(?P<comment>#[^\n]*)", re.MULTILINE),
    "terraform": re.compile(
        r'"(?:[^"\\\n]|\\.)*"?|(?P<comment>(?:#|//)[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?)',
    ),
}

# What Pygments counts as comments and people do not: `#include`, and the first line of a script.
_NO_COMMENTS = {Comment.Preproc, Comment.PreprocFile, Comment.Hashbang}


def find_accept_comments(
    source: Source, *, file_name: str, analyzers: Collection[str] = (), deadline: Deadline = NEVER
) -> list[AcceptComment]:
    """List the accept comments of a file, in order; of a file with none this costs nothing.

    `analyzers` are the languages, as Semgrep names them, that rules read the file as; where
    there is none but `generic` and the like, the name of the file says what a comment is.
    Raise `TimeIsUpError` if they are not found by the deadline: some of Pygments' lexers take time
    that grows with the square of the size.
    """
    if not may_accept(source.content):
        return []
    text = source.content.decode("utf-8", "surrogateescape")
    comments = []
    for start, comment in _comments(text, file_name, analyzers):
        deadline.check()
        if comment:
            comments.append((start, comment))
    comments.sort()
    targets = _next_lines_of_code(text, comments)
    breaks = [match.start() for match in re.finditer("\n", text)]
    found: dict[tuple[int, str], AcceptComment] = {}
    for start, comment in comments:
        for line, part in enumerate(comment.split("\n"), bisect_right(breaks, start - 1) + 1):
            if said := read_accept(part, line=line, applies_to=targets.get(line, line)):
                found.setdefault((line, said.incident), said)
    read = {line for line, _ in found}
    unread = [
        said
        for line, part in enumerate(text.split("\n"), 1)
        if line not in read and (said := not_a_comment(part, line=line))
    ]
    return sorted([*found.values(), *unread], key=lambda comment: comment.line)


def _comments(text: str, file_name: str, analyzers: Collection[str]) -> Iterator[tuple[int, str]]:
    """List the comments with their 0-based offsets in characters; some may be there twice.

    For each token that is none there is an empty one, so that the time can be watched.
    """
    languages = sorted(set(analyzers) - _NO_LANGUAGES)
    for language in languages:
        if pattern := _COMMENTS.get(language):
            found = (match for match in pattern.finditer(text) if match["comment"])
            yield from ((match.start("comment"), match["comment"]) for match in found)
        else:
            yield from _comments_of_language(text, file_name, language)
    if not languages:
        yield from _comments_by_name(text, file_name)
    if _NO_LANGUAGES & set(analyzers):
        # Where a language is known as well, what stands in its strings is no comment: only in its templates.
        pattern = _IN_TEMPLATES if languages else _AFTER_ANY_OPENER
        yield from ((match.start(), match.group()) for match in pattern.finditer(text))


def _comments_of_language(text: str, file_name: str, language: str) -> Iterator[tuple[int, str]]:
    try:
        lexer = get_lexer_by_name(_LIKE.get(language, language), startinline=language == "hack")
    except ClassNotFound:  # of a language that a newer Semgrep reads
        return _comments_by_name(text, file_name)
    return _lexed(text, lexer)


def _comments_by_name(text: str, file_name: str) -> Iterator[tuple[int, str]]:
    if lexer := _lexer(text, file_name):
        yield from _lexed(text, lexer)
    else:
        yield from ((match.start(), match.group()) for match in _LINE_COMMENT.finditer(text))


def _lexed(text: str, lexer: Lexer) -> Iterator[tuple[int, str]]:
    for start, kind, value in lexer.get_tokens_unprocessed(text):
        is_comment = Comment in kind.split() and not _NO_COMMENTS & set(kind.split())
        yield start, value if is_comment else ""


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


def _next_lines_of_code(text: str, comments: Sequence[tuple[int, str]]) -> Mapping[int, int]:
    """Return for each 1-based line with nothing but comments the next line below that is not one."""
    kept, position = [], 0
    for start, value in comments:
        kept += [text[position:start], re.sub(r"[^\n]", "\0", value[max(0, position - start) :])]
        position = max(position, start + len(value))
    lines = "".join([*kept, text[position:]]).split("\n")
    targets: dict[int, int] = {}
    # From below, so that thousands of comments below each other take linear time.
    for number, line in reversed(list(enumerate(lines, 1))):
        alone = line.strip(" \t\r\f")
        if alone.startswith("{") and alone.endswith("}"):  # how a comment stands between elements of JSX
            alone = alone[1:-1]
        if "\0" in alone and not alone.strip("\0 \t\r\f"):
            targets[number] = targets.get(number + 1, number + 1)
    return targets
