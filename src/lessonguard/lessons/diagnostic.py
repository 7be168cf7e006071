"""A fault: what is wrong with a lesson file, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from lessonguard.lessons.yaml_tree import Node, Scalar
from lessonguard.record import record

Level = Literal["error", "warning"]
"""An error must be mended before the lesson is used; a warning should be looked at."""


@record(order=True)
class Remark:
    """One thing to say about a lesson file, or about an accept comment elsewhere.

    `line` and `column` are 1-based, in characters. `code` is a slug that names the kind of
    thing (`unproven`, `past-due`…), the same for all of its kind. `hint` is the remedy.
    """

    path: str
    line: int
    column: int
    level: Level
    code: str
    message: str
    hint: str = ""


FaultCode = Literal["duplicate", "file", "schema", "vague", "yaml"]
"""The kind of a fault: an ID that is taken, a file that cannot be read as it is, a key or a value that
does not belong, wording that says nothing, and what is not even YAML."""


@record(order=True)
class Fault:
    """One thing that is wrong with a lesson file.

    `line` and `column` are 1-based, in characters. `hint` is the remedy. Where a machine can apply it,
    `instead` is what to write in place of the `written` text that stands there, quotes aside.
    """

    path: str
    line: int
    column: int
    message: str
    hint: str = ""
    code: FaultCode = "schema"
    written: str = ""
    instead: str = ""

    @property
    def text(self) -> str:
        """Give the fault as one line: `file:line:column: message; remedy`."""
        remedy = f"; {self.hint}" if self.hint else ""
        return f"{self.path}:{self.line}:{self.column}: {self.message}{remedy}"


class Faults:
    """Collect the faults of one file, so that one run can name them all."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: list[Fault] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, node: Node, message: str, *, hint: str = "", code: FaultCode = "schema") -> None:
        """Record a fault at the start of `node`."""
        self.add_at((node.line, node.column), message, hint=hint, code=code)

    def add_misspelt(self, node: Scalar, message: str, *, hint: str, instead: str) -> None:
        """Record a fault in how a key or a value is written; `instead`, if not empty, is what it means."""
        fault = Fault(
            path=self._path,
            line=node.line,
            column=node.column,
            message=message,
            hint=hint,
            written=node.text if instead else "",
            instead=instead,
        )
        self._found.append(fault)

    def add_at(
        self, place: tuple[int, int], message: str, *, hint: str = "", code: FaultCode = "schema"
    ) -> None:
        """Record a fault at a 1-based line and column."""
        line, column = place
        self._found.append(
            Fault(path=self._path, line=line, column=column, message=message, hint=hint, code=code)
        )

    def sorted(self) -> tuple[Fault, ...]:
        """Give the faults in the order of the file, each once: an alias can repeat them."""
        return tuple(sorted(set(self._found)))


def find_similar(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that `word` may have been meant to be."""
    # Loaded here, because most lessons have no fault, and every scan would pay for it.
    from difflib import get_close_matches  # noqa: PLC0415

    spelled = {name.lower().replace("_", "-"): name for name in known}
    matches = get_close_matches(word.lower().replace("_", "-"), spelled, n=1)
    return spelled[matches[0]] if matches else None


def join_words(words: Iterable[str], *, last: str = "or") -> str:
    """Join words as in a sentence: `a, b or c`."""
    *head, tail = words
    return f"{', '.join(head)} {last} {tail}" if head else tail


def suggest(word: str, known: Iterable[str], *, label: str) -> str:
    """Make the remedy for an unknown word: the similar one, or else all that are known."""
    names = list(known)
    similar = find_similar(word, names)
    return f'did you mean "{similar}"?' if similar else f"{label} {join_words(names, last='and')}"
