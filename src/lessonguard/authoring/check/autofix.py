"""Fix in lesson files what a program can fix without knowing what the lesson means: `check --fix`."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from lessonguard.authoring.check.result import FixedFile
from lessonguard.authoring.prove.locations import Location
from lessonguard.errors import UsageError
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.header import find_schema, with_schema_header
from lessonguard.lessons.model import Lesson
from lessonguard.lessons.parse import parse_lesson, read_tree
from lessonguard.lessons.schema import KEY_ORDER
from lessonguard.lessons.yaml_tree import Entries, Items, Node, Scalar
from lessonguard.record import record

_BYTE_ORDER_MARK = "\ufeff"
_MOST_ROUNDS = 10  # what is wrong inside a value shows only once its key is spelt right
# These end a line in YAML 1.1 (section 5.4) and not in most editors, so that moved lines could be cut.
_ODD_BREAKS = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
# What must stay at the top of the file.
_DIRECTIVE = re.compile(r"---|%|#[ \t]*(?:yaml-language-server:|\$schema)")


@record
class Autofix:
    """Which files were rewritten, and the warnings about those that were left as they are."""

    fixed: tuple[FixedFile, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def fix_files(paths: Mapping[str, Path], *, top: Path | None) -> Autofix:
    """Fix lesson files, each as a whole or not at all; see `fix_text`.

    `paths` are where they are, by what they are called; `top` is that of the repository. Links are left
    alone, and so is what cannot be read: the check reports it. Raise `UsageError` if a file cannot be
    written.
    """
    fixed: list[FixedFile] = []
    diagnostics: list[Diagnostic] = []
    for name, path in sorted(paths.items()):
        if path.is_symlink() or not path.is_file():
            continue
        with suppress(OSError, UnicodeDecodeError):
            result = fix_text(path.read_bytes().decode(), schema=find_schema(path.parent, top=top))
            if result.refusal:
                diagnostics.append(
                    Diagnostic(
                        path=name,
                        level="warning",
                        code="not-mended",
                        message=f"--fix leaves this to you: {result.refusal}",
                        hint="correct that, and run it again",
                    )
                )
            if result.changes:
                _replace(path, result.text.encode())
                fixed.append(FixedFile(path=name, changes=result.changes))
    return Autofix(fixed=tuple(fixed), diagnostics=tuple(diagnostics))


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that others see the old one or the new one; keep its mode."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            unfinished.write_bytes(data)
            shutil.copymode(path, unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        hint = "Check who may write there."
        raise UsageError(f"Cannot write {path}: {error.strerror}.", hint=hint) from error


@record
class FixedText:
    """A text with its fixes, the changes in a few words each, and why more was not changed, if so."""

    text: str
    changes: tuple[str, ...] = ()
    refusal: str = ""


def fix_text(text: str, *, schema: str) -> FixedText:
    """Correct the spelling of keys and days, put the keys in order, and name the schema for editors.

    Comments stay with what they are above; every other byte stays as it is. A text is left as it is where
    a lesson would read differently afterwards. `schema` is what the header is to name.
    """
    if refusal := _refuse(text):
        return FixedText(text=text, refusal=refusal)
    body = text.removeprefix(_BYTE_ORDER_MARK)
    spelt, changes = _fix_spelling(body)
    ordered, refusal = _sort_keys(spelt)
    if ordered != spelt:
        changes = (*changes, "keys in order")
    headed = with_schema_header(ordered, schema)
    if headed != ordered:
        changes = ("schema header", *changes)
    return FixedText(text=text[: len(text) - len(body)] + headed, changes=changes, refusal=refusal)


def _refuse(text: str) -> str:
    """Return why nothing in a text can safely be changed, or nothing."""
    if not isinstance(read_tree(text.encode()), Entries):
        return "it is not keys and values in YAML"
    for fault in _faults(text):
        if fault.code in {"duplicate", "yaml", "file"}:
            return f"line {fault.line}: {fault.message}"
    return "its lines end in several ways" if _ODD_BREAKS.search(text) else ""


def _faults(text: str) -> Sequence[Diagnostic]:
    made = parse_lesson(text.encode(), path="")
    return () if isinstance(made, Lesson) else made


def _fix_spelling(text: str) -> tuple[str, tuple[str, ...]]:
    """Apply the fixes of all faults, until there are no more."""
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
        if new == text or _values(read_tree(new.encode())) != _values(read_tree(text.encode()), meant):
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


def _sort_keys(text: str) -> tuple[str, str]:
    """Put the keys in order; return the new text, or the old one and why it cannot be sorted."""
    root = read_tree(text.encode())
    keys = [key for key, _ in root.entries] if isinstance(root, Entries) else []
    ranks: list[int] = []
    for key in keys:  # an unknown key belongs to the one before it
        is_known = key.text in KEY_ORDER
        ranks.append(KEY_ORDER.index(key.text) if is_known else (ranks[-1] if ranks else -1))
    if ranks == sorted(ranks):
        return text, ""
    lines = text.split("\n")
    are_apart = len({key.line for key in keys}) == len(keys)
    if (
        not are_apart
        or any(key.column != keys[0].column for key in keys)
        or any(lines[key.line - 1][: key.column - 1].strip() for key in keys)
    ):
        return text, "its keys do not each begin a line"
    before, blocks, after = _cut(text, keys)
    moved = [block for _, block in sorted(zip(ranks, blocks, strict=True), key=lambda pair: pair[0])]
    new = "".join((before, *moved, after))
    if _values(read_tree(new.encode()), is_sorted=True) != _values(root, is_sorted=True):
        return text, "its values depend on their order"
    return new, ""


def _cut(text: str, keys: Sequence[Scalar]) -> tuple[str, list[str], str]:
    """Cut a text into what is before all keys, one block for each key with what is above it, and the rest.

    Comments belong to the key below them if they are indented as far; of those above the first key
    only the ones that touch it, and those at the end belong to none.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [f"{line}\n" for line in text.removesuffix("\n").split("\n")]
    if not text.endswith("\n") and end == "\r\n":
        lines[-1] = lines[-1].removesuffix("\n") + end
    indent = keys[0].column - 1

    def is_comment(line: str) -> bool:
        return line[indent : indent + 1] == "#" and not line[:indent].strip()

    def is_gap(line: str) -> bool:
        return not line.strip() or is_comment(line)

    def climb(start: int, belongs: Callable[[str], bool]) -> int:
        while start > 0 and belongs(lines[start - 1]):
            start -= 1
        return start

    starts = [climb(key.line - 1, is_gap) for key in keys]
    starts[0] = climb(keys[0].line - 1, lambda line: is_comment(line) and not _DIRECTIVE.match(line.strip()))
    stops = [*starts[1:], climb(len(lines), is_gap)]
    blocks = ["".join(lines[start:stop]) for start, stop in zip(starts, stops, strict=True)]
    return "".join(lines[: starts[0]]), blocks, "".join(lines[stops[-1] :])


def _values(
    node: Node | None, edits: Mapping[Location, str] | None = None, *, is_sorted: bool = False
) -> object:
    """Return the texts of all values, with `edits` by location, so that trees can be compared."""
    edits = edits or {}
    match node:
        case Entries(entries=entries):
            pairs = [(_values(key, edits), _values(value, edits)) for key, value in entries]
            return ("keys", sorted(pairs, key=str) if is_sorted else pairs)
        case Items(items=items):
            return ("list", [_values(item, edits) for item in items])
        case Scalar(line=line, column=column, text=text):
            return edits.get((line, column), text)
        case _:
            return None
