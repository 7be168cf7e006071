"""Mend the text of a lesson file: what a machine can put right without knowing what the lesson means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.header import with_schema_header
from lessonguard.lessons.model import Lesson
from lessonguard.lessons.parse import parse_lesson, read_tree
from lessonguard.lessons.yaml_tree import Entries, Items, Node, Scalar
from lessonguard.record import record

KEY_ORDER = (
    *("incident", "title", "date", "severity", "postmortem", "sources"),
    *("failure-class", "failure-mode", "root-cause", "mitigation", "invariant"),
    *("mode", "timeline", "rules", "examples", "proof", "watch", "remediation"),
)
"""The keys of a lesson in the order of the documentation: what happened, what to do, how it is checked."""

_MARK = "\ufeff"
_MOST_ROUNDS = 10  # what is wrong inside a value shows only once its key is spelt right
_ODD_BREAKS = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
_DIRECTIVE = re.compile(r"---|%|#[ \t]*(?:yaml-language-server:|\$schema)")

_Place = tuple[int, int]


@record
class Mending:
    """A text after it was mended, what was changed in it, and what kept more from being changed."""

    text: str
    changes: tuple[str, ...] = ()
    obstacle: str = ""


def mend_text(text: str, *, schema: str) -> Mending:
    """Spell keys and days as they should be, put the keys in order, and name the schema for editors.

    Comments stay with what they stand above; every other byte stays as it is. A text is left as it is where
    a lesson would read differently afterwards. `schema` is what the header is to name.
    """
    if obstacle := _obstacle(text):
        return Mending(text=text, obstacle=obstacle)
    body = text.removeprefix(_MARK)
    spelt, changes = _respelt(body)
    ordered, obstacle = _reordered(spelt)
    if ordered != spelt:
        changes = (*changes, "keys in order")
    headed = with_schema_header(ordered, schema)
    if headed != ordered:
        changes = ("schema header", *changes)
    return Mending(text=text[: len(text) - len(body)] + headed, changes=changes, obstacle=obstacle)


def _obstacle(text: str) -> str:
    """Say what in a text that should be mended keeps all hands off it, or nothing."""
    if not isinstance(read_tree(text.encode()), Entries):
        return "it is not keys and values in YAML"
    doubts = [fault for fault in _faults(text) if fault.code in {"duplicate", "yaml", "file"}]
    if doubts:
        return f"line {doubts[0].line}: {doubts[0].message}"
    return "its lines end in several ways" if _ODD_BREAKS.search(text) else ""


def _faults(text: str) -> Sequence[Diagnostic]:
    made = parse_lesson(text.encode(), path="")
    return () if isinstance(made, Lesson) else made


def _respelt(text: str) -> tuple[str, tuple[str, ...]]:
    """Write what the faults of a lesson say should be written instead, until there is no more of it."""
    changes: list[str] = []
    for _ in range(_MOST_ROUNDS):
        fixes = {
            offset: (fault, fault.fix)
            for fault in _faults(text)
            if fault.fix and (offset := _offset(text, fault, fault.fix.old)) is not None
        }
        new = text
        for offset, (_, fix) in sorted(fixes.items(), reverse=True):
            new = new[:offset] + fix.new + new[offset + len(fix.old) :]
        meant = {(fault.line, fault.column): fix.new for fault, fix in fixes.values()}
        if new == text or _shape(read_tree(new.encode())) != _shape(read_tree(text.encode()), meant):
            break
        changes += [f"{fix.old} → {fix.new}" for _, (_, fix) in sorted(fixes.items())]
        text = new
    return text, tuple(changes)


def _offset(text: str, fault: Diagnostic, old: str) -> int | None:
    """Return where the text `old` of a fault starts, without its quotes; None if it is written oddly."""
    start = 0
    for _ in range(fault.line - 1):
        start = text.index("\n", start) + 1
    start += fault.column - 1
    if text.startswith(old, start):
        return start
    quoted = any(text.startswith(f"{quote}{old}{quote}", start) for quote in "\"'")
    return start + 1 if quoted else None


def _reordered(text: str) -> tuple[str, str]:
    """Put the keys in order, or say why that cannot be done."""
    root = read_tree(text.encode())
    keys = [key for key, _ in root.entries] if isinstance(root, Entries) else []
    order = _ranked([key.text for key in keys])
    if order == sorted(order):
        return text, ""
    if any(key.column != keys[0].column for key in keys) or not _each_begins_a_line(keys, text):
        return text, "its keys do not each begin a line"
    before, blocks, after = _cut(text, keys)
    moved = [block for _, block in sorted(zip(order, blocks, strict=True), key=lambda pair: pair[0])]
    new = "".join((before, *moved, after))
    if _shape(read_tree(new.encode()), is_sorted=True) != _shape(root, is_sorted=True):
        return text, "its values depend on their order"
    return new, ""


def _ranked(keys: Iterable[str]) -> list[int]:
    """Give the place of every key in the order; an unknown one belongs to the one before it."""
    ranks: list[int] = []
    for key in keys:
        ranks.append(KEY_ORDER.index(key) if key in KEY_ORDER else (ranks[-1] if ranks else -1))
    return ranks


def _each_begins_a_line(keys: Sequence[Scalar], text: str) -> bool:
    lines = text.split("\n")
    numbers = [key.line for key in keys]
    is_alone = len(set(numbers)) == len(numbers)
    return is_alone and not any(lines[key.line - 1][: key.column - 1].strip() for key in keys)


def _cut(text: str, keys: Sequence[Scalar]) -> tuple[str, list[str], str]:
    """Cut a text into what stands before all keys, a block a key with what stands above it, and the rest.

    Comments belong to the key below them if they are as far to the right; of those above the first key
    only the ones that touch it, and those at the end belong to none.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [f"{line}\n" for line in text.removesuffix("\n").split("\n")]
    if not text.endswith("\n") and end == "\r\n":
        lines[-1] = lines[-1].removesuffix("\n") + end
    indent = keys[0].column - 1
    starts = [
        _climb(lines, key.line - 1, lambda line: _is_blank(line) or _is_comment(line, indent)) for key in keys
    ]
    starts[0] = _climb(
        lines, keys[0].line - 1, lambda line: _is_comment(line, indent) and not _DIRECTIVE.match(line.strip())
    )
    stop = _climb(lines, len(lines), lambda line: _is_blank(line) or _is_comment(line, indent))
    stops = [*starts[1:], stop]
    blocks = ["".join(lines[start:stop]) for start, stop in zip(starts, stops, strict=True)]
    return "".join(lines[: starts[0]]), blocks, "".join(lines[stop:])


def _climb(lines: Sequence[str], start: int, belongs: Callable[[str], bool]) -> int:
    """Give the first of the lines above `start` that belong to it without a gap."""
    while start > 0 and belongs(lines[start - 1]):
        start -= 1
    return start


def _is_blank(line: str) -> bool:
    return not line.strip()


def _is_comment(line: str, indent: int) -> bool:
    return line[indent : indent + 1] == "#" and not line[:indent].strip()


def _shape(
    node: Node | None, edits: Mapping[_Place, str] | None = None, *, is_sorted: bool = False
) -> object:
    """Give the texts of all values, with `edits` by place, so that trees can be compared."""
    known = edits or {}
    match node:
        case Entries(entries=entries):
            pairs = [(_shape(key, known), _shape(value, known)) for key, value in entries]
            return ("keys", sorted(pairs, key=str) if is_sorted else pairs)
        case Items(items=items):
            return ("list", [_shape(item, known) for item in items])
        case Scalar(line=line, column=column, text=text):
            return known.get((line, column), text)
        case _:
            return None
